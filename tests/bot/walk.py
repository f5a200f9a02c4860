"""Walking every entrance of the chat with somebody else's references, leaving no trace: each step is undone.

What a step shows is everything that can be seen of it: the answer and the notices in both languages, what is stored of them, and the
statements it ran with the rows each touched, so that neither words nor work tell whether somebody else's row is there.
"""

import inspect
import json
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection, Engine, event, select
from structlog.testing import capture_logs

from bot.dialog.commands import Verb, phrases
from bot.dialog.handles import sign
from bot.dialog.messages import Inbound, Kind, Media
from bot.dialog.render import render
from bot.dialog.routes import Routes
from bot.turn import Outcome, handle
from core.db.scope import SystemScope
from core.db.session import Session
from core.kit.say import load
from notifications.address import address_facts
from notifications.outbox.models import outbox
from tests.bot.rivals import Rival
from tests.core.shop import ZONE
from tests.world import SECRET, World

TEXTS = (
    "{ref}到哪了", "订单{ref}为什么还没到", "订单{ref}当时怎么写的", "{ref}为什么这么多钱", "取消订单{ref}", "{ref}收到了", "按{ref}再来一单",
    "再来一单{ref}", "送到{ref}", "报销{ref}怎么样了", "撤回报销{ref}", "合同{ref}", "{ref}的返利", "{ref}还有货吗", "{ref}多少钱",
    "{ref}来3箱", "把{ref}改成5箱", "不要{ref}了", "切换到{ref}", "备注{ref}", "{ref}", "order {ref} status", "cancel order {ref}",
    "where is {ref}", "repeat {ref}", "claim {ref}", "ship to {ref}",
)  # fmt: skip
"""A reference in every sort of question and wish."""

_MARK = re.compile(r"\b[0-9a-f]{8}\b")  # of a command, over its words: the reference is among them


@dataclass(frozen=True, slots=True)
class Case:
    """One way in: messages up to the one that is looked at; `{ref}` in them stands for a reference."""

    entrance: str
    steps: tuple[tuple[Kind, str], ...]
    refs: range = range(3)  # of a rival's references, those that can stand here

    def of(self, ref: str) -> tuple[tuple[Kind, str], ...]:
        return tuple((kind, words.replace("{ref}", ref)) for kind, words in self.steps)


def cases(ways: Routes) -> Iterator[Case]:
    """Every button, with every form of argument it may carry, and every sort of message."""
    for action, handler in ways.choices.items():
        verb = inspect.getclosurevars(handler).nonlocals.get("verb")
        if not isinstance(verb, Verb):
            names = range(1) if action.startswith("no-") else range(3)  # dropping a command names nothing
            yield Case(action, ((Kind.CHOICE, f"{action}.{{ref}}"),), names)
        elif action.startswith("fill-"):
            for slot in verb.slots:
                yield Case(
                    action, (*_call(verb), (Kind.CHOICE, f"{action}.{slot.name}~{{ref}}")), range(1, 3)
                )
        else:
            yield Case(
                action,
                ((Kind.CHOICE, f"{action}.{{ref}}"),),
                range(1) if action.startswith("do-") else range(1, 3),
            )
    for kind in Kind:
        if kind not in (Kind.TEXT, Kind.CHOICE):
            yield Case(f"kind {kind}", ((kind, "{ref}"),), range(2))


def texts() -> Iterator[Case]:
    """What a member may write with a reference in it."""
    for text in TEXTS:
        yield Case(f"text {text}", ((Kind.TEXT, text),), range(1, 4))


def verbs() -> Iterator[Case]:
    """Every verb of staff by its words, with the reference where a dealer or an order is named; then a yes."""
    for verb in sorted(set(phrases().values())):
        phrase = next(phrase for phrase, name in phrases().items() if name == verb)
        forms = {f"{phrase} {{ref}}": 3, f"{phrase} {{ref}} 100": 2, f"{{ref}} {phrase} 茉莉花茶1L 2箱": 2}
        for form, last in forms.items():
            yield Case(f"verb {verb}", ((Kind.TEXT, form), (Kind.TEXT, "好的")), range(1, last))


def _call(verb: Verb) -> tuple[tuple[Kind, str], ...]:
    """The verb's first words; a verb of buttons alone has none."""
    return tuple((Kind.TEXT, phrase) for phrase, name in phrases().items() if name == verb.name)[:1]


@dataclass
class Walker:
    """Somebody in a chat whose every message is undone after it was looked at."""

    world: World
    who: str
    subject: str
    statements: list[tuple[str, int]] = field(default_factory=list)
    everything: str = ""  # all that was ever shown

    def __post_init__(self) -> None:
        self.engine: Engine = self.world.shop.database.engine
        event.listen(self.engine, "after_cursor_execute", self._note)
        self.world.office.shelf.refresh()
        self.now = self.world.now

    def _note(self, _connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        self.statements.append((statement, cursor.rowcount))

    def close(self) -> None:
        event.remove(self.engine, "after_cursor_execute", self._note)

    def sees(self, case: Case, ref: str, rival: Rival) -> str:
        """Everything that can be seen of a case, the reference itself left out."""
        with self.engine.connect() as connection, connection.begin() as transaction:
            office = replace(self.world.office, lane=_Undone(connection))
            self.statements.clear()
            for number, (kind, words) in enumerate(case.of(ref)):
                with capture_logs(), _certain():
                    outcome = handle(office, self._inbound(kind, words, number))
                if outcome.status != "done":
                    break
            shown = self._shown(connection, outcome)
            transaction.rollback()
        for known in sorted({ref, *rival.references, *_as_money(rival)}, key=len, reverse=True):
            shown = shown.replace(known, "REF")
        self.everything += shown
        return _MARK.sub("MARK", shown)

    def _shown(self, connection: Connection, outcome: Outcome) -> str:
        ran = list(self.statements)
        while address_facts(Session(connection, SystemScope("walk"), self.now), ZONE, "CNY"):
            pass
        mine = select(outbox.c.payload).where(outbox.c.subject == self.subject).order_by(outbox.c.id)
        payloads = connection.execute(mine).scalars().all()
        said = [self._rendered(payload, locale) for payload in payloads for locale in ("zh-Hans", "en")]
        return json.dumps([outcome.status, payloads, said, ran], ensure_ascii=False)

    def _rendered(self, payload: Any, locale: str) -> str:
        """A Say in words; of a channel that does not exist there are none."""
        with suppress(KeyError):
            return str(
                render(load(payload), locale, now=self.now, zone=ZONE, sign=lambda *named: ".".join(named))
            )
        return "no words"

    def _inbound(self, kind: Kind, words: str, number: int) -> Inbound:
        handed = ""
        if kind is Kind.CHOICE:
            action, _, arg = words.partition(".")
            with suppress(ValueError):  # too long for a button: nothing can carry it
                handed = sign(
                    SECRET, subject=self.subject, place="private", action=action, arg=arg, now=self.now
                )
        media = Media(ref=words, unique=words, name=words)
        return Inbound(
            channel="web", account="web", message_id=f"walk{number}", sender=self.who, chat=self.who, at=self.now,
            kind=kind, choice=handed, text="" if kind is Kind.CHOICE else words,
            media=media if kind in (Kind.PHOTO, Kind.FILE, Kind.VOICE, Kind.VIDEO) else None,
        )  # fmt: skip


def _as_money(rival: Rival) -> Iterator[str]:
    """A figure as it is said back when it was taken for an amount."""
    for ref in rival.references:
        if ref.isdecimal():
            yield from (f"{int(ref):,}", f"{int(ref) / 100:,.2f}")


@contextmanager
def _certain() -> Iterator[None]:
    """Tokens and references drawn alike every time."""
    drawn = Random(7)
    with (
        patch.object(secrets, "token_urlsafe", lambda size: drawn.randbytes(size).hex()),
        patch.object(secrets, "choice", drawn.choice),
        patch.object(secrets, "randbelow", drawn.randrange),
    ):
        yield


class _Undone:
    """A lane whose units all run in one transaction that nobody commits."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def run(self, unit: Any, key: str = "") -> Any:
        with self.connection.begin_nested():
            return unit(self.connection)


def differing(walker: Walker, all_cases: Iterable[Case], rival: Rival) -> Iterator[tuple[str, str, str, str]]:
    """Entrances that tell a reference that is somebody's from one that is nobody's: both answers with them."""
    gone = rival.gone()
    for case in all_cases:
        for real, none in ((rival.references[at], gone.references[at]) for at in case.refs):
            known, unknown = walker.sees(case, real, rival), walker.sees(case, none, gone)
            if known != unknown:
                yield case.entrance, real, known, unknown


def leaks(walker: Walker, all_cases: Iterable[Case], theirs: Rival) -> list[str]:
    """Entrances that tell, by anything that can be seen, that another dealer has what is named, or show its canaries."""
    found = [
        f"{entrance} {real}:\n  {known[:900]}\n  {unknown[:900]}"
        for entrance, real, known, unknown in differing(walker, all_cases, theirs)
    ]
    shown = walker.everything
    return found + [f"shown: {canary}" for canary in theirs.canaries if canary in shown]
