"""Commands about how well the product understands: stats, replay, transcript."""

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="The result as JSON on standard output.")]


def understanding(
    weeks: Annotated[int, typer.Option(min=1, max=53, help="So many weeks, the present one last.")] = 8,
    json: Json = False,
) -> None:
    """By week: messages understood, asked about, corrected, given up."""
    from bot.cli.desk import looked_up
    from bot.commands.stats import understanding as command

    looked_up(command, as_json=json, weeks=weeks)


def corrections(
    days: Annotated[int, typer.Option(min=1, max=400, help="Of the last so many days.")] = 30,
    rows: Annotated[
        str, typer.Option(help="A .jsonl file of evaluation rows, people's and dealers' names taken out.")
    ] = "",
    json: Json = False,
) -> None:
    """What dealers corrected after it was read back to them; a correction is kept for 400 days."""
    from bot.cli.desk import looked_up
    from bot.commands.stats import corrections as command

    looked_up(command, as_json=json, days=days, rows=rows)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    stats = typer.Typer(help="How well it understands.", no_args_is_help=True)
    stats.command("understanding")(understanding)
    stats.command("corrections")(corrections)
    app.add_typer(stats, name="stats")
