"""How a command is run from the terminal: settings, database, whose process, and what is shown where.

Results go to standard output (JSON with `--json`), everything else to standard error. Exit 0 done, 1 refused, rows
rejected or a check failed, 2 wrong usage or settings.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import typer
from pydantic import ValidationError
from sqlalchemy import inspect, make_url
from sqlalchemy.exc import OperationalError

from bot import logs
from bot.cli.running import HeldError, hand_over, hold
from bot.commands import Answer, Place
from bot.commands.run import carry_out, perform
from bot.commands.words import texts
from bot.migrations import at_head, migrate
from bot.settings import Settings
from bot.shelf import Shelf
from bot.understand.index import Index
from core.db.engine import read_engine, write_engine
from core.db.lane import open_lane
from core.kit.clock import utc_now

LONG = 200
"""Rows from which on a progress bar is worth it."""


def settings_now() -> Settings:
    """The environment's settings; what is wrong with them ends the command with 2."""
    try:
        return Settings()
    except ValidationError as error:
        for wrong in error.errors():
            name = "DEALER_" + ".".join(str(part) for part in wrong["loc"]).upper()
            typer.echo(f"{name}: {wrong['msg']}", err=True)
        raise typer.Exit(2) from None


def speak(settings: Settings, text: str, /, **fields: Any) -> None:
    """A sentence on standard error."""
    typer.echo(sentence(settings, text, **fields), err=True)


def sentence(settings: Settings, text: str, /, **fields: Any) -> str:
    """Words in the installation's language."""
    return texts().text(settings.locale, f"commands.{text}").format(**fields)


def stop(settings: Settings, text: str, /, *, code: int = 2, **fields: Any) -> NoReturn:
    """Say why and end the command."""
    speak(settings, text, **fields)
    raise typer.Exit(code)


def written(command: str, /, *, as_json: bool, **args: Any) -> None:
    """Run a writing command here, or in the process that serves this database; show what came of it."""
    logs.configure()
    settings = settings_now()
    with progress_bar() as progress:
        try:
            said = _run(settings, command, args, progress)
        except HeldError as error:
            stop(settings, "locked", code=1, path=str(error))
    show(settings, said, as_json=as_json)


def looked_up(command: Callable[..., Answer], /, *, as_json: bool, **args: Any) -> None:
    """Run a reading command, beside whatever serves this database."""
    logs.configure()
    settings = settings_now()
    with _place(settings, lambda _done, _total: None) as place:
        said = carry_out(place, command, args)
    show(settings, said, as_json=as_json)


def show(settings: Settings, said: Mapping[str, Any], *, as_json: bool) -> None:
    """Print what a command said and end with its code."""
    if "answer" in said:
        answer = said["answer"]
        if as_json:
            typer.echo(json.dumps(answer["data"], ensure_ascii=False, default=str))
        else:
            for line in answer["lines"]:
                typer.echo(line)
        raise typer.Exit(0 if answer["ok"] else 1)
    typer.echo(said.get("refused") or said.get("failed") or said.get("usage") or settings.locale, err=True)
    raise typer.Exit(2 if "usage" in said else 1)


def ensure_schema(settings: Settings) -> None:
    """Migrate an empty SQLite file; end with 2 when any other database is not at head."""
    engine = read_engine(settings.database_url)
    try:
        ready = at_head(engine)
        empty = not ready and settings.sqlite and not inspect(engine).get_table_names()
    except OperationalError as error:
        stop(settings, "unreachable", cause=str(error.orig).splitlines()[0])
    finally:
        engine.dispose()
    if empty:
        migrate(settings.database_url)
    elif not ready:
        stop(settings, "not_at_head")


def index_now(settings: Settings) -> Index:
    """The index of the database's catalogue, only read; ends with 2 when the database is not at head."""
    if settings.sqlite and not Path(make_url(settings.database_url).database or "").exists():
        stop(settings, "not_at_head")  # opening it would make an empty one
    engine = read_engine(settings.database_url)
    try:
        if not at_head(engine):
            stop(settings, "not_at_head")
        shelf = Shelf(engine, utc_now)
        shelf.refresh()
    except OperationalError as error:
        stop(settings, "unreachable", cause=str(error.orig).splitlines()[0])
    finally:
        engine.dispose()
    return shelf.index


@contextmanager
def progress_bar() -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, from the first report of long work on."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("")

    def report(done: int, total: int) -> None:
        if total >= LONG:
            bar.start()
            bar.update(task, completed=done, total=total)

    try:
        yield report
    finally:
        if bar.live.is_started:
            bar.stop()


def in_full(path: str) -> str:
    """A path that means the same in another process; "" stays."""
    return str(Path(path).resolve()) if path else ""


def _run(
    settings: Settings, name: str, args: Mapping[str, Any], progress: Callable[[int, int], None]
) -> dict[str, Any]:
    if not settings.sqlite:
        with _place(settings, progress) as place:
            return perform(place, name, args)
    with hold(settings.database_url, alone=False) as mine:
        if not mine:
            return hand_over(settings.database_url, name, args, progress)
        with _place(settings, progress) as place:
            return perform(place, name, args)


@contextmanager
def _place(settings: Settings, progress: Callable[[int, int], None]) -> Iterator[Place]:
    ensure_schema(settings)
    lane = open_lane(write_engine(settings.database_url))
    reader = read_engine(settings.database_url)
    try:
        yield Place(lane=lane, reader=reader, settings=settings, progress=progress)
    finally:
        lane.close()
        reader.dispose()
        sys.stdout.flush()
