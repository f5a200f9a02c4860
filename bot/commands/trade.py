"""Staff's verbs by command: the same verbs and the same policy as in chat, in the name of somebody of the staff."""

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from bot.commands import Answer, Place, read, write
from bot.commands.errors import BadArgumentError
from bot.commands.words import money, say
from bot.files.cells import day, whole
from bot.files.cells import money as amount_of
from bot.files.errors import CellError
from core.credit.service import set_credit_limit
from core.db.scope import StaffScope
from core.db.session import Session
from core.kit.clock import business_day
from core.kit.errors import NotFoundError
from core.orders.payments import adjust_balance, record_payment
from core.orders.receive import confirm_receipt
from core.orders.returns import record_return
from core.orders.ship import ship_order
from core.orders.supply import adjust_stock, receive_stock
from core.people.actor import Actor
from core.people.queries import Staff, all_staff
from core.pricing.service import set_price
from core.products.queries import ProductView, catalogue_of, products_by_sku

_QUANTITY = re.compile(r"(\d{1,9}(?:\.\d{1,4})?)\s*(\D*)")


def ship(
    place: Place,
    *,
    staff: str,
    number: str,
    lines: Sequence[str] = (),
    carrier: str = "",
    tracking: str = "",
    source: str = "",
) -> Answer:
    """Ship an order: all that is reserved, or these lines (SKU=QUANTITY)."""

    def verb(session: Session, actor: Actor) -> Any:
        return ship_order(
            session, actor, number=number, source=source or _source(), lines=_lines(session, lines) or None,
            carrier=carrier, tracking=tracking,
        )  # fmt: skip

    done = _as(place, staff, verb)
    return _answer(place, "shipped", done, value=money(place, done.value))


def deliver(place: Place, *, staff: str, number: str) -> Answer:
    """Record that what was shipped arrived."""
    done = _as(place, staff, lambda session, actor: confirm_receipt(session, actor, number=number))
    return _answer(place, "delivered", done)


def receive(
    place: Place, *, staff: str, sku: str, quantity: str, source: str = "", reason: str = ""
) -> Answer:
    """Goods came in."""

    def verb(session: Session, actor: Actor) -> Any:
        base = _base_qty(session, sku, quantity)
        return receive_stock(
            session, actor, sku=sku, base_qty=base, source=source or _source(), reason=reason
        )

    return _stock(place, _as(place, staff, verb))


def adjust(
    place: Place,
    *,
    staff: str,
    reason: str,
    sku: str = "",
    by: str = "",
    to: str = "",
    dealer: str = "",
    amount: str = "",
    source: str = "",
) -> Answer:
    """Correct a product's stock (by a signed number, or to what was counted) or a dealer's balance by an amount."""

    def stock(session: Session, actor: Actor) -> Any:
        change = None if to else _signed(by)
        counted = _base_qty(session, sku, to) if to else None
        return adjust_stock(
            session, actor, sku=sku, source=source or _source(), reason=reason, change=change, counted=counted
        )

    def balance(session: Session, actor: Actor) -> Any:
        minor = _money(amount, signed=True)
        return adjust_balance(
            session, actor, dealer=dealer, amount=minor, source=source or _source(), reason=reason
        )

    if sku:
        return _stock(place, _as(place, staff, stock))
    return _credited(place, _as(place, staff, balance))


def pay(
    place: Place, *, staff: str, dealer: str, amount: str, order: str = "", source: str = "", reason: str = ""
) -> Answer:
    """Record a payment; it settles the order it names, else the oldest shipped first."""

    def verb(session: Session, actor: Actor) -> Any:
        return record_payment(
            session, actor, dealer=dealer, amount=_money(amount), source=source or _source(),
            order_number=order or None, reason=reason,
        )  # fmt: skip

    return _credited(place, _as(place, staff, verb))


def price(
    place: Place,
    *,
    staff: str,
    sku: str,
    amount: str,
    unit: str = "",
    dealer: str = "",
    level: str = "",
    since: str = "",
) -> Answer:
    """Set a price for a dealer, a level, or everybody, from a day on (today)."""

    def verb(session: Session, actor: Actor) -> str:
        per = unit or _product(session, sku).default_unit
        start = _day(since) if since else business_day(session.now, actor.zone)
        set_price(session, actor, sku=sku, unit=per, price=_money(amount), valid_from=start,
                  dealer=dealer or None, level=level or None)  # fmt: skip
        return per

    per = _as(place, staff, verb)
    data = {"sku": sku, "unit": per, "price": amount, "dealer": dealer, "level": level}
    shown = money(place, _money(amount))
    return Answer(data, [say(place, "priced", sku=sku, unit=per, price=shown, whom=dealer or level or "*")])


def credit(
    place: Place, *, staff: str, dealer: str, limit: str = "", days: int | None = None, reason: str = ""
) -> Answer:
    """Set a dealer's credit limit, days to pay, or both."""

    def verb(session: Session, actor: Actor) -> Any:
        minor = _money(limit) if limit else None
        return set_credit_limit(
            session, actor, dealer=dealer, credit_limit=minor, payment_days=days, reason=reason
        )

    done = _as(place, staff, verb)
    data = {**asdict(done), "dealer": dealer, "available": done.available}
    text = say(place, "credit", dealer=dealer, limit=money(place, done.credit_limit), days=done.payment_days,
               available=money(place, done.available))  # fmt: skip
    return Answer(data, [text])


def take_back(
    place: Place,
    *,
    staff: str,
    number: str,
    lines: Sequence[str],
    reason: str,
    restock: bool = True,
    source: str = "",
) -> Answer:
    """Take goods back from an order: stock and account get them."""

    def verb(session: Session, actor: Actor) -> Any:
        return record_return(
            session, actor, number=number, lines=_lines(session, lines), reason=reason,
            source=source or _source(), restock=restock,
        )  # fmt: skip

    done = _as(place, staff, verb)
    return _answer(place, "returned", done, value=money(place, done.value))


def _as(place: Place, staff: str, verb: Callable[[Session, Actor], Any]) -> Any:
    """Do it in the name of somebody of the staff, within their region. Raises NotFoundError for nobody or several."""
    found = [person for person in read(place, all_staff) if _is(person, staff)]
    if len(found) != 1:
        raise NotFoundError(kind="staff", reference=staff)
    person: Staff = found[0]
    actor = Actor(
        subject=f"s:{person.id}", side="staff", role=person.role, name=person.name, person_id=person.person_id,
        staff_id=person.id, region=person.region, zone=place.settings.zone, locale=place.settings.locale,
        channel="cli", currency=place.settings.currency,
    )  # fmt: skip
    return write(place, lambda session: verb(session, actor), StaffScope(person.region))


def _is(person: Staff, named: str) -> bool:
    return person.state != "pending" and named in (person.name, str(person.id), f"s:{person.id}")


def _source() -> str:
    return f"cli:{secrets.token_hex(8)}"


def _lines(session: Session, lines: Sequence[str]) -> dict[str, int]:
    """Base units by sku of SKU=QUANTITY; a sku named twice counts together."""
    found: dict[str, int] = {}
    for line in lines:
        sku, equals, quantity = line.rpartition("=")
        if not equals:
            raise BadArgumentError(value=line)
        found[sku] = found.get(sku, 0) + _base_qty(session, sku, quantity)
    return found


def _base_qty(session: Session, sku: str, text: str) -> int:
    """Base units of 36, 3箱 or 3 case, by the product's own pack table. Raises BadArgumentError, NotFoundError."""
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        raise BadArgumentError(value=text)
    product = _product(session, sku)
    factor = _factor(session, product, match[2].strip()) if match[2].strip() else 1
    base = Decimal(match[1]) * factor
    if base != base.to_integral_value():
        raise BadArgumentError(value=text)
    return int(base)


def _factor(session: Session, product: ProductView, unit: str) -> int:
    own = {
        name: pack["factor"] for key, pack in product.units.items() for name in (key, *pack.get("names", ()))
    }
    if unit in own:
        return int(own[unit])
    for key, names in catalogue_of(session).unit_synonyms.items():
        if key in product.units and unit.casefold() in (name.casefold() for name in names):
            return int(product.units[key]["factor"])
    raise BadArgumentError(value=unit)


def _product(session: Session, sku: str) -> ProductView:
    found = products_by_sku(session, [sku]).get(sku)
    if found is None:
        raise NotFoundError(kind="product", reference=sku)
    return found


def _signed(text: str) -> int:
    return int(_read(whole(-10_000_000), text))


def _money(text: str, *, signed: bool = False) -> int:
    return int(_read(amount_of(signed=signed), text))


def _day(text: str) -> Any:
    return _read(day, text)


def _read(reader: Callable[[Any], Any], text: str) -> Any:
    try:
        return reader(text)
    except CellError:
        raise BadArgumentError(value=text) from None


def _stock(place: Place, done: Any) -> Answer:
    item = done.item
    data = {**asdict(done), "available": item.available}
    filled = ", ".join(f"{fill.number} {fill.base_qty}" for fill in done.filled) or "-"
    figures = {"sku": item.sku, "on_hand": item.on_hand, "available": item.available, "filled": filled}
    return Answer(data, [say(place, "repeated" if done.repeated else "stocked", **figures)])


def _credited(place: Place, done: Any) -> Answer:
    settled = ", ".join(f"{number} {money(place, minor)}" for number, minor in done.settled.items()) or "-"
    figures = {"amount": money(place, done.amount), "balance": money(place, done.balance), "settled": settled}
    return Answer(asdict(done), [say(place, "repeated" if done.repeated else "credited", **figures)])


def _answer(place: Place, key: str, done: Any, **figures: str) -> Answer:
    data = asdict(done)
    return Answer(data, [say(place, "repeated" if data.get("repeated") else key, **{**data, **figures})])
