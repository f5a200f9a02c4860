"""A fact as alert rules see it, and the brand's own settings that words need."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.db.session import Session
from core.kit.money import Money
from core.kit.say import Choice, Say
from notifications.outbox.write import Notice
from notifications.recipients import Recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """A fact. `ref` is its unique id, for the notices' keys."""

    ref: int
    kind: str
    dealer_id: int | None
    data: Mapping[str, Any]
    at: datetime
    zone: ZoneInfo
    currency: str
    tell_dealers: bool = False  # of their contracts' end

    def money(self, name: str) -> Money:
        """An amount of the fact."""
        return Money(int(self.data[name]), self.currency)

    def dealer(self) -> int:
        """The dealer it is about. Raises ValueError where there is none."""
        if self.dealer_id is None:
            raise ValueError(self.kind)
        return self.dealer_id


Rule = Callable[[Session, Happened], Iterable[Notice]]


def tell(
    fact: Happened, recipients: Iterable[Recipient], say: Say, *, kind: str = "alert", once: str = ""
) -> Iterable[Notice]:
    """The same words to each recipient, once for this fact; or once for ever for what `once` names."""
    for recipient in recipients:
        key = f"{fact.kind}:{once or fact.ref}:{recipient.subject}"
        yield Notice(key=key, person_id=recipient.person_id, subject=recipient.subject, say=say, kind=kind)


def button(label: str, action: str, arg: str) -> Choice:
    """A next step: its label's key, and what it does."""
    return Choice(label=Say(key=f"alerts.{label}"), action=action, arg=arg)
