"""What many dealers' accounts begin with, as a file states it."""

from collections.abc import Mapping

from sqlalchemy import select

from core.credit.many import lock_accounts, openings_of, post_openings
from core.credit.opening import Opening
from core.db.base import Id
from core.db.rows import json_rows
from core.db.scope import system
from core.db.session import Session
from core.orders.models import orders
from core.orders.payments import adjust_balance
from core.people.actor import Actor
from core.people.policy import require

REASON = "import"

_ids = json_rows("opening_ids", dealer_id=Id)
_indebted = system(
    select(orders.c.dealer_id)
    .select_from(_ids.join(orders, orders.c.dealer_id == _ids.c.dealer_id))
    .where(orders.c.shipped_value != orders.c.paid)
    .distinct()
)


def put_openings(session: Session, actor: Actor, amounts: Mapping[int, int]) -> dict[int, str]:
    """Opening balances by dealer in minor units, in a system session: created | updated | unchanged for each.

    A first one is an entry of its own and nobody is told of it; a changed one is corrected by the difference, like any
    adjustment. Raises BadAmountError.
    """
    require(actor, "account.adjust")
    before = openings_of(session, amounts)
    nothing = Opening(0, 0)
    wanted = {
        dealer: amount for dealer, amount in amounts.items() if amount != before.get(dealer, nothing).amount
    }
    if not wanted:
        return dict.fromkeys(amounts, "unchanged")
    lock_accounts(session, wanted)
    busy = {
        *before,
        *session.execute(_indebted, {"opening_ids": [{"dealer_id": each} for each in wanted]}).scalars(),
    }
    fresh = {dealer: amount for dealer, amount in wanted.items() if dealer not in busy}
    if fresh:
        post_openings(session, fresh, by=actor.subject, reason=REASON)
    for dealer in wanted.keys() - fresh.keys():
        was = before.get(dealer, nothing)
        adjust_balance(
            session.for_dealer(dealer), actor, amount=wanted[dealer] - was.amount, source=was.next_source,
            reason=REASON, opening=was.entries == 0,
        )  # fmt: skip
    return {
        dealer: "unchanged" if dealer not in wanted else "updated" if dealer in before else "created"
        for dealer in amounts
    }
