"""Answered messages: the row that claims a message, and what was said to it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from bot.dialog.messages import Inbound
from bot.store.models import inbox
from core.db.session import Session

_answered = insert(inbox)


@dataclass(frozen=True, slots=True)
class Heard:
    """How a message was heard, in one word; of a button what it does and with what."""

    how: str = ""
    pressed: str = ""


NOT_HEARD = Heard()


def keep_reply(
    session: Session, inbound: Inbound, subject: str, reply: list[dict[str, Any]], heard: Heard = NOT_HEARD
) -> None:
    """Claim the message with its reply, and how it was heard, last of all. Raises IntegrityError when another delivery of it won."""
    session.execute(
        _answered,
        {
            "channel": inbound.channel,
            "account": inbound.account,
            "dedupe_key": inbound.message_id,
            "subject": subject,
            "place": inbound.place,
            "kind": inbound.kind,
            "text": inbound.text or heard.pressed,
            "reply": reply,
            "heard": heard.how,
            "at": inbound.at,
        },
    )
