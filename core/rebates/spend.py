"""Using the balance: on an order it becomes a credit on the dealer's account that names the order; prices and tax stay.

Facts: rebates.used (number, amount, left, by).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from core.credit.errors import RebateShortError
from core.credit.ledger import lock_account
from core.credit.many import lock_accounts
from core.credit.opening import SOURCE, Opening
from core.credit.rebate import Entry, move_to_account, post_openings, post_rebate, rebate_balance
from core.credit.rebate_models import rebate_ledger
from core.db.base import Id
from core.db.rows import json_rows
from core.db.scope import scoped, system
from core.db.session import Session
from core.dealers.queries import at_dealer
from core.kit.money import MAX_MINOR
from core.orders.errors import OrderNotFoundError
from core.orders.locks import locked_order
from core.orders.settle import settle_order
from core.people.actor import Actor
from core.people.policy import require
from core.people.trail import trail
from core.rebates.errors import RebateAmountError

_ids = json_rows("rebate_ids", dealer_id=Id)
_stated_by_many = system(
    select(
        rebate_ledger.c.dealer_id,
        func.sum(rebate_ledger.c.amount).label("amount"),
        func.count().label("entries"),
    )
    .select_from(_ids.join(rebate_ledger, rebate_ledger.c.dealer_id == _ids.c.dealer_id))
    .where(rebate_ledger.c.kind == "opening")
    .group_by(rebate_ledger.c.dealer_id)
)
_stated = scoped(
    select(
        func.coalesce(func.sum(rebate_ledger.c.amount), 0).label("amount"), func.count().label("entries")
    ).where(rebate_ledger.c.kind == "opening")
)


@dataclass(frozen=True, slots=True)
class RebateUsed:
    """Rebate that became a credit. left: of the balance."""

    number: str
    amount: int
    left: int


def use_rebate(session: Session, actor: Actor, *, number: str, amount: int) -> RebateUsed:
    """Pay part of an order with rebate; it comes back if the order is cancelled.

    Raises OrderNotFoundError, RebateAmountError, RebateShortError.
    """
    require(actor, "rebates.use")
    bound, order, _ = locked_order(session, number)
    if order.state == "cancelled":
        raise OrderNotFoundError(reference=number)
    owed = order.total - order.paid
    if not 0 < amount <= owed:
        raise RebateAmountError(amount=amount, most=owed)
    source = f"rebate:{number}:{order.paid}"  # each use pays more of the order than was paid before it
    movement, left = move_to_account(
        bound, order_id=order.id, number=number, amount=amount, source=source, by=actor.subject
    )
    settle_order(bound, order_id=order.id, ledger_id=movement, amount=amount)
    trail(bound, actor, "rebates.use", number, amount=amount, left=left)
    bound.report("rebates.used", number=number, amount=amount, left=left, by=actor.subject)
    return RebateUsed(number, amount, left)


def state_opening(session: Session, actor: Actor, *, amount: int, dealer: str | None = None) -> bool:
    """The rebate a dealer began with, as files state it; a changed one corrects by the difference. Whether it changed.

    Raises NotFoundError, RebateAmountError, RebateShortError when more would be taken back than is left.
    """
    require(actor, "rebates.put")
    if not 0 <= amount <= MAX_MINOR:
        raise RebateAmountError(amount=amount, most=MAX_MINOR)
    bound = at_dealer(session, dealer)
    lock_account(bound)
    row = bound.execute(_stated).one()
    was = Opening(int(row.amount), row.entries)
    change = amount - was.amount
    if change == 0:
        return False
    balance = rebate_balance(bound)
    if balance + change < 0:
        raise RebateShortError(amount=-change, balance=balance)
    post_rebate(bound, [Entry(kind="opening", amount=change, source=was.next_source)], by=actor.subject)
    trail(bound, actor, "rebates.open", SOURCE, amount=amount, was=was.amount)
    return True


def put_rebate_openings(session: Session, actor: Actor, amounts: Mapping[int, int]) -> dict[int, str]:
    """The same of many dealers by id, in a system session: created | updated | unchanged | used (more is used of it)."""
    require(actor, "rebates.put")
    before = _stated_of(session, amounts)
    fresh = {dealer: amount for dealer, amount in amounts.items() if amount and dealer not in before}
    if any(not 0 <= amount <= MAX_MINOR for amount in amounts.values()):
        raise RebateAmountError(amount=max(amounts.values()), most=MAX_MINOR)
    if fresh:
        lock_accounts(session, fresh)
        post_openings(session, fresh, source=SOURCE, by=actor.subject)
    outcomes = dict.fromkeys(amounts, "unchanged") | dict.fromkeys(fresh, "created")
    for dealer, was in before.items():
        if was.amount != amounts[dealer]:
            try:
                state_opening(session.for_dealer(dealer), actor, amount=amounts[dealer])
                outcomes[dealer] = "updated"
            except RebateShortError:
                outcomes[dealer] = "used"
    return outcomes


def _stated_of(session: Session, dealer_ids: Collection[int]) -> dict[int, Opening]:
    rows = session.execute(
        _stated_by_many, {"rebate_ids": [{"dealer_id": dealer} for dealer in sorted(dealer_ids)]}
    )
    return {row.dealer_id: Opening(int(row.amount), row.entries) for row in rows}
