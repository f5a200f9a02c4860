"""What the outbox asks of a channel. Channels implement `Sender`; the outbox knows none of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a person can be reached: a channel account of ours and a chat there."""

    channel: str
    account: str
    chat: str
    subject: str  # whose buttons these are: "m:<member id>" or "s:<staff id>"
    locale: str = "zh-Hans"
    kind: str = "reply"  # of the message: a reply goes on with the conversation; money and alert interrupt it
    ref: str = ""  # the message's own number, the same in every attempt


@dataclass(frozen=True, slots=True)
class Sent:
    """Accepted by the channel, which calls it `provider_id`."""

    provider_id: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """Surely not sent; try again, not before `after` seconds when the channel said so."""

    reason: str
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Perhaps sent: the answer was lost after the request went out."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Will never be accepted. `unreachable`: the person blocked us or is gone, so this address is off."""

    reason: str
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """The chat has a new id; send there from now on."""

    chat: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing may be sent to this person now: it goes along with the next answer to them."""

    reason: str


Result = Sent | Retry | Unknown | Refused | Moved | Wait


class Sender(Protocol):
    """One channel's way out. `payload` is a Say as JSON; it never raises for what a channel answers."""

    async def send(self, address: Address, payload: Mapping[str, Any]) -> Result: ...
