"""Every rule of the check is silent about a lively shop and sees what breaks it: a rule without a planted fault fails here."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, CheckConstraint, DateTime, Integer, Table, UniqueConstraint, insert

from bot.invariants import RULES, violations
from bot.schema import metadata
from core.claims.check import RULES as CLAIMS
from core.db.base import Json
from core.db.references import foreign_rows
from core.db.scope import SystemScope
from core.db.session import Session
from core.kit.violation import Violation
from core.orders.check import RULES as ORDERS
from core.rebates.check import RULES as REBATES
from tests.core.shop import NOW, open_shop
from tests.databases import Database

AT = "2026-03-10 01:00:00.000000"

PARKED = {"channel": "web", "account": "a", "dedupe_key": "k", "sender": "s", "place": "p", "attempts": 1, "cause": "c",
          "reference": "REF", "first_at": AT, "next_at": AT}  # fmt: skip
INBOX = {"channel": "web", "account": "a", "dedupe_key": "k", "subject": "m:1", "place": "p", "kind": "text", "text": "t",
         "reply": "[]", "at": AT}  # fmt: skip
OUTBOX = {"key": "k", "kind": "alert", "subject": "m:1", "payload": "{}", "not_before": AT, "created_at": AT}
INVITE = {"token_hash": "a" * 64, "kind": "member", "role": "owner", "issued_by": "s:1", "issued_at": AT,
          "expires_at": AT}  # fmt: skip
PERSON = {"name": "n", "created_at": AT}

PLANTS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "dealers.account": [("-accounts", {})],
    "order_lines.order": [("-orders", {})],
    "parked.applied": [("parked", {**PARKED, "state": "waiting"}), ("inbox", INBOX)],
    "parked.done": [("parked", {**PARKED, "state": "done"})],
    "outbox.lease": [("outbox", {**OUTBOX, "state": "claimed", "leased_by": "p", "lease_until": "2026-03-09 01:00:00"})],
    "outbox.settled": [("outbox", {**OUTBOX, "state": "sent"})],
    "outbox.reply": [("outbox", {**OUTBOX, "kind": "reply", "state": "pending"})],
    "claims.decided": [
        ("claims", {"dealer_id": 1, "number": "C1", "member_id": 1, "state": "rejected", "category": "x", "amount": 5,
                    "spent_on": "2026-03-09", "submitted_at": AT, "decided_by": "m:1"})
    ],
    "files.size": [("files", {"sha256": "a" * 64, "mime": "image/png", "size": 9, "content": b"short", "at": AT})],
    "conversations.version": [
        ("conversations", {"subject": "m:1", "place": "p", "version": -1, "state": "{}", "updated_at": AT})
    ],
    "invites.once": [("invites", {**INVITE, "state": "used"})],
    "invites.hashed": [("invites", {**INVITE, "token_hash": "the token itself", "state": "open"})],
    "invites.live": [
        ("staff", {"id": 77, "name": "n", "role": "sales", "state": "revoked", "created_at": AT}),
        ("invites", {**INVITE, "kind": "staff", "staff_id": 77, "state": "open"}),
    ],
    "members.person": [
        ("members", {"dealer_id": 1, "person_id": 999, "name": "n", "role": "owner", "state": "active", "created_at": AT})
    ],
    "persons.acts_as": [("persons", {**PERSON, "subject": "m:999"})],
    "identities.person": [
        ("identities", {"channel": "web", "account": "a", "external_id": "x", "chat": "c", "person_id": 999, "bound_at": AT,
                        "last_seen_at": AT})
    ],
}  # fmt: skip


@pytest.fixture
def lively(sqlite: Database) -> Iterator[Database]:
    shop = open_shop(sqlite, stock=[("A", 600, 1200)])
    for code in ("D1", "D2"):
        shop.dealer(code, credit_limit=1_000_000)
        shop.order(f"buyer {code}", ("A", 12))
    past_the_keys(sqlite, [("~members", {})])
    assert list(look(sqlite)) == []
    return sqlite


def look(database: Database) -> list[Violation]:
    with database.reader.begin() as connection:
        return list(violations(Session(connection, SystemScope("check"), NOW)))


def past_the_keys(database: Database, changes: list[tuple[str, dict[str, Any]]]) -> None:
    """Write what neither the product nor its constraints would allow."""
    connection = sqlite3.connect(database.url.removeprefix("sqlite:///"))
    connection.execute("PRAGMA ignore_check_constraints = ON")
    for table, row in changes:
        if table == "~members":  # the shop's people have no chats: give each a person
            connection.execute(
                "INSERT INTO persons (id, name, created_at) SELECT id, name, created_at FROM members"
            )
            connection.execute("UPDATE members SET person_id = id")
        elif table.startswith("-"):
            connection.execute(f"DELETE FROM {table[1:]}")
        else:
            columns, marks = ", ".join(row), ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(row.values()))
    connection.commit()
    connection.close()


def test_every_rule_has_its_planted_fault() -> None:
    assert {rule for rule, _ in RULES} == set(PLANTS)


INVARIANTS: dict[str, tuple[str, ...]] = {
    "I1 stock has no negative part": ("stock.reserved", "CHECK stock_items"),
    "I2 stock is its ledger and its reservations": ("stock.on_hand", "stock.reserved", "stock.shipped"),
    "I3 exposure and balance are their orders and ledger": ("accounts.exposure", "accounts.balance", "orders.override"),
    "I4 what is held is shipped or freed, once": ("order_lines.quantities", "orders.shipped_lines"),
    "I5 an order is the sum of its lines": ("order_lines.total", "orders.total"),
    "I6 states are reached by declared ways": ("orders.state", "claims.history"),
    "I7 a rebate balance is its ledger, never rewritten": ("rebates.balance", "APPEND rebate_ledger"),
    "I8 a settled rebate is what its purchases earn": ("rebates.due", "rebates.settlements"),
    "I9 a budget is what its claims hold": ("budgets.used", "CHECK budgets"),
    "I10 a claim is paid once, a receipt used once": ("claims.paid", "claims.evidence", "UNIQUE claim_evidence"),
    "I11 nobody decides a claim of his own": ("claims.decided",),
    "I12 what belongs to a dealer hangs on the same dealer": ("order_lines.order",),
    "I13 a message is in the inbox once, and done or parked": ("parked.applied", "parked.done", "UNIQUE inbox"),
    "I14 a message out is leased, settled, addressed": ("outbox.lease", "outbox.settled", "outbox.reply", "CHECK outbox"),
    "I15 a notice has one key": ("UNIQUE outbox", "UNIQUE fired"),
    "I16 a conversation has one state": ("conversations.version", "UNIQUE conversations"),
    "I17 a movement has one source": ("UNIQUE account_ledger", "UNIQUE stock_ledger"),
    "I18 an invite is used once and kept as a digest": ("invites.once", "invites.hashed", "invites.live"),
    "I19 who acts is somebody": ("persons.acts_as", "members.person", "identities.person"),
    "I20 the audit trail is whole": ("audit.row", "audit.seal_missing", "audit.anchor"),
    "I21 a file is what it says": ("files.size", "CHECK media"),
    "I24 money is neither made nor lost": ("accounts.balance", "accounts.shipments", "account.claims", "account.rebates"),
}  # fmt: skip
"""The reference's invariants and what holds each: rules of the check, or what the database itself refuses.

I22 (encryption) is not built; I23 holds by the type of every time column.
"""


def test_every_invariant_is_held_by_a_rule_with_a_planted_fault_or_by_the_database() -> None:
    planted_text = planted_elsewhere() + "".join(f'"{rule}"' for rule in (*PLANTS, *LEDGERS))
    for invariant, holders in INVARIANTS.items():
        for holder in holders:
            kind, _, name = holder.rpartition(" ")
            if not kind:
                assert f'"{holder}"' in planted_text, (invariant, holder)
                continue
            table = metadata.tables[name]
            held = {
                "CHECK": any(isinstance(one, CheckConstraint) for one in table.constraints),
                "UNIQUE": any(isinstance(one, UniqueConstraint) for one in table.constraints)
                or any(column.unique for column in table.c) or any(index.unique for index in table.indexes),
                "APPEND": bool(table.info.get("append_only")),
            }  # fmt: skip
            assert held[kind], (invariant, holder)


def planted_elsewhere() -> str:
    """The tests of the nouns' own checks: a rule named there is planted there."""
    tests = Path(__file__).parents[1]
    files = ("orders/test_check.py", "claims/test_claims.py", "rebates/test_close.py", "audit/test_seal.py")
    return "".join((tests / "core" / file).read_text(encoding="utf-8") for file in files)


def test_every_rule_of_the_nouns_has_its_planted_fault() -> None:
    rules = {rule for rule, _ in (*ORDERS, *CLAIMS, *REBATES)}
    known = planted_elsewhere() + "".join(f'"{rule}"' for rule in LEDGERS)
    assert {rule for rule in rules if f'"{rule}"' not in known} == set()


def test_every_time_is_kept_in_utc() -> None:
    """I23: no column keeps a time without its zone."""
    for table in metadata.sorted_tables:
        for column in table.c:
            assert not isinstance(column.type, DateTime), f"{table.name}.{column.name}"


@pytest.mark.parametrize("rule", PLANTS)
def test_a_planted_fault_is_found_by_its_rule(lively: Database, rule: str) -> None:
    past_the_keys(lively, PLANTS[rule])
    assert rule in {one.rule for one in look(lively)}


LEDGERS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "claims.evidence": [("claims", {"id": 9, "dealer_id": 1, "state": "submitted", "amount": 5}),
                        ("claim_evidence", {"dealer_id": 1, "claim_id": 9, "live": 0})],
    "account.claims": [("account_ledger", {"dealer_id": 1, "kind": "claim", "amount": 5})],
    "account.rebates": [("account_ledger", {"dealer_id": 1, "kind": "rebate", "amount": 5})],
    "rebates.claims": [("rebate_ledger", {"dealer_id": 1, "kind": "claim", "amount": 5})],
    "rebates.used": [("rebate_ledger", {"dealer_id": 1, "kind": "used", "amount": -5})],
    "audit.seal_missing": [("audit_seals", {"number": 5})],
}  # fmt: skip
"""Rules of the nouns whose faults no verb can make."""


@pytest.mark.parametrize("rule", LEDGERS)
def test_a_fault_across_ledgers_is_found_by_its_rule(lively: Database, rule: str) -> None:
    past_the_keys(lively, [(name, filled(metadata.tables[name], **row)) for name, row in LEDGERS[rule]])
    assert rule in {one.rule for one in look(lively)}


REFERENCES = sorted(rule for rule, _ in foreign_rows(metadata))


@pytest.mark.parametrize("rule", REFERENCES)
def test_a_row_that_hangs_on_another_dealers_is_found(sqlite: Database, rule: str) -> None:
    """A child of dealer 2 under a parent of dealer 1, for every reference between dealers' tables."""
    name, _, column = rule.partition(".")
    child = metadata.tables[name]
    (key,) = [
        key
        for key in child.foreign_key_constraints
        if column in key.column_keys and "dealer_id" in key.column_keys
    ]
    past_the_keys(sqlite, [(key.referred_table.name, filled(key.referred_table, dealer_id=1, id=5)),
                           (name, filled(child, dealer_id=2, **{column: 5}))])  # fmt: skip
    with sqlite.reader.begin() as connection:
        statement = dict(foreign_rows(metadata))[rule]
        assert [row.subject for row in connection.execute(statement)] == [5]


def filled(table: Table, **known: Any) -> dict[str, Any]:
    """A row with something in every column that needs it."""
    row = dict(known)
    for column in table.c:
        if column.name in row or column.nullable or column.server_default is not None or column.name == "id":
            continue
        if isinstance(column.type, Json):
            row[column.name] = "[]"
        elif isinstance(column.type, Integer | Boolean) or column.name.endswith("_id"):
            row[column.name] = 1
        else:
            row[column.name] = AT if "at" in column.name or "on" in column.name else "x"
    return row


def test_postgresql_is_looked_at_by_the_same_rules(postgresql: Database) -> None:
    shop = open_shop(postgresql, stock=[("A", 600, 1200)])
    shop.dealer("D1", credit_limit=1_000_000)
    shop.order("buyer D1", ("A", 12))
    found = look(postgresql)
    assert {one.rule for one in found} == {"members.person"}  # the shop's people have no chats
    late = {"key": "k", "kind": "alert", "subject": "m:1", "payload": {}, "state": "claimed", "leased_by": "p",
            "not_before": NOW, "created_at": NOW, "lease_until": datetime(2026, 3, 9, tzinfo=UTC)}  # fmt: skip
    postgresql.lane.run(
        lambda connection: connection.execute(insert(metadata.tables["outbox"]), late) and None
    )
    assert "outbox.lease" in {one.rule for one in look(postgresql)}
