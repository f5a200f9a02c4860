"""Buttons and words the texts name, said instead of pressed."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import yaml

from bot.dialog.state import Offer
from bot.understand.normalise import normalise


@cache
def _words() -> dict[str, str]:
    path = Path(__file__).with_name("words.yaml")
    table = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {str(word): action for action, words in table.items() for word in words}


def word_for(text: str) -> str:
    """The action of a message that is nothing but one of the words the texts name; "" for any other."""
    return _words().get(normalise(text).text.strip(" .。!"), "")


@cache
def _spoken() -> dict[str, frozenset[str]]:
    path = Path(__file__).with_name("offers.yaml")
    return {
        name: frozenset(words) for name, words in yaml.safe_load(path.read_text(encoding="utf-8")).items()
    }


def offer_for(offers: Sequence[Offer], text: str) -> Offer | None:
    """The choice on the screen that a message says in words instead of by its number.

    Of all that a confirm agrees to, the last is what this list asks.
    """
    said = normalise(text).text.strip(" .。!,，")
    for offer in offers:
        flags = offer.arg.partition("-")[2][-1:] if offer.action == "confirm" else ""
        if said in _spoken().get(f"{offer.action}-{flags}" if flags else offer.action, ()):
            return offer
    return None
