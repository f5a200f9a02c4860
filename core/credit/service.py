"""Verbs of the account that settle nothing."""

from sqlalchemy import bindparam, update

from core.credit.errors import BadAmountError
from core.credit.ledger import lock_account
from core.credit.models import accounts
from core.credit.queries import Standing
from core.db.scope import scoped
from core.db.session import Session
from core.dealers.queries import at_dealer
from core.kit.money import MAX_MINOR
from core.people.actor import Actor
from core.people.policy import require
from core.people.trail import trail

MAX_PAYMENT_DAYS = 3650

_set = scoped(
    update(accounts).values(credit_limit=bindparam("new_limit"), payment_days=bindparam("new_days"))
)


def set_credit_limit(
    session: Session,
    actor: Actor,
    *,
    credit_limit: int | None = None,
    payment_days: int | None = None,
    dealer: str | None = None,
    reason: str = "",
) -> Standing:
    """Set the limit (minor units) or the days to pay, or both; None keeps what is.

    A limit below what is in use is allowed: nothing more can be ordered until it fits. Raises NotFoundError, BadAmountError.
    """
    require(actor, "account.set_limit")
    if credit_limit is not None and not 0 <= credit_limit <= MAX_MINOR:
        raise BadAmountError(amount=credit_limit, most=MAX_MINOR)
    if payment_days is not None and not 0 <= payment_days <= MAX_PAYMENT_DAYS:
        raise BadAmountError(amount=payment_days, most=MAX_PAYMENT_DAYS)
    session = at_dealer(session, dealer)
    was = lock_account(session)
    after = Standing(
        credit_limit=was.credit_limit if credit_limit is None else credit_limit,
        balance=was.balance,
        exposure=was.exposure,
        payment_days=was.payment_days if payment_days is None else payment_days,
    )
    session.execute(_set, {"new_limit": after.credit_limit, "new_days": after.payment_days})
    trail(
        session,
        actor,
        "account.set_limit",
        str(session.dealer_id),
        reason=reason,
        credit_limit=[was.credit_limit, after.credit_limit],
        payment_days=[was.payment_days, after.payment_days],
    )
    if after.credit_limit != was.credit_limit:
        session.report(
            "account.limit_changed",
            credit_limit=after.credit_limit,
            was=was.credit_limit,
            by=actor.subject,
        )
    return after
