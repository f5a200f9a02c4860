"""Contracts that run out: staff of the region by a ladder of days, the manager too when it gets close, the dealer if wanted."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from core.contracts.queries import Contract, ending_contracts
from core.contracts.rules import ESCALATED, due_rung
from core.db.session import Session
from core.kit.clock import business_day
from core.kit.money import Money
from core.kit.say import Choice, Param, Say
from core.orders.record import record_of
from notifications.alerts.happened import Happened, Rule, button, tell
from notifications.alerts.orders import paid_before
from notifications.attention import raise_alert
from notifications.outbox.write import Notice
from notifications.recipients import Recipient, dealer_label, members_of, staff_of


def find_ending(session: Session, today: date) -> int:
    """Report the contracts whose rung is reached; who was told of it before is not told again. Returns how many."""
    found = 0
    for contract in ending_contracts(session, today):
        rung = due_rung(
            contract.ends_on, today, decision=contract.decision, snoozed_until=contract.snoozed_until
        )
        if rung is None:
            continue
        session.report(
            "contracts.ending",
            dealer_id=contract.dealer_id,
            contract=contract.id,
            number=contract.number,
            ends_on=contract.ends_on.isoformat(),
            left=(contract.ends_on - today).days,
            rung=rung,
            decision=contract.decision,
            again=contract.snoozed_until.isoformat() if contract.snoozed_until else "",
        )
        found += 1
    return found


def ending(session: Session, fact: Happened) -> Iterable[Notice]:
    """One rung of the ladder, once for each contract and recipient; again only after it was put off."""
    label = dealer_label(session, fact.dealer())
    rung, ends_on = int(fact.data["rung"]), date.fromisoformat(fact.data["ends_on"])
    period = f"{fact.data['contract']}:{fact.data['ends_on']}:{rung}"
    left = int(fact.data["left"])
    say = _card(label.name, str(fact.data["number"]), ends_on, left, str(fact.data["decision"]))
    say = replace(
        say,
        lines=(
            *say.lines,
            *trade_lines(session.for_dealer(fact.dealer()), fact.at, fact.zone, fact.currency),
        ),
        choices=choices_of(int(fact.data["contract"]), ends_on, str(fact.data["decision"])),
    )
    again = f"{period}:{fact.data['again']}"
    say = raise_alert(
        session,
        say,
        key=f"{fact.kind}:{again}",
        about=f"contract:{fact.data['contract']}",
        region=label.region,
    )
    yield from tell(fact, _staff(session, label.region, rung), say, once=again)
    if fact.tell_dealers:
        params: dict[str, Param] = {"number": str(fact.data["number"]), "on": ends_on, "count": left}
        own = Say(
            key=_key("contract_yours", left),
            params=params,
            choices=(button("contract_see", "contract", "0"),),
        )
        yield from tell(fact, members_of(session, fact.dealer(), ("owner", "finance")), own, once=period)


def contract_card(dealer: str, contract: Contract, today: date) -> Say:
    """What staff see of a contract that ends, with what can be done about it."""
    left = (contract.ends_on - today).days
    say = _card(dealer, contract.number, contract.ends_on, left, contract.decision)
    return replace(say, choices=choices_of(contract.id, contract.ends_on, contract.decision))


def trade_lines(session: Session, now: datetime, zone: ZoneInfo, currency: str) -> tuple[Say, ...]:
    """What the session's dealer bought this year and how it pays: what a renewal is decided by."""

    def money(minor: int) -> Money:
        return Money(minor, currency)

    found = record_of(session, since=business_day(now, zone).replace(month=1, day=1), zone=zone)
    account = found.account
    bought: dict[str, Param] = {"bought": money(found.bought), "count": found.orders}
    if found.returned:
        bought |= {"shipped": money(found.shipped), "returned": money(found.returned)}
    key = "year_returned" if found.returned else "year" if found.orders else "year_nothing"
    lines = [Say(key=f"alerts.contract_{key}", params=bought)]
    if account.overdue:
        late: dict[str, Param] = {
            "overdue": money(account.overdue),
            "days": account.oldest_overdue_days,
            "number": account.oldest_overdue,
        }
        lines.append(Say(key="alerts.contract_overdue", params=late))
    elif found.last_orders or account.unpaid:
        was_late = any(order.days_late > 0 for order in found.last_orders)
        lines.append(Say(key="alerts.contract_paid_late" if was_late else "alerts.contract_pays"))
    return (*lines, *paid_before(found.last_orders))


def choices_of(contract: int, ends_on: date, decision: str) -> tuple[Choice, ...]:
    """Renew, not renew, later; what is decided already is not offered."""
    arg = f"{contract}~{ends_on.isoformat()}"
    offered = {"renew": "contract-renew", "end": "contract-end"}
    found = [button(f"contract_{name}", action, arg) for name, action in offered.items() if name != decision]
    return (*found, *(() if decision else (button("contract_later", "contract-later", arg),)))


def decided(session: Session, fact: Happened) -> Iterable[Notice]:
    """The colleagues of the region and the manager hear what was decided, so that nobody decides again."""
    label = dealer_label(session, fact.dealer())
    params: dict[str, Param] = {
        "dealer": label.name,
        "number": str(fact.data["number"]),
        "name": str(fact.data["name"]),
        "on": date.fromisoformat(fact.data["ends_on"]),
    }
    say = Say(key=f"alerts.contract_decided_{fact.data['decision']}", params=params)
    others = [
        who
        for who in staff_of(session, "sales", "admin", region=label.region)
        if who.subject != fact.data["by"]
    ]
    yield from tell(fact, others, say)


def _card(dealer: str, number: str, ends_on: date, left: int, decision: str) -> Say:
    params: dict[str, Param] = {"dealer": dealer, "number": number, "on": ends_on, "count": abs(left)}
    lines = (Say(key=f"alerts.contract_is_{decision}"),) if decision else ()
    return Say(key=_key("contract_ending", left), params=params, lines=lines)


def _key(name: str, left: int) -> str:
    if left == 0:
        return f"alerts.{name}_today"
    return f"alerts.{name}" if left > 0 else f"alerts.{name}_over"


def _staff(session: Session, region: str, rung: int) -> list[Recipient]:
    sales = staff_of(session, "sales", region=region)
    return [*sales, *staff_of(session, "admin", region=region)] if rung in ESCALATED or not sales else sales


RULES: dict[str, Rule] = {"contracts.ending": ending, "contracts.decided": decided}
