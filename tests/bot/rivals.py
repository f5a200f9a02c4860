"""Two dealers with everything a dealer can have, filled in from the schema itself: a new table fills by itself too.

Every row of a dealer has the same id in every table and the same number wherever people name things, so that a handful of
references names all that there is. Every other text is a canary: a string of its own that says whose it is.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    insert,
    update,
)

from bot.schema import metadata
from core.db.base import Json, UtcDateTime
from core.db.scope import system
from core.db.session import Session
from core.people.models import staff

AT = datetime(2026, 3, 9, 3, 0, tzinfo=UTC)
DAY, LAST_DAY = date(2026, 3, 1), date(2026, 3, 31)

BRANDS = {
    "staff", "products", "catalogue", "level_prices", "stock_items", "stock_ledger", "approval_levels",
    "audit_seals", "fired", "join_attempts", "wechat_tokens", "wechat_templates", "facts",
}  # fmt: skip
"""Tables with nothing of any one dealer, and facts, whose rows are only ever news."""

NAMED = {"number", "code", "reference", "said", "word", "sha256", "external_id", "ref", "file"}
"""Columns by which people or links name a row: all of them hold the dealer's one number."""

_ONE_OF = re.compile(r"(\w+) IN \('(\w*)'")


@dataclass(frozen=True, slots=True)
class Rival:
    """A dealer: the id of all its rows, its number, the number of its claim, its region, and the mark in its texts and amounts."""

    id: int
    number: str
    claim: str
    region: str
    mark: str
    amount: int

    @property
    def references(self) -> tuple[str, ...]:
        """All ways to name a row of it: by id, by number, by a claim's number, by the number's end."""
        return str(self.id), self.number, self.claim, self.number[-4:]

    @property
    def canaries(self) -> tuple[str, ...]:
        """What only its own people may ever see."""
        return self.mark, str(self.amount), f"{self.amount / 100:,.2f}", f"{self.amount / 100:.2f}"

    def gone(self) -> "Rival":
        """The same references with another last figure: nothing is called so."""
        return Rival(
            self.id + 1, f"{self.number[:-1]}9", f"{self.claim[:-1]}9", self.region, self.mark, self.amount
        )


def chosen(rival: Rival, product: int, colleague: int) -> Mapping[str, Any]:
    """Values that a rule of the trade or of the schema asks for; everything else is made up."""
    subject, other = f"m:{rival.id}", None
    line = {"line_no": 1, "sku": "T-100", "base_qty": 12, "value": rival.amount}
    return {
        "product_id": product, "staff_id": colleague, "approved_by": colleague, "sku": "T-100",
        "region": rival.region, "subject": subject, "locale": "zh-Hans", "place": "private", "channel": "web",
        "account": "web", "unit": "箱", "price_unit": "箱", "qty": "1", "currency": "CNY", "category": "transport",
        "whose": f"dealer:{rival.id}", "kept_by": subject, "submitted_by": subject, "actor": subject,
        "version": 1, "line_no": 1, "base_qty": 12, "price_factor": 12, "factor": 12, "turn": 1,
        "backordered": 0, "reserved": 0, "shipped": 12, "returned": 0, "excess": 0, "returned_value": 0,
        "first_day": DAY, "starts_on": DAY, "last_day": LAST_DAY, "ends_on": LAST_DAY, "begins": datetime(2026, 2, 1, tzinfo=UTC),
        "last_used_at": AT, "expires_at": datetime(2027, 1, 1, tzinfo=UTC), "until": datetime(2027, 1, 1, tzinfo=UTC),
        "not_before": datetime(2027, 1, 1, tzinfo=UTC), "next_at": datetime(2027, 1, 1, tzinfo=UTC),
        "dealer_id": rival.id, "decision": "", "texts": [f"{rival.mark}words"], "lines": [line], "prefers": "",
        "deliver_on": other, "revoked_at": other, "cancelled_at": other, "closed_at": other, "taken_at": other,
        "delivered_at": other, "lease_until": other, "decided_at": other, "claimed_at": other, "review_until": other,
        "seen_at": other, "escalated_at": other, "snoozed_until": other, "received_at": other, "addressed_at": other,
        "claimed_by": other, "quiet_from": other, "quiet_to": other, "inbound": {}, "raw": other, "reply": [],
        "muted": [], "matters": [], "columns": {}, "cart": [], "understood": [], "became": [], "found": {},
        "ship_to": {"name": f"{rival.mark}to", "address": f"{rival.mark}at", "receiver": "", "phone": ""},
        "confirmed_draft": {}, "payload": {"key": "dialog.left"}, "detail": {}, "answer": other, "marks": [],
        "body": {"text": f"{rival.mark}body"}, "prepared_by": "", "level": "", "claims.number": rival.claim,
        "claims.state": "submitted", "claims.approved": 0, "claim_ledger.account_entry": other,
        "claim_ledger.rebate_entry": other, "rebate_settlements.paid_before": rival.amount, "rebate_settlements.due": 1,
        "rebate_ledger.kind": "opening", "rebate_ledger.programme_id": other, "rebate_ledger.order_id": other,
        "rebate_ledger.account_entry": other, "orders.state": "confirmed", "orders.paid": 0, "invites.state": "open",
        "invites.role": "buyer", "invites.staff_id": other, "members.role": "owner", "members.state": "active",
        "persons.subject": subject, "outbox.state": "pending", "outbox.kind": "alert", "media.state": "ready",
        "media.told": True, "media.used": False, "second_looks.told": True, "drafts.lines": [],
        "conversations.state": {}, "parked.state": "dead", "parked.reference": f"{rival.mark}parked"[:12], "dealers.state": "active", "dealers.listed_only": False,
        "talks.state": "open", "talks.staff_id": other, "claim_evidence.live": True, "rebate_tiers.rate": 1000,
        "audit.dealer_id": rival.id, "contracts.file": "", "drafts.address_id": other,
    }  # fmt: skip


def rows(rival: Rival, product: int, colleague: int) -> Iterator[tuple[Table, dict[str, Any]]]:
    """One row of every table that holds something of a dealer's, parents first."""
    values = chosen(rival, product, colleague)
    for table in metadata.sorted_tables:
        if table.name not in BRANDS:
            first = {
                found[1]: found[2]
                for rule in table.constraints
                if isinstance(rule, CheckConstraint)
                for found in _ONE_OF.finditer(str(rule.sqltext))
            }
            yield table, {column.name: _value(rival, column, values, first) for column in table.columns}


def _value(rival: Rival, column: Column[Any], values: Mapping[str, Any], first: Mapping[str, str]) -> Any:
    full = f"{column.table.name}.{column.name}"
    for name in (full, column.name):
        if name in values:
            return values[name]
    if column.name in first:
        return first[column.name]
    if isinstance(column.type, UtcDateTime):
        return AT
    if isinstance(column.type, Date):
        return DAY
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, LargeBinary):
        return rival.mark.encode()
    if isinstance(column.type, Json):
        return {}
    if isinstance(column.type, (String, Text)):
        if column.primary_key or column.foreign_keys or column.name in NAMED:
            return rival.number
        return f"{rival.mark}{full.replace('_', '')}"[: column.type.length]
    assert isinstance(column.type, Integer)
    keyed = column.primary_key or column.foreign_keys or column.name.endswith("_id") or column.name == "id"
    if keyed:
        return rival.id
    return rival.amount if isinstance(column.type, BigInteger) else 7


def settle(session: Session, rival: Rival, product: int, colleague: int) -> None:
    """Put a dealer in, with everything."""
    for table, row in rows(rival, product, colleague):
        session.execute(system(insert(table)), row)


def to_region(session: Session, colleague: int, region: str) -> None:
    """Give a colleague a region."""
    session.execute(update(staff).where(staff.c.id == colleague).values(region=region))
