"""Commands that keep an installation well: doctor, backup, restore."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="The result as JSON on standard output.")]
BackupFile = Annotated[Path, typer.Argument(help="The backup's file, such as shop.backup.gz.")]


def doctor(
    role: Annotated[str, typer.Option(help="As which it will serve: all, web or worker.")] = "all",
    json: Json = False,
) -> None:
    """Look for unsafe settings and an unsafe database; exits 1 if there is one."""
    from bot.cli.desk import looked_up, settings_now
    from bot.commands.keep import doctor as command

    problems = settings_now().problems(role=role)
    looked_up(command, as_json=json, problems=problems)


def backup(file: BackupFile, json: Json = False) -> None:
    """Write everything to one file, beside a running server."""
    from bot.cli.desk import looked_up
    from bot.commands.keep import backup as command

    looked_up(command, as_json=json, path=file)


def restore(file: BackupFile) -> None:
    """Bring a backup into an empty database; nothing that was said before is said again."""
    from contextlib import ExitStack

    from bot.anchors import begin_anew
    from bot.backup import NotABackupError, NotEmptyError
    from bot.backup import restore as bring_back
    from bot.cli.desk import settings_now, speak, stop
    from bot.cli.running import hold
    from bot.cli.serving import bring_to_head
    from core.db.engine import write_engine
    from core.kit.clock import utc_now

    settings = settings_now()
    bring_to_head()
    url = settings.database_url if settings.sqlite else settings.migrate_database_url or settings.database_url
    now = utc_now()
    with ExitStack() as stack:
        if settings.sqlite and not stack.enter_context(hold(url, alone=True)):
            stop(settings, "migrate_running", code=1)
        engine = write_engine(url, guarded=False)
        stack.callback(engine.dispose)
        try:
            rows = bring_back(engine, file, now, settings.zone)
        except NotEmptyError as error:
            stop(settings, "restore.not_empty", code=1, table=error.args[0])
        except NotABackupError as error:
            stop(settings, f"restore.{error.args[0]}", code=1, path=str(file), version=error.args[-1])
        except OSError as error:
            stop(settings, "restore.unreadable", code=1, path=str(file), cause=error.strerror or "")
        begin_anew(settings.anchors, now)
    speak(settings, "restore.done", rows=rows)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(doctor)
    app.command()(backup)
    app.command()(restore)
