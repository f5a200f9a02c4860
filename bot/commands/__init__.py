"""What `dealer` does, as functions that run in any process: the command's own, or the one that serves.

A command is `command(place, **arguments) -> Answer`; arguments and answers are plain JSON, so that they travel over the
running process's socket.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Concatenate, ParamSpec

from sqlalchemy import Connection, Engine

from bot.settings import Settings
from core.db.lane import Lane
from core.db.scope import Scope, SystemScope
from core.db.session import Session
from core.kit.clock import Clock, utc_now
from core.people.actor import Actor
from notifications.outbox.write import write_facts

P = ParamSpec("P")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a command runs: the only way to write, a way to read, the settings, and who is told of progress."""

    lane: Lane
    reader: Engine
    settings: Settings
    clock: Clock = utc_now
    progress: Callable[[int, int], None] = lambda _done, _total: None


@dataclass(frozen=True, slots=True)
class Answer:
    """data: for `--json`; lines: for a person; ok False: refused, rows rejected, or a check failed (exit 1)."""

    data: Any
    lines: Sequence[str] = field(default=())
    ok: bool = True


Command = Callable[..., Answer]

COMMANDS = {
    "import": "bot.commands.files:bring",
    "invite": "bot.commands.people:invite",
    "invite.all": "bot.commands.rolls:invite_all",
    "ship": "bot.commands.trade:ship",
    "deliver": "bot.commands.trade:deliver",
    "receive": "bot.commands.trade:receive",
    "adjust": "bot.commands.trade:adjust",
    "pay": "bot.commands.trade:pay",
    "price": "bot.commands.trade:price",
    "credit": "bot.commands.trade:credit",
    "return": "bot.commands.trade:take_back",
    "parked.retry": "bot.commands.watch:retry_parked",
    "parked.drop": "bot.commands.watch:drop_parked",
    "jobs.run": "bot.commands.watch:run_job",
}
"""Commands that write, by name. Reading ones run beside a running process on their own."""


def command_named(name: str) -> Command:
    """The function of a writing command. Raises KeyError."""
    module, _, function = COMMANDS[name].partition(":")
    found: Command = getattr(import_module(module), function)
    return found


def loader(place: Place) -> Actor:
    """Whoever may run commands on this machine, bringing in data."""
    return Actor(subject="system:import", side="system", role="import", name="", zone=place.settings.zone,
                 locale=place.settings.locale, channel="cli", currency=place.settings.currency)  # fmt: skip


def write(
    place: Place,
    verb: Callable[Concatenate[Session, P], Any],
    scope: Scope | None = None,
    *args: P.args,
    **kwargs: P.kwargs,
) -> Any:
    """One unit of work on the lane: what happened in it is kept for the worker to address."""

    def unit(connection: Connection) -> Any:
        session = Session(connection, scope or SystemScope("command"), place.clock())
        result = verb(session, *args, **kwargs)
        write_facts(session, session.facts)
        return result

    return place.lane.run(unit)


def read(place: Place, query: Callable[[Session], Any], scope: Scope | None = None) -> Any:
    """A read beside whatever is being written."""
    with place.reader.begin() as connection:
        return query(Session(connection, scope or SystemScope("command"), place.clock()))
