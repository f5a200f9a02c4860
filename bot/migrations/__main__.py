"""`python -m bot.migrations`: write the one initial migration anew after a table changed (until the first release).

From the first release on a change is a migration of its own: `alembic revision --autogenerate -m "verb noun"`.
"""

import subprocess
import sys

from alembic import command

from bot.migrations import FOLDER, config


def main() -> None:
    """Replace whatever is in versions/ by one generated file, formatted."""
    versions = FOLDER / "versions"
    versions.mkdir(exist_ok=True)
    for old in versions.glob("*.py"):
        old.unlink()
    command.revision(config(), "initial", autogenerate=True, rev_id="0001")
    for tidy in (["check", "--fix", "-q"], ["format", "-q"]):
        subprocess.run([sys.executable, "-m", "ruff", *tidy, str(versions)], check=True)  # noqa: S603


if __name__ == "__main__":
    main()
