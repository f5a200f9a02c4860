"""The dealer's contract and its file; staff's list of those that end, and renew, not renew, later."""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import quote

import yaml

from bot.dialog.api import ChoiceHandler, Flow, Says, Turn, capped, choice, say
from bot.dialog.messages import Choice, Picture, Say
from bot.dialog.vocabulary import name_within
from bot.understand.normalise import normalise
from bot.understand.types import Ask, Topic
from core.contracts.queries import Contract, contract_by_id, contracts_of, ending_contracts
from core.contracts.rules import state_of
from core.contracts.service import Decided, decide_contract, snooze_contract
from core.dealers.queries import find_dealers
from core.kit.errors import NotFoundError
from core.kit.say import Param
from core.people.invites import issue_channel_link
from core.people.policy import require
from notifications.alerts.contracts import contract_card, trade_lines
from notifications.attention import see_alerts_about
from notifications.recipients import dealer_label

PICTURES = (".png", ".jpg", ".jpeg")
MOST_CARDS = 5
"""Contracts shown to staff at once, each with its buttons."""


@cache
def _words() -> dict[str, list[str]]:
    words: dict[str, list[str]] = yaml.safe_load(
        Path(__file__).with_name("words.yaml").read_text(encoding="utf-8")
    )
    return words


def asked(turn: Turn, _moves: Sequence[Ask]) -> Says:
    """When the dealer's contract ends; for staff, those that end soon."""
    if turn.actor.side != "staff":
        return see(turn)
    return _of_dealer(turn) or ending(turn)


def see(turn: Turn, _arg: str = "") -> Says:
    """The contract that runs now, and the one after it; ended ones only where there is no other."""
    if not turn.private:
        return (say("dialog.group.private"),)
    require(turn.actor, "contracts.read")
    mine = contracts_of(turn.session)
    if not mine:
        return (Say(key="contracts.none", choices=(choice("contracts.person", "person"),)),)
    live = [each for each in mine if state_of(each.starts_on, each.ends_on, turn.today) != "ended"]
    shown = list(reversed(live)) or [mine[0]]
    choices = tuple(
        choice("contracts.send_button" if len(shown) == 1 else "contracts.send_one", "contract-file", each.id,
               number=each.number)
        for each in shown
        if each.file
    )  # fmt: skip
    lines = tuple(_line(each, turn.today) for each in shown[1:])
    first = _line(shown[0], turn.today)
    return (Say(key=first.key, params=first.params, lines=lines, choices=choices),)


def send(turn: Turn, arg: str) -> Says:
    """The paper of one of the dealer's own contracts."""
    if not turn.private:
        return (say("dialog.group.private"),)
    require(turn.actor, "contracts.read")
    found = next((each for each in contracts_of(turn.session) if str(each.id) == arg), None)
    if found is None:
        raise NotFoundError(kind="contract", reference=arg)
    return (_file(turn, found),)


def _file(turn: Turn, contract: Contract) -> Say:
    if not contract.file:
        return Say(key="contracts.no_file", params={"number": contract.number},
                   choices=(choice("contracts.person", "person"),))  # fmt: skip
    is_picture = contract.file_name.lower().endswith(PICTURES)
    if turn.inbound.channel == "wechat" and turn.public_url and not is_picture:
        return _on_the_web(turn, contract)
    picture = Picture(ref=contract.file, name=contract.file_name)
    return Say(key="contracts.here", params={"number": contract.number}, picture=picture)


def _on_the_web(turn: Turn, contract: Contract) -> Say:
    """A service account of WeChat sends pictures, but no files."""
    link = issue_channel_link(turn.session, turn.actor)
    url = f"{turn.public_url.rstrip('/')}/join/{quote(link.token)}"
    params: dict[str, Param] = {"number": contract.number, "until": link.expires_at}
    return Say(
        key="contracts.on_the_web", params=params, choices=(Choice(label=say("contracts.open_web"), url=url),)
    )


def _line(contract: Contract, today: date) -> Say:
    left = (contract.ends_on - today).days
    state = state_of(contract.starts_on, contract.ends_on, today)
    key = "today" if left == 0 else state
    count = (
        left if state == "running" else abs((contract.starts_on - today).days) if state == "coming" else -left
    )
    return say(
        f"contracts.{key}",
        number=contract.number,
        start=contract.starts_on,
        end=contract.ends_on,
        count=count,
    )


def ending(turn: Turn) -> Says:
    """Contracts of the region that end within ninety days, the nearest first, each with what can be done."""
    require(turn.actor, "contracts.decide")
    found = ending_contracts(turn.session, turn.today)
    if not found:
        return (say("contracts.none_ending"),)
    cards = tuple(
        contract_card(
            dealer_label(turn.session.as_system("dealer name"), each.dealer_id).name, each, turn.today
        )
        for each in found
    )
    lines = tuple(Say(key=card.key, params=card.params, lines=card.lines) for card in cards)
    choices = tuple(
        choice("contracts.open", "contract-card", each.id, number=each.number) for each in found[:MOST_CARDS]
    )
    return (Say(key="contracts.ending", params={"count": len(found)}, lines=capped(lines), choices=choices),)


def _of_dealer(turn: Turn) -> Says | None:
    """The contracts of the dealer that is named, whenever they end; None where none is, or no one dealer."""
    text = normalise(turn.inbound.text).text.strip(" 。.!！?？")
    named = next(filter(None, (re.fullmatch(pattern, text) for pattern in _words()["of"])), None)
    found = find_dealers(turn.session, name_within(named["dealer"])[0]) if named else ()
    if len(found) != 1:
        return None
    (dealer,) = found
    held = contracts_of(turn.session.for_dealer(dealer.id))
    if not held:
        return (say("contracts.none_of", dealer=dealer.name),)
    live = [each for each in held if state_of(each.starts_on, each.ends_on, turn.today) != "ended"]
    return tuple(each for found in (live or held[:1]) for each in card(turn, str(found.id)))


def card(turn: Turn, arg: str) -> Says:
    """One contract with its buttons."""
    require(turn.actor, "contracts.decide")
    found = contract_by_id(turn.session, int(arg))
    dealer = dealer_label(turn.session.as_system("dealer name"), found.dealer_id).name
    say = contract_card(dealer, found, turn.today)
    bound = turn.session.for_dealer(found.dealer_id)
    trade = trade_lines(bound, turn.now, turn.actor.zone, turn.actor.currency)
    return (Say(key=say.key, params=say.params, lines=(*say.lines, *trade), choices=say.choices),)


def decide(decision: str) -> ChoiceHandler:
    """The notice's renew or not renew: holds for the term it showed."""

    def handler(turn: Turn, arg: str) -> Says:
        contract, ends_on = _of(arg)
        done = decide_contract(
            turn.session, turn.actor, contract=contract, ends_on=ends_on, decision=decision
        )
        see_alerts_about(turn.session, turn.actor, f"contract:{contract}")
        return (_done(decision, done),)

    return handler


def later(turn: Turn, arg: str) -> Says:
    """Say it again in a week."""
    contract, ends_on = _of(arg)
    done = snooze_contract(turn.session, turn.actor, contract=contract, ends_on=ends_on)
    see_alerts_about(turn.session, turn.actor, f"contract:{contract}")
    return (_done("later", done),)


def _done(what: str, done: Decided) -> Say:
    key = f"contracts.{what}_before" if done.repeated else f"contracts.{what}_done"
    return say(key, number=done.number, until=done.until)


def _of(arg: str) -> tuple[int, date]:
    contract, _, ends_on = arg.partition("~")
    return int(contract), date.fromisoformat(ends_on)


def short(turn: Turn) -> Says | None:
    """Short requests that are whole messages: the file itself, and staff's list."""
    text = normalise(turn.inbound.text).text.strip(" 。.!！?？")
    staff = turn.actor.side == "staff"
    if not any(re.fullmatch(pattern, text) for pattern in _words()["list" if staff else "send"]):
        return _of_dealer(turn) if staff and turn.may("contracts.decide") else None
    return ending(turn) if staff else _sent(turn)


def _sent(turn: Turn) -> Says:
    if not turn.private:
        return (say("dialog.group.private"),)
    require(turn.actor, "contracts.read")
    live = [
        each
        for each in contracts_of(turn.session)
        if state_of(each.starts_on, each.ends_on, turn.today) == "running"
    ]
    return (_file(turn, live[0]),) if len(live) == 1 else see(turn)


FLOW = Flow(
    name="contracts",
    side="both",
    topics={Topic.CONTRACT: asked},
    choices={
        "contract": see,
        "contract-file": send,
        "contract-card": card,
        "contract-renew": decide("renew"),
        "contract-end": decide("end"),
        "contract-later": later,
    },
    text=short,
)
