"""Keeping a proposed nickname, listing them, taking one away; staff's look at a dealer's."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import yaml

from bot.dialog.api import Says, Turn, called, capped, choice, say
from bot.dialog.commands import Values, Verb, staff_flow
from bot.dialog.messages import Param, Say
from bot.dialog.slots import Slot, SlotKind
from bot.understand.nicknames import word_key
from bot.understand.normalise import normalise
from core.dealers.queries import dealer_by_code
from core.nicknames.queries import Nickname, nicknames_of
from core.nicknames.service import drop_nickname, keep_nickname
from core.people.policy import require

MOST_BUTTONS = 6


@cache
def _words() -> dict[str, list[str]]:
    words: dict[str, list[str]] = yaml.safe_load(
        Path(__file__).with_name("words.yaml").read_text(encoding="utf-8")
    )
    return words


def keep(turn: Turn, arg: str) -> Says:
    """Yes to what was proposed."""
    sku, _, said = arg.partition("\n")
    keep_nickname(turn.session, turn.actor, word=word_key(said), said=said, sku=sku)
    turn.state.told = tuple(each for each in turn.state.told if not each.startswith(f"{word_key(said)}="))
    return (say("nicknames.kept", said=said, product=turn.name(sku)),)


def show(turn: Turn, _arg: str = "") -> Says:
    """All of the dealer's, each with a way to take it away."""
    require(turn.actor, "nicknames.read")
    found = nicknames_of(turn.session)
    if not found:
        return (say("nicknames.none"),)
    droppable = found[:MOST_BUTTONS] if turn.may("nicknames.keep") else ()
    choices = tuple(choice("nicknames.drop", "nickname-drop", each.id, said=each.said) for each in droppable)
    return (
        Say(
            key="nicknames.head",
            params={"count": len(found)},
            lines=capped(_lines(found)),
            choices=choices,
        ),
    )


def drop(turn: Turn, arg: str) -> Says:
    """Take one away: from then on it is asked about again."""
    said = drop_nickname(turn.session, turn.actor, nickname=int(arg))
    return (say("nicknames.dropped", said=said),)


def short(turn: Turn) -> Says | None:
    """Requests about one's nicknames, as whole messages."""
    written = normalise(turn.inbound.text.strip())
    for pattern in _words()["list"]:
        if re.fullmatch(pattern, written.text.strip(" .。!?")):
            return show(turn)
    for pattern in _words()["drop"]:
        if match := re.fullmatch(pattern, written.text.strip(" .。!?")):
            return _drop_named(turn, match["word"])
    return None


def _drop_named(turn: Turn, word: str) -> Says:
    found = [each for each in nicknames_of(turn.session) if word_key(each.said) == word_key(word)]
    return drop(turn, str(found[0].id)) if found else (say("nicknames.unknown", said=word),)


def of_dealer(turn: Turn, values: Values) -> Says:
    """The nicknames of a dealer, for staff."""
    dealer = dealer_by_code(turn.session, values["dealer"])
    found = nicknames_of(turn.session.for_dealer(dealer.id))
    if not found:
        return (say("nicknames.none_there", dealer=dealer.name),)
    params: dict[str, Param] = {"count": len(found), "dealer": dealer.name}
    return (Say(key="nicknames.at_dealer", params=params, lines=capped(_lines(found))),)


def _lines(found: tuple[Nickname, ...]) -> list[Say]:
    return [
        say(
            "nicknames.line" if each.active else "nicknames.line_gone",
            said=each.said,
            product=called(each),
        )
        for each in found
    ]


VERBS = (
    Verb(name="nicknames", policy="nicknames.read", slots=(Slot("dealer", SlotKind.DEALER),), run=of_dealer),
)
_staff = staff_flow("nicknames", VERBS)


def _text(turn: Turn) -> Says | None:
    if turn.actor.side == "dealer":
        return short(turn)
    return _staff.text(turn) if _staff.text else None


FLOW = replace(
    _staff,
    side="both",
    text=_text,
    choices={**_staff.choices, "nickname-keep": keep, "nickname-drop": drop, "nicknames": show},
)
