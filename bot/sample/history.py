"""The sample's past: every order, shipment, receipt and payment by the verb and the person who would have done it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.store.media import store
from core.claims.queries import Evidence
from core.claims.service import Expense, approve_claim, submit_claim
from core.db.scope import DealerScope, StaffScope, SystemScope
from core.db.session import Session
from core.dealers.queries import addresses_of, dealer_by_code
from core.kit.clock import business_day
from core.kit.money import parse_minor
from core.orders.drafts import DraftLine, draft_of, save_draft
from core.orders.payments import record_payment
from core.orders.place import place_order
from core.orders.queries import order_by_reference
from core.orders.quote import quote
from core.orders.receive import confirm_receipt
from core.orders.ship import ship_order
from core.people.actor import Actor
from core.people.queries import all_staff, members_of
from core.products.queries import products_by_sku

SHIPPER, CASHIER = "warehouse", "finance"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, at its time. Orders made so far are known to the later steps by their key."""

    at: datetime
    act: Callable[[Connection, datetime], None]

    def run(self, connection: Connection) -> None:
        """Do it as of then."""
        self.act(connection, self.at)


@dataclass(slots=True)
class _Past:
    zone: ZoneInfo
    numbers: dict[str, str] = field(default_factory=dict)


def steps_of(history: Sequence[Mapping[str, Any]], now: datetime, zone: ZoneInfo) -> list[Step]:
    """The steps of all entries in the order of their times."""
    past = _Past(zone)
    today = business_day(now, zone)
    steps = []
    for entry in history:
        if "claim" in entry:
            steps += claims_steps(entry["claim"], today, zone)
            continue
        order = entry["order"]
        hours = order.get("hours_before")
        placed = now - timedelta(hours=hours) if hours else _moment(today, order["day"], order["at"], zone)
        steps.append(Step(placed, partial(_place, past, order)))
        for part, ship in enumerate(entry.get("ship", [])):
            at = _moment(today, ship["day"], "15:30", zone)
            steps.append(Step(at, partial(_ship, past, {**ship, "key": order["key"], "part": part})))
        if "receive" in entry:
            receipt = {**entry["receive"], "key": order["key"], "dealer": order["dealer"]}
            at = _moment(today, receipt["day"], "17:00", zone)
            steps.append(Step(at, partial(_receive, past, receipt)))
        for pay in entry.get("pay", []):
            at = _moment(today, pay["day"], "18:00", zone)
            steps.append(
                Step(at, partial(_pay, past, {**pay, "key": order["key"], "dealer": order["dealer"]}))
            )
    return sorted(steps, key=lambda step: step.at)


def _place(past: _Past, order: Mapping[str, Any], connection: Connection, at: datetime) -> None:
    session, actor = member(past.zone, connection, at, order["dealer"], order["by"])
    products = products_by_sku(session, list(order["lines"]))
    lines = tuple(
        DraftLine(sku, qty * products[sku].units[unit]["factor"], unit, str(qty))
        for sku, (qty, unit) in order["lines"].items()
    )
    places = {one.name: one.id for one in addresses_of(session)}
    default = next(one.id for one in addresses_of(session) if one.is_default)
    days = order.get("deliver")
    blank = draft_of(session, member_id=actor.member_id or 0)
    draft = save_draft(session, actor, replace(
        blank, lines=lines, texts=(order["text"],),
        address_id=places.get(order.get("address", ""), default),
        deliver_on=business_day(at, past.zone) + timedelta(days=days) if days else None,
    ))  # fmt: skip
    shown = quote(session, actor, draft.lines).shown(draft.version)
    placed = place_order(
        session, actor, draft_id=draft.id, shown=shown, shortage=order.get("shortage", "refuse"),
        over_credit=order.get("over_credit", "refuse"),
    )  # fmt: skip
    past.numbers[order["key"]] = placed.number


def _ship(past: _Past, ship: Mapping[str, Any], connection: Connection, at: datetime) -> None:
    session, actor = colleague(past.zone, connection, at, SHIPPER)
    ship_order(
        session, actor, number=past.numbers[ship["key"]], source=f"sample:{ship['key']}:{ship['part']}",
        lines=ship.get("lines"), carrier=ship["carrier"], tracking=ship["tracking"],
    )  # fmt: skip


def _receive(past: _Past, receipt: Mapping[str, Any], connection: Connection, at: datetime) -> None:
    session, actor = member(past.zone, connection, at, receipt["dealer"], receipt["by"])
    confirm_receipt(session, actor, number=past.numbers[receipt["key"]])


def _pay(past: _Past, pay: Mapping[str, Any], connection: Connection, at: datetime) -> None:
    session, actor = colleague(past.zone, connection, at, CASHIER)
    number = past.numbers[pay["key"]]
    if pay["amount"] == "all":
        view = order_by_reference(session, number)
        amount = view.total - view.paid
    else:
        amount = parse_minor(pay["amount"])
    record_payment(
        session,
        actor,
        amount=amount,
        source=pay["ref"],
        order_number=number,
        dealer=pay["dealer"],
        reason=pay["ref"],
    )


def member(
    zone: ZoneInfo, connection: Connection, at: datetime, dealer: str, name: str
) -> tuple[Session, Actor]:
    """A dealer's person at a time, by name."""
    everywhere = Session(connection, SystemScope("sample"), at)
    here = dealer_by_code(everywhere, dealer)
    found = next(one for one in members_of(everywhere.for_dealer(here.id)) if one.name == name)
    actor = Actor(
        subject=f"m:{found.id}", side="dealer", role=found.role, name=name, person_id=found.person_id,
        member_id=found.id, dealer_id=here.id, dealer_name=here.name, zone=zone, channel="sample",
    )  # fmt: skip
    return Session(connection, DealerScope(here.id), at), actor


def colleague(zone: ZoneInfo, connection: Connection, at: datetime, role: str) -> tuple[Session, Actor]:
    """Somebody of the brand with this role, at a time."""
    session = Session(connection, StaffScope(None), at)
    staff = next(one for one in all_staff(session) if one.role == role)
    actor = Actor(
        subject=f"s:{staff.id}", side="staff", role=role, name=staff.name, person_id=staff.person_id,
        staff_id=staff.id, zone=zone, channel="sample",
    )  # fmt: skip
    return session, actor


def claims_steps(claim: Mapping[str, Any], today: date, zone: ZoneInfo) -> list[Step]:
    """A claim submitted with its receipt, and decided where it says so."""
    number: list[str] = []

    def submit(connection: Connection, at: datetime) -> None:
        session, actor = member(zone, connection, at, claim["dealer"], claim["by"])
        files = [_receipt(session, name) for name in claim.get("receipts", [])]
        expense = Expense(
            category=claim["category"],
            amount=parse_minor(claim["amount"]),
            day=today + timedelta(days=claim["spent"]),
            note=claim["text"],
            evidence=tuple(files),
        )
        number.append(submit_claim(session, actor, expense).number)

    def approve(connection: Connection, at: datetime) -> None:
        session, actor = colleague(zone, connection, at, CASHIER)
        decision = claim["approve"]
        amount, reason = parse_minor(decision["amount"]), decision.get("reason", "")
        approve_claim(session, actor, number=number[0], amount=amount, reason=reason)

    steps = [Step(_moment(today, claim["day"], claim["at"], zone), submit)]
    if "approve" in claim:
        steps.append(Step(_moment(today, claim["approve"]["day"], "10:30", zone), approve))
    return steps


def _receipt(session: Session, name: str) -> Evidence:
    content = (Path(__file__).parent / name).read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    store(session, sha256=sha256, mime="image/png", content=content)
    return Evidence(identity=f"file:{sha256}", name=name)


def _moment(today: date, days: int, clock: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(today + timedelta(days=days), time.fromisoformat(clock), zone)
