"""Who may do what: one table, actions named noun.verb, everything else denied."""

from core.kit.errors import NotAllowedError
from core.people.actor import Actor

_READ = {"products.read", "stock.read", "prices.read", "orders.read", "nicknames.read"}
_ORDERING = {"orders.place", "orders.cancel", "orders.confirm_receipt", "nicknames.keep"}
_CLAIMING = {"claims.submit"}
_REBATES = {"rebates.read", "rebates.use"}

POLICY: dict[tuple[str, str], frozenset[str]] = {
    ("dealer", "owner"): frozenset(
        {*_READ, *_ORDERING, *_REBATES, "contracts.read", "account.read", "members.read", "members.invite", "members.revoke", *_CLAIMING}
    ),
    ("dealer", "buyer"): frozenset({*_READ, *_ORDERING, *_CLAIMING}),
    ("dealer", "finance"): frozenset({*_READ, "rebates.read", "contracts.read", "account.read", *_CLAIMING}),
    ("staff", "admin"): frozenset(
        {*_READ, "contracts.read", "contracts.decide", "orders.prepare", "orders.approve", "orders.cancel", "orders.ship", "orders.confirm_receipt",
         "orders.record_return", "payments.record", "account.read", "account.set_limit", "account.adjust",
         "prices.set", "stock.receive", "stock.adjust", "stock.plan", "dealers.read", "members.read",
         "members.invite", "members.revoke", "members.put", "staff.invite", "staff.revoke", "staff.put",
         "dealers.put", "products.put", "parked.act", "talks.take", "claims.approve", "rebates.read",
         "rebates.settle", "rebates.put"}
    ),
    ("staff", "sales"): frozenset(
        {*_READ, "contracts.read", "contracts.decide", "orders.prepare", "orders.approve", "orders.cancel",
         "orders.confirm_receipt", "account.read",
         "dealers.read", "members.read", "members.invite", "members.revoke", "talks.take", "claims.approve",
         "rebates.read"}
    ),
    ("staff", "finance"): frozenset(
        {*_READ, "orders.approve", "orders.record_return", "payments.record", "account.read",
         "account.set_limit", "account.adjust", "prices.set", "dealers.read", "talks.take", "claims.approve",
         "rebates.read", "rebates.settle"}
    ),
    ("staff", "warehouse"): frozenset(
        {"products.read", "stock.read", "orders.read", "orders.ship", "orders.confirm_receipt",
         "orders.record_return", "stock.receive", "stock.adjust", "stock.plan", "dealers.read"}
    ),
    ("system", "import"): frozenset(
        {"account.set_limit", "account.adjust", "prices.set", "stock.receive", "stock.adjust", "stock.plan",
         "members.invite", "members.put", "staff.invite", "staff.put", "dealers.put", "products.put",
         "orders.bring", "claims.plan", "contracts.put", "rebates.put"}
    ),
    ("system", "schedule"): frozenset({"orders.expire", "rebates.settle"}),
}  # fmt: skip

ACTIONS = frozenset().union(*POLICY.values())
"""Everything that somebody may do."""


def may(actor: Actor, action: str) -> bool:
    """Whether this person may do it at all; whose data it touches is the session's scope."""
    return action in POLICY.get((actor.side, actor.role), frozenset())


def require(actor: Actor, action: str) -> None:
    """Raise NotAllowedError (fields: action, role) unless the policy allows it."""
    if not may(actor, action):
        raise NotAllowedError(action=action, role=actor.role)
