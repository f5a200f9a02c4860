"""The `dealer` command."""


def main() -> None:
    """Run it; everything heavy is imported by the command that needs it."""
    from bot.cli.app import app

    app()
