"""Stock: whoever runs the warehouse hears once when a product falls below its reorder point, and every morning what is low."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, select

from core.db.session import Session
from core.kit.clock import business_day
from core.kit.say import Name, Param, Picture, Quantity, Say
from core.people.models import persons
from core.stock.cover import Cover, cover_of, notable_stock
from core.stock.surplus import find_surplus
from notifications.alerts.happened import Happened, Rule, button, tell
from notifications.attention import raise_alert
from notifications.outbox.write import Notice
from notifications.recipients import Recipient, staff_of

LISTED = 5
"""More products than this are told as a picture."""
AT_ONCE = 2
"""More products than this that become too many together are left to the morning's list."""
MOST = 30
"""Products one digest shows; the rest is counted."""

_locale = select(persons.c.locale).where(persons.c.id == bindparam("person"))


def digest_stock(session: Session, today: date) -> int:
    """Report what is low and what there is far too much of, but for what somebody put off. Returns how many."""
    found = [item for item in notable_stock(session) if not item.quiet(today)]
    low = sorted(
        (item for item in found if item.low), key=lambda item: (item.cover is None, item.cover or 0, item.sku)
    )
    high = sorted((item for item in found if item.high and not item.low), key=lambda item: -(item.cover or 0))
    if low or high:
        session.report(
            "stock.digest",
            day=today.isoformat(),
            low=[_row(item) for item in low[:MOST]],
            high=[_row(item) for item in high[:MOST]],
            low_count=len(low),
            high_count=len(high),
        )
    return len(low) + len(high)


def find_high(session: Session, today: date) -> int:
    """Report what has come to be far too much; many at once are left to the morning's list. Returns how many."""
    new = find_surplus(session, today)
    if len(new) <= AT_ONCE:
        for item in new:
            session.report("stock.high", sku=item.sku)
    return len(new)


def low(session: Session, fact: Happened) -> Iterable[Notice]:
    """Below the reorder point: how long it lasts, what is on its way, how much to order. Silent while it is put off."""
    item = cover_of(session, str(fact.data["sku"]))
    if item is None or item.quiet(business_day(session.now, fact.zone)):
        return
    row = {**_row(item), "available": fact.data["available"], "floor": fact.data["reorder_point"]}
    say = _line("stock_low", row)
    buy = (button("stock_buy", "stock-buy", item.sku),) if item.suggested else ()
    floor = button("stock_floor", "stock-floor", item.sku)
    yield from _raised(session, fact, item, replace(say, choices=(*buy, floor)))


def high(session: Session, fact: Happened) -> Iterable[Notice]:
    """More than half a year of sale: told when it comes to that. Silent while it is put off."""
    item = cover_of(session, str(fact.data["sku"]))
    if item is not None and item.high and not item.quiet(business_day(session.now, fact.zone)):
        yield from _raised(session, fact, item, _line("stock_much", _row(item)))


def _raised(session: Session, fact: Happened, item: Cover, say: Say) -> Iterable[Notice]:
    say = replace(say, choices=(*say.choices, button("stock_later", "stock-later", item.sku)))
    say = raise_alert(session, say, key=f"{fact.kind}:{fact.ref}", about=f"product:{item.sku}")
    yield from tell(fact, staff_of(session, "warehouse", "admin"), say)


def wanted(session: Session, fact: Happened) -> Iterable[Notice]:
    """The managers, who buy: what to order, and that its arrival is written down afterwards."""
    item = cover_of(session, str(fact.data["sku"]))
    if item is None:
        return
    row = _row(item)
    row["suggested"] = 0
    line = _line("stock_is_low", row)
    qty = Quantity(value=Decimal(int(fact.data["base_qty"])), unit=item.unit)
    params: dict[str, Param] = {**line.params, "name": str(fact.data["name"]), "qty": qty}
    coming = button("stock_coming", "stock-coming", f"{item.sku}~{fact.data['base_qty']}")
    say = Say(key="alerts.stock_wanted", params=params, lines=line.lines, choices=(coming,))
    others = [who for who in staff_of(session, "admin") if who.subject != fact.data["by"]]
    yield from tell(fact, others, say)


def digest(session: Session, fact: Happened) -> Iterable[Notice]:
    """The morning's list: a few as lines, many as a picture in the reader's language."""
    rows = [*fact.data["low"], *fact.data["high"]]
    for reader in staff_of(session, "warehouse", "admin"):
        say = _digest(fact, rows) if len(rows) <= LISTED else _pictured(fact, _language(session, reader))
        yield from tell(fact, [reader], say, once=str(fact.data["day"]))


def _digest(fact: Happened, rows: list[Mapping[str, Any]]) -> Say:
    lines = tuple(_line("stock_high" if row["high"] else "stock_is_low", row) for row in rows)
    return Say(key="alerts.stock_digest", params=_counts(fact), lines=lines)


def _pictured(fact: Happened, locale: str) -> Say:
    worst = tuple(_line("stock_is_low", row) for row in fact.data["low"][:3])
    picture = Picture(ref=f"stock:{fact.ref}:{locale}", name=f"stock-{fact.data['day']}.png")
    return Say(key="alerts.stock_digest", params=_counts(fact), lines=worst, picture=picture)


def _counts(fact: Happened) -> dict[str, Param]:
    return {"low": int(fact.data["low_count"]), "high": int(fact.data["high_count"])}


def _line(key: str, row: Mapping[str, Any]) -> Say:
    """A product's figures, with what is on its way and what to order under it."""

    def quantity(count: int) -> Quantity:
        return Quantity(value=count, unit=row["unit"])  # type: ignore[arg-type]

    lines: list[Say] = []
    if row["inbound_qty"]:
        on = date.fromisoformat(row["inbound_on"]) if row["inbound_on"] else None
        coming: dict[str, Param] = {"qty": quantity(row["inbound_qty"]), "on": on}
        lines.append(Say(key="alerts.stock_inbound" if on else "alerts.stock_inbound_undated", params=coming))
    if row["suggested"] and not row["high"]:
        lines.append(Say(key="alerts.stock_suggested", params={"qty": quantity(row["suggested"])}))
    days = row["cover"]
    params: dict[str, Param] = {
        "product": _named(row),
        "sku": row["sku"],
        "available": quantity(row["available"]),
        "floor": quantity(row["floor"]),
        "lasts": Say(key="alerts.stock_unsold")
        if days is None
        else Say(key="alerts.stock_lasts", params={"count": days}),
    }
    return Say(key=f"alerts.{key}", params=params, lines=tuple(lines))


def _named(row: Mapping[str, Any]) -> Name:
    zh, en = (f"{row[name]} {row['size']}".strip() if row[name] else "" for name in ("name_zh", "name_en"))
    return Name(zh=zh, en=en)


def _row(item: Cover) -> dict[str, Any]:
    return {
        "sku": item.sku,
        "name_zh": item.name_zh,
        "name_en": item.name_en,
        "size": item.size,
        "unit": item.unit,
        "available": item.available,
        "floor": item.reorder_point,
        "inbound_qty": item.inbound_qty,
        "inbound_on": item.inbound_on.isoformat() if item.inbound_on else None,
        "cover": item.cover,
        "suggested": item.suggested,
        "high": item.high and not item.low,
    }


def _language(session: Session, reader: Recipient) -> str:
    return str(session.execute(_locale, {"person": reader.person_id}).scalar() or "zh-Hans")


RULES: dict[str, Rule] = {
    "stock.low": low,
    "stock.high": high,
    "stock.wanted": wanted,
    "stock.digest": digest,
}
