"""Pictures that are drawn when they are sent: a reference "stock:<fact>:<locale>" names what to draw and for whom."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from sqlalchemy import Connection, bindparam, select

from bot.dialog.render import figure
from bot.dialog.texts import EN, LOCALES, all_texts
from notifications.outbox.models import facts
from notifications.render.stock import Row, Section, draw_stock

_STOCK = re.compile(r"stock:(\d{1,18}):([A-Za-z-]{2,10})")
_fact = select(facts.c.data).where(facts.c.id == bindparam("fact"), facts.c.kind == "stock.digest")


def drawn(connection: Connection, ref: str) -> bytes | None:
    """The PNG a reference stands for; None where it stands for none."""
    match = _STOCK.fullmatch(ref)
    if match is None or match[2] not in LOCALES:
        return None
    data = connection.execute(_fact, {"fact": int(match[1])}).scalar()
    return None if data is None else _stock(data, match[2])


def _stock(data: Mapping[str, Any], locale: str) -> bytes:
    def word(name: str, **figures: Any) -> str:
        return all_texts().text(locale, f"alerts.picture_{name}", figures.get("count")).format(**figures)

    def section(name: str, *, pressing: bool) -> Section:
        return Section(
            title=word(name, count=data[f"{name}_count"]),
            heads=(word("available"), word("cover"), word("inbound"), word("suggested") if pressing else ""),
            rows=[_row(row, locale, pressing=pressing) for row in data[name]],
            pressing=pressing,
        )

    sections = [section(name, pressing=name == "low") for name in ("low", "high") if data[name]]
    left_out = sum(data[f"{name}_count"] - len(data[name]) for name in ("low", "high"))
    day = format_date(date.fromisoformat(data["day"]), "long", locale=locale.replace("-", "_"))
    more = word("more", count=left_out) if left_out else ""
    return draw_stock(title=word("title"), day=day, sections=sections, more=more)


def _row(row: Mapping[str, Any], locale: str, *, pressing: bool) -> Row:
    texts = all_texts()

    def number(count: int, none: str = "–") -> str:
        return figure(Decimal(count), locale) if count else none

    name = row["name_en"] if locale == EN and row["name_en"] else row["name_zh"]
    days = row["cover"]
    lasts = "–" if days is None else texts.text(locale, "alerts.picture_days", days).format(count=days)
    notes = [row["sku"], texts.unit(locale, row["unit"], 2)]
    notes.append(texts.text(locale, "alerts.picture_floor").format(floor=number(row["floor"], "0")))
    if row["inbound_on"] and row["inbound_qty"]:
        notes.append(texts.text(locale, "alerts.picture_coming").format(on=_day(row["inbound_on"], locale)))
    suggested = number(row["suggested"]) if pressing else ""
    return Row(
        name=f"{name} {row['size']}".strip(),
        note=" · ".join(notes),
        cells=(number(row["available"], "0"), lasts, number(row["inbound_qty"]), suggested),
        alarm=0 if pressing and row["available"] <= row["floor"] // 2 else None,
    )


def _day(day: str, locale: str) -> str:
    pattern = all_texts().text(locale, "dialog.day.date")
    return format_date(date.fromisoformat(day), pattern, locale=locale.replace("-", "_"))
