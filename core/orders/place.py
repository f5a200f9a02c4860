"""Placing an order: the draft becomes an order, or a refusal that says by how much it does not."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import and_, bindparam, exists, func, select, update

from core.credit.ledger import expose, open_account
from core.credit.models import accounts
from core.credit.queries import STANDING_COLUMNS, Standing, standing_of
from core.credit.rebate import move_to_account
from core.db.base import Id, Json
from core.db.scope import DEALER, scoped
from core.db.session import Session
from core.dealers.models import addresses, dealers
from core.kit.clock import business_day
from core.kit.errors import NotFoundError
from core.kit.money import MAX_MINOR
from core.orders.debts import overdue_of
from core.orders.drafts import DRAFT_COLUMNS, Draft, draft_of_row
from core.orders.errors import (
    DealerSuspendedError,
    DraftChangedError,
    DraftEmptyError,
    LinesRefusedError,
    OverCreditError,
    PriceChangedError,
    QuantityChange,
    SameOrderTodayError,
    ShortageError,
    TooLargeError,
    TotalChange,
)
from core.orders.models import drafts, waits
from core.orders.quote import SAME_TODAY, QuoteLine, Shown, quote_lines
from core.orders.rules import MAX_LINES, REVIEW_TIME, fingerprint
from core.orders.settle import settle_new_order
from core.orders.waits import forget_wait
from core.orders.write import NewOrder, insert_order
from core.people.actor import Actor
from core.people.policy import require
from core.people.trail import trail
from core.stock.movements import Move, Stock, lock_stock_of_skus, move_stock, report_crossings

_default_address = (
    select(addresses.c.id)
    .where(addresses.c.dealer_id == bindparam(DEALER, type_=Id))
    .order_by(addresses.c.is_default.desc(), addresses.c.id)
    .limit(1)
    .scalar_subquery()
)
_draft = scoped(
    select(
        *DRAFT_COLUMNS,
        addresses.c.name.label("address_name"),
        addresses.c.receiver,
        addresses.c.phone,
        addresses.c.address,
        exists()
        .where(waits.c.dealer_id == drafts.c.dealer_id, waits.c.draft_id == drafts.c.id)
        .label("waited"),
    )
    .select_from(
        drafts.outerjoin(
            addresses,
            and_(
                addresses.c.dealer_id == drafts.c.dealer_id,
                addresses.c.id == func.coalesce(drafts.c.address_id, _default_address),
            ),
        )
    )
    .where(drafts.c.id == bindparam("draft"), drafts.c.member_id == bindparam("member"))
    .with_for_update(of=drafts)
)
_clear = scoped(
    update(drafts)
    .where(drafts.c.id == bindparam("draft"), drafts.c.version == bindparam("shown_version"))
    .values(
        version=drafts.c.version + 1,
        lines=bindparam("empty", type_=Json()),
        texts=bindparam("empty", type_=Json()),
        deliver_on=None,
        address_id=None,
        note="",
        prepared_by="",
        updated_at=bindparam("now"),
    )
    .returning(drafts.c.id)
)
_account = scoped(
    select(*STANDING_COLUMNS, dealers.c.state, SAME_TODAY)
    .select_from(accounts.join(dealers, dealers.c.id == accounts.c.dealer_id))
    .with_for_update(of=accounts)
)


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """An order that now exists. state: confirmed, or pending_review until `review_until`."""

    number: str
    state: str
    total: int
    currency: str
    lines: tuple[QuoteLine, ...]  # as ordered
    backordered: dict[str, int]  # base units by sku that follow when stock comes
    excess: int
    review_until: datetime | None
    rebate: int = 0  # used on it
    rebate_left: int = 0


def place_order(
    session: Session,
    actor: Actor,
    *,
    draft_id: int,
    shown: Shown,
    shortage: Literal["refuse", "partial", "backorder"] = "refuse",
    over_credit: Literal["refuse", "review"] = "refuse",
    again: bool = False,
    rebate: int = 0,
) -> OrderPlaced:
    """Order the member's draft as it was shown; the draft is empty afterwards.

    rebate: what of the dealer's rebate balance pays for it, at most its total; it counts as available.
    Raises DraftChangedError, DraftEmptyError, LinesRefusedError, ShortageError, PriceChangedError, OverCreditError,
    SameOrderTodayError (unless `again`), RebateShortError, DealerSuspendedError, TooLargeError, NotFoundError.
    """
    require(actor, "orders.place")
    today = business_day(session.now, actor.zone)
    draft, ship_to, waited = _lock_draft(session, actor, draft_id)
    _refuse_changed(draft, shown)
    asked = fingerprint((line.sku, line.base_qty) for line in draft.lines)
    account = _lock_account(session, asked, today, again=again)
    stock = lock_stock_of_skus(session, (line.sku for line in draft.lines))
    quoted = quote_lines(session, draft.lines, on=today)
    lines = _orderable(quoted, shown, shortage)
    total = _agreed_total(lines, shown)
    excess = max(0, total - account.available - (rebate := min(rebate, total)))
    if excess and over_credit == "refuse":
        raise OverCreditError(**_arithmetic(session, actor, account, total, excess))
    until = session.now + REVIEW_TIME if excess else None
    order = NewOrder(draft, ship_to, asked, shown, tuple(lines), total, excess, until, today, rebate)
    order_id, number = insert_order(session, actor, order)
    _take(session, draft, waited=waited)
    _reserve(session, stock, lines)
    left = _charge(session, actor, order_id, number, rebate=rebate, exposed=0 if excess else total)
    placed = OrderPlaced(
        number=number,
        state="pending_review" if excess else "confirmed",
        total=total,
        currency=actor.currency,
        lines=tuple(lines),
        backordered=_backordered(lines),
        excess=excess,
        review_until=until,
        rebate=rebate,
        rebate_left=left,
    )
    _tell(session, actor, draft, placed)
    return placed


def _lock_draft(session: Session, actor: Actor, draft_id: int) -> tuple[Draft, dict[str, str], bool]:
    """The draft, where it goes, and whether somebody waits with it. Raises NotFoundError."""
    row = session.execute(_draft, {"draft": draft_id, "member": actor.member_id}).one_or_none()
    if row is None:
        raise NotFoundError(kind="draft", reference=draft_id)
    if row.address_name is None:
        return draft_of_row(row), {}, row.waited
    parts = {"name": row.address_name, "receiver": row.receiver, "phone": row.phone, "address": row.address}
    return draft_of_row(row), parts, row.waited


def _refuse_changed(draft: Draft, shown: Shown) -> None:
    if draft.version != shown.version:
        now = _by_sku((line.sku, line.base_qty) for line in draft.lines)
        then = _by_sku((line.sku, line.base_qty) for line in shown.lines)
        changes = [
            QuantityChange(sku, shown=then.get(sku, 0), now=now.get(sku, 0))
            for sku in dict.fromkeys([*then, *now])
            if then.get(sku, 0) != now.get(sku, 0)
        ]
        raise DraftChangedError(changes=changes, version=draft.version)
    if not draft.lines:
        raise DraftEmptyError
    if len(draft.lines) > MAX_LINES:
        raise TooLargeError(lines=len(draft.lines), most_lines=MAX_LINES, total=None, most_total=MAX_MINOR)


def _lock_account(session: Session, asked: str, today: date, *, again: bool) -> Standing:
    binds = {"fingerprint": asked, "today": today}
    row = session.execute(_account, binds).one_or_none()
    if row is None:
        open_account(session)
        row = session.execute(_account, binds).one()
    if row.state != "active":
        raise DealerSuspendedError
    if row.same_today and not again:
        raise SameOrderTodayError(number=row.same_today)
    return standing_of(row)


def _orderable(quoted: Sequence[QuoteLine], shown: Shown, shortage: str) -> list[QuoteLine]:
    """The lines that will be ordered. Raises LinesRefusedError, ShortageError."""
    problems = [line.problem for line in quoted if line.problem is not None]
    if problems:
        raise LinesRefusedError(problems=problems)
    short = [line.shortage for line in quoted if line.short]
    lines = list(quoted)
    if shortage == "partial":
        lines = [_only_what_there_is(line) for line in quoted if line.usable]
    as_shown = [(line.sku, line.base_qty) for line in lines] == [
        (line.sku, line.base_qty) for line in shown.lines
    ]
    if not lines or (short and shortage == "refuse") or not as_shown:
        raise ShortageError(shortages=short, partial_possible=any(line.usable for line in quoted))
    return lines


def _only_what_there_is(line: QuoteLine) -> QuoteLine:
    """The line cut to what can be had: in the unit as ordered where that stays exact, else in base units."""
    if line.usable == line.base_qty:
        return line
    per_unit = Decimal(line.base_qty) / Decimal(line.qty)
    qty = Decimal(line.usable) / per_unit
    exact = qty == qty.to_integral_value() and qty * per_unit == line.usable
    return replace(
        line,
        unit=line.unit if exact else line.base_unit,
        qty=f"{qty.normalize():f}" if exact else str(line.usable),
        base_qty=line.usable,
        total=line.partial_total,
    )


def _agreed_total(lines: Sequence[QuoteLine], shown: Shown) -> int:
    """The total, if every line costs what was shown. Raises PriceChangedError, TooLargeError."""
    total = sum(line.total for line in lines)
    changes = [
        TotalChange(line.sku, shown=before.total, now=line.total)
        for line, before in zip(lines, shown.lines, strict=True)
        if line.total != before.total
    ]
    if changes or total != shown.total:
        raise PriceChangedError(changes=changes, total=total, shown_total=shown.total)
    if total > MAX_MINOR:
        raise TooLargeError(lines=len(lines), most_lines=MAX_LINES, total=total, most_total=MAX_MINOR)
    return total


def _arithmetic(session: Session, actor: Actor, account: Standing, total: int, excess: int) -> dict[str, Any]:
    overdue = overdue_of(session, payment_days=account.payment_days, zone=actor.zone)
    return {
        "credit_limit": account.credit_limit,
        "balance": account.balance,
        "exposure": account.exposure,
        "available": account.available,
        "total": total,
        "excess": excess,
        "overdue": overdue.amount,
        "oldest_overdue": overdue.oldest,
        "oldest_overdue_on": overdue.oldest_on,
    }


def _reserve(session: Session, stock: Stock, lines: Sequence[QuoteLine]) -> None:
    reserved: dict[int, int] = {}
    for line in lines:
        reserved[line.product_id] = reserved.get(line.product_id, 0) + line.base_qty - line.short
    after = move_stock(session, stock, [Move(each, reserved=qty) for each, qty in reserved.items()])
    report_crossings(session, stock, after)


def _charge(session: Session, actor: Actor, order_id: int, number: str, *, rebate: int, exposed: int) -> int:
    """Take the order's value from the credit, and what rebate pays of it from the rebate; what is left of that.

    As core.rebates.spend does for an order that is there already. Raises RebateShortError.
    """
    if not rebate:
        if exposed:
            expose(session, exposed)
        return 0
    require(actor, "rebates.use")
    movement, left = move_to_account(
        session, order_id=order_id, number=number, amount=rebate, source=f"rebate:{number}:0",
        by=actor.subject, exposed=exposed,
    )  # fmt: skip
    settle_new_order(session, order_id=order_id, ledger_id=movement, amount=rebate)
    session.report("rebates.used", number=number, amount=rebate, left=left, by=actor.subject)
    return left


def _take(session: Session, draft: Draft, *, waited: bool) -> None:
    """Empty the draft; nobody waits with it any more."""
    row = session.execute(
        _clear, {"draft": draft.id, "shown_version": draft.version, "empty": [], "now": session.now}
    ).one_or_none()
    if row is None:
        raise DraftChangedError(changes=[], version=draft.version + 1)
    if waited:
        forget_wait(session, draft.id)


def _tell(session: Session, actor: Actor, draft: Draft, placed: OrderPlaced) -> None:
    data: dict[str, Any] = {"number": placed.number, "total": placed.total, "by": actor.subject}
    if placed.review_until is None:
        data |= {"currency": placed.currency, "prepared_by": draft.prepared_by}
        session.report("orders.placed", **data)
    else:
        data |= {"excess": placed.excess, "until": placed.review_until.isoformat()}
        session.report("orders.review_asked", **data)
    trail(
        session,
        actor,
        "orders.place",
        placed.number,
        on_behalf=draft.prepared_by or None,
        state=placed.state,
        total=placed.total,
        excess=placed.excess,
        rebate=placed.rebate,
        lines=[asdict(line) for line in draft.lines],
    )


def _backordered(lines: Sequence[QuoteLine]) -> dict[str, int]:
    return {sku: qty for sku, qty in _by_sku((line.sku, line.short) for line in lines).items() if qty}


def _by_sku(quantities: Any) -> dict[str, int]:
    totals: dict[str, int] = {}
    for sku, base_qty in quantities:
        totals[sku] = totals.get(sku, 0) + base_qty
    return totals
