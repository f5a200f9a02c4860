"""A real conversation as a transcript that can be played again: what was said and answered, the goods it speaks of, no names."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from bot.commands import Answer, Place, read
from bot.commands.errors import NoTalkError
from bot.commands.stats import without_names
from bot.commands.words import say
from bot.dialog.messages import Kind, Say
from bot.nameless import Nameless
from bot.shelf import to_catalogue
from bot.store.heard import Exchange, exchanges
from bot.understand.context import Context
from bot.understand.index import Index, build_index
from bot.understand.understand import understand
from core.db.session import Session
from core.dealers.queries import dealer_by_code
from core.kit.clock import business_day
from core.kit.errors import NotFoundError
from core.people.queries import Member, members_of
from core.pricing.queries import Price, prices_of
from core.products.queries import CatalogueView, ProductView, catalogue_of

PAUSE = timedelta(hours=6)
"""A longer silence begins another conversation."""
LONGEST = timedelta(days=90)
WHOLE_CATALOGUE = 60
"""A catalogue of so many products goes in whole; of a larger one only what the messages may mean."""
_ALONE = (Kind.PHOTO, Kind.FILE, Kind.VOICE, Kind.VIDEO, Kind.STICKER, Kind.LOCATION, Kind.CONTACT)


def transcript(place: Place, *, dealer: str, person: str = "", out: str, since: str = "") -> Answer:
    """Write the last conversation of a dealer's person, or all since a moment, in the form of tests/transcripts.

    Raises NotFoundError, NoTalkError.
    """
    made = read(place, lambda session: _made(place, session, dealer, person, since))
    path = Path(out)
    path.write_text(
        yaml.safe_dump(made, allow_unicode=True, sort_keys=False, width=140, default_flow_style=None),
        encoding="utf-8",
    )
    count = len(made["talk"])
    goods = len(made["given"]["goods"])
    return Answer(
        {"file": out, "messages": count, "goods": goods},
        [say(place, "transcript.made", count=count, goods=goods, file=out)],
    )


def _made(place: Place, session: Session, code: str, person: str, since: str) -> dict[str, Any]:
    at = session.for_dealer(dealer_by_code(session, code).id)
    member, talk = _talk_of(place, at, person, since)
    catalogue = catalogue_of(session)
    goods = _goods(place, catalogue, talk)
    prices = prices_of(at, [one.sku for one in goods], on=business_day(place.clock(), place.settings.zone))
    without = without_names(place, session)
    given = {
        "language": place.settings.locale,
        "role": member.role,
        "goods": [_product(one, prices.get(one.sku)) for one in goods],
        "unit_synonyms": {unit: list(names) for unit, names in catalogue.unit_synonyms.items()},
    }
    return {"given": given, "talk": list(_turns(talk, without))}


def _talk_of(place: Place, at: Session, person: str, since: str) -> tuple[Member, list[Exchange]]:
    """The person of the dealer who is meant, or who wrote last, and his conversation."""
    now = place.clock()
    start = _moment(place, since) if since else now - LONGEST
    found = [
        (member, talk)
        for member in members_of(at)
        if not person or person in (member.name, member.role)
        if (talk := exchanges(at, f"m:{member.id}", start, now + timedelta(seconds=1)))
    ]
    if person and not any(person in (member.name, member.role) for member in members_of(at)):
        raise NotFoundError(kind="member", reference=person)
    if not found:
        raise NoTalkError
    member, talk = max(found, key=lambda one: one[1][-1].at)
    return member, talk if since else _last(talk)


def _moment(place: Place, text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=place.settings.zone)


def _last(talk: list[Exchange]) -> list[Exchange]:
    first = len(talk) - 1
    while first and talk[first].at - talk[first - 1].at <= PAUSE:
        first -= 1
    return talk[first:]


def _goods(place: Place, catalogue: CatalogueView, talk: Sequence[Exchange]) -> list[ProductView]:
    """The products a player needs so that the messages mean the same."""
    on_sale = [one for one in catalogue.products if one.active]
    if len(on_sale) <= WHOLE_CATALOGUE:
        return on_sale
    wanted = set(_meant(place, build_index(to_catalogue(catalogue)), talk))
    return [one for one in on_sale if one.sku in wanted]


def _meant(place: Place, index: Index, talk: Sequence[Exchange]) -> Iterator[str]:
    for one in talk:
        if one.kind != Kind.TEXT:
            continue
        context = Context(now=one.at.astimezone(place.settings.zone))
        for move in understand(one.text, context, index).moves:
            for item in (*getattr(move, "items", ()), *filter(None, [getattr(move, "item", None)])):
                yield from (*item.candidates, *item.near)
            yield from getattr(getattr(move, "target", None), "skus", ())


def _product(one: ProductView, price: Price | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "sku": one.sku,
        **{name: value for name in ("name_zh", "name_en", "size") if (value := getattr(one, name))},
        "base_unit": one.base_unit,
        "default_unit": one.default_unit,
        "units": {unit: pack["factor"] for unit, pack in one.units.items()},
        "stock": 10**6,
    }
    for name in ("aliases", "aliases_en"):
        if getattr(one, name):
            row[name] = list(getattr(one, name))
    if price is not None:
        factor = one.units[one.default_unit]["factor"]
        row["price"] = price.price * factor // price.factor
    return row


def _turns(talk: Sequence[Exchange], without: Nameless) -> Iterator[dict[str, Any]]:
    """What was said, and the keys of what was answered; a button as the number of its choice."""
    before: Exchange | None = None
    for one in talk:
        turn: dict[str, Any] = {}
        if before and (minutes := int((one.at - before.at).total_seconds() // 60)):
            turn["wait"] = minutes
        if one.kind in _ALONE:
            turn["sends"] = str(one.kind)
        elif one.kind == Kind.CHOICE:
            turn.update(_pressed(one.text, before))
        else:
            turn["user"] = without(one.text)
        turn["bot"] = list(dict.fromkeys(_keys(one.says)))
        yield turn
        before = one


def _pressed(pressed: str, before: Exchange | None) -> dict[str, str]:
    choices = [choice for each in (before.says if before else ()) for choice in each.choices]
    for number, choice in enumerate(choices, 1):
        if f"{choice.action} {choice.arg}".strip() == pressed:
            return {"user": str(number)}
    return {"press": pressed.partition(" ")[0]}


def _keys(says: Sequence[Say]) -> Iterator[str]:
    for one in says:
        if one.key:
            yield one.key
        yield from _keys(one.lines)
