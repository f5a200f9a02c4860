"""What commands say, in the installation's language."""

from functools import cache
from pathlib import Path
from typing import Any, cast

from bot.commands import Place
from bot.dialog.api import Turn
from bot.dialog.messages import Name
from bot.dialog.refusals import refusal
from bot.dialog.render import render
from bot.dialog.texts import Texts, load_texts
from core.kit.errors import DealerError
from core.kit.money import Money


@cache
def texts() -> Texts:
    """The words of this folder."""
    return load_texts((Path(__file__).parent,))


def say(place: Place, text: str, /, **fields: Any) -> str:
    """One sentence."""
    return texts().text(place.settings.locale, f"commands.{text}").format(**fields)


def money(place: Place, minor: int) -> str:
    """An amount as a decimal with its currency."""
    return f"{Money(minor).amount:,} {place.settings.currency}"


def refused(place: Place, error: DealerError) -> str:
    """Why something was not done, in the words it has in chat."""
    said = refusal(cast("Turn", _Desk(place)), error)
    try:
        words = render(
            said,
            place.settings.locale,
            now=place.clock(),
            zone=place.settings.zone,
            sign=lambda _action, _arg: "",
        )
    except KeyError:
        return f"{error.code} {error.fields or ''}".strip()
    return words.text


class _Desk:
    """As much of a turn as a refusal's words need, where nobody chats."""

    def __init__(self, place: Place) -> None:
        self._currency = place.settings.currency
        self.index = _NoIndex()

    def money(self, minor: int) -> Money:
        return Money(minor, self._currency)

    def name(self, sku: str) -> Name:
        return Name(zh=sku)


class _NoIndex:
    entries: dict[str, Any] = {}  # noqa: RUF012 - never filled
