"""Commands that serve: serve, demo, migrate, eval."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from bot.settings import Settings

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on; 0 takes a free one.")]


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    role: Annotated[str, typer.Option(help="all, web or worker; the last two need PostgreSQL.")] = "all",
) -> None:
    """Serve the channels, the chat page and the scheduled jobs."""
    from bot import logs
    from bot.app import create_app
    from bot.cli.desk import ensure_schema, settings_now, speak, stop
    from bot.cli.listen import run
    from bot.running import open_parts

    logs.configure()
    settings = settings_now()
    if role not in ("all", "web", "worker"):
        stop(settings, "one_purpose", options="--role all | web | worker")
    problems = settings.problems(role=role)
    for problem in problems:
        speak(settings, "setting", problem=problem)
    if problems:
        raise typer.Exit(2)
    ensure_schema(settings)
    refuse_unsafe_database(settings)
    run(
        settings,
        host,
        port,
        parts=lambda: open_parts(settings),
        app=lambda running: create_app(running, role=role),
        said="serving",
    )


def refuse_unsafe_database(settings: "Settings") -> None:
    """End with 2 where the database's role or promises would undo what the product promises."""
    from bot.cli.desk import speak
    from bot.doctor import refused
    from core.db.engine import read_engine

    reader = read_engine(settings.database_url)
    findings = refused(settings, reader)
    reader.dispose()
    for finding in findings:
        speak(settings, f"doctor.{finding.code}", **finding.fields)
    if findings:
        raise typer.Exit(2)


def demo(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget earlier demo data and start over.")] = False,
) -> None:
    """A sample brand and its chat page in one process, for this machine only."""
    from bot import logs
    from bot.cli.desk import settings_now, stop
    from bot.demo import FOLDER, open_demo, settings_of
    from bot.settings import is_loopback

    logs.configure()
    settings = settings_of(settings_now(), host, port)
    if not is_loopback(host):
        stop(settings, "public_demo", host=host)
    FOLDER.mkdir(exist_ok=True)
    open_demo(settings, host, port, fresh=fresh)


def bring_to_head() -> None:
    """Migrate the configured database."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import OperationalError

    from bot.cli.desk import settings_now, speak, stop
    from bot.cli.running import hold
    from bot.migrations import migrate

    settings = settings_now()
    url = settings.database_url if settings.sqlite else settings.migrate_database_url or settings.database_url
    try:
        if settings.sqlite:
            with hold(url, alone=True) as mine:
                if not mine:
                    stop(settings, "migrate_running", code=1)
                migrate(url)
        else:
            migrate(url)
    except OperationalError as error:
        stop(settings, "unreachable", cause=str(error.orig).splitlines()[0])
    speak(settings, "migrated", url=make_url(url).render_as_string(hide_password=True))


def evaluate(
    gold: Annotated[Path, typer.Argument(help="Rows to predict, one JSON object a line.")],
    catalogue: Annotated[Path, typer.Option(help="The catalogue they speak of.")],
    out: Annotated[Path, typer.Option(help="Where the predictions go.")],
) -> None:
    """Run the understanding and the dialogue over a file of messages and dialogues."""
    from bot.cli.desk import settings_now, stop
    from bot.evaluate.run import evaluate as predict

    try:
        total = sum(1 for line in gold.read_text(encoding="utf-8").splitlines() if line.strip())
        with _bar(total) as advance:
            predict(gold, catalogue, out, advance=advance)
    except (OSError, ValueError, KeyError) as error:
        stop(settings_now(), "unreadable", code=1, cause=f"{type(error).__name__}: {error}"[:200])


def _bar(total: int) -> Any:
    from contextlib import contextmanager

    from bot.cli.desk import progress_bar

    @contextmanager
    def bar() -> Any:
        done = 0

        def advance() -> None:
            nonlocal done
            done += 1
            report(done, total)

        with progress_bar() as report:
            yield advance

    return bar()


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(demo)
    app.command()(serve)
    app.command("eval")(evaluate)
