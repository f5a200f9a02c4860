"""How well the product understands: rates by week, and what was corrected, as rows for the evaluation."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from bot.commands import Answer, Place, read
from bot.commands.words import say
from bot.dialog.heard import HEARD
from bot.files.writing import check_writable, write_rows
from bot.nameless import Nameless, nameless
from bot.store.heard import Written, heard_between, written
from bot.understand.surfaces import is_han
from core.corrections.queries import CorrectionView, corrections_since
from core.db.session import Session
from core.kit.clock import business_day

Row = dict[str, Any]
_EDITS = ("changed", "removed", "replaced")


def understanding(place: Place, *, weeks: int = 8) -> Answer:
    """Of the dealers' messages of each week: how many were understood, asked about, corrected, given up."""
    spans = list(_weeks(place, weeks))
    counts = read(place, lambda session: [heard_between(session, *span) for span in spans])
    data = []
    for (since, _), counted in zip(spans, counts, strict=True):
        total = sum(counted.values())
        week = since.astimezone(place.settings.zone).date().isoformat()
        rates = {name: round(100 * counted.get(name, 0) / total, 1) if total else None for name in HEARD}
        data.append({"week": week, "messages": total, **{name: counted.get(name, 0) for name in HEARD},
                     "percent": rates})  # fmt: skip
    lines = [say(place, "stats.head"), *(_line(place, row) for row in data), say(place, "stats.meaning")]
    return Answer(data, lines)


def corrections(place: Place, *, days: int = 30, rows: str = "") -> Answer:
    """What was corrected after it was read back, by kind; `rows`: a file of evaluation rows, names taken out."""
    if rows:
        check_writable(Path(rows))
    since = place.clock() - timedelta(days=days)

    def look(session: Session) -> tuple[Sequence[CorrectionView], list[Row]]:
        found = corrections_since(session, since)
        return found, list(_rows(place, session, found)) if rows else []

    found, made = read(place, look)
    kinds = Counter(one.kind for one in found)
    lines = [say(place, f"stats.{kind}", count=count) for kind, count in kinds.most_common()]
    if rows:
        write_rows(Path(rows), made)
        lines.append(say(place, "stats.rows", count=len(made), file=rows))
    return Answer({"days": days, **kinds, "rows": len(made)}, lines or [say(place, "stats.none", days=days)])


def without_names(place: Place, session: Session) -> Nameless:
    """What takes names out of texts of this installation."""
    words = {name: say(place, f"nameless.{name}") for name in ("person", "place", "titles")}
    return nameless(session, **words)


def _weeks(place: Place, count: int) -> Iterator[tuple[datetime, datetime]]:
    """The last so many weeks, Monday to Monday in the brand's zone, the present one last."""
    zone = place.settings.zone
    today = business_day(place.clock(), zone)
    monday = today - timedelta(days=today.weekday())
    for back in range(count - 1, -1, -1):
        first = monday - timedelta(weeks=back)
        yield (
            datetime.combine(first, time(), zone),
            datetime.combine(first + timedelta(weeks=1), time(), zone),
        )


def _line(place: Place, row: Mapping[str, Any]) -> str:
    if not row["messages"]:
        return say(place, "stats.quiet", week=row["week"])
    return say(place, "stats.week", week=row["week"], messages=row["messages"], **row["percent"])


def _rows(place: Place, session: Session, found: Sequence[CorrectionView]) -> Iterator[Row]:
    """One row for each message that was corrected and says by itself what is wanted, as it should have been read."""
    last = {one.message: one for one in found if one.kind in _EDITS and one.intent}
    texts = written(session, [*last, *(one.corrected_by for one in last.values())])
    without = without_names(place, session)
    for message, one in last.items():
        text, then = texts.get(message), texts.get(one.corrected_by)
        if text is None or not any(char.isalpha() for char in text.text):
            continue
        yield _row(place, one, text, then, without)


def _row(place: Place, one: CorrectionView, text: Written, then: Written | None, without: Nameless) -> Row:
    modify = one.intent != "order_create"
    lines = _cart(one.became) if modify else _added(one)
    row: Row = {
        "id": f"correction-{one.id}",
        "reference_date": business_day(text.at, place.settings.zone).isoformat(),
        "lang": "zh" if any(map(is_han, text.text)) else "en",
        "category": f"corrected_{one.kind}",
        "text": without(text.text),
        "then": without(then.text) if then else "",
        "expected": {"intent": [one.intent], "cart" if modify else "lines": lines},
    }
    if one.cart:
        row["context"] = {"cart": _cart(one.cart)}
    return row


def _added(one: CorrectionView) -> list[Row]:
    """What the message should have added: the growth over the draft before it of the lines it made, or of what took their place."""
    before = {line["sku"]: line["base_qty"] for line in one.cart}
    read = {line["sku"] for line in one.understood if line["base_qty"] != before.get(line["sku"])}
    known = {line["sku"] for line in one.understood}
    grown = []
    for line in one.became:
        meant = line["sku"] in read or (one.kind == "replaced" and line["sku"] not in known)
        more = line["base_qty"] - before.get(line["sku"], 0)
        if meant and more > 0:
            said = {"qty": float(line["qty"]), "unit": line["unit"]} if more == line["base_qty"] else {}
            grown.append({"sku": line["sku"], **said, "base_qty": more})
    return grown


def _cart(lines: Sequence[Mapping[str, Any]]) -> list[Row]:
    return [{"sku": line["sku"], "base_qty": line["base_qty"]} for line in lines]
