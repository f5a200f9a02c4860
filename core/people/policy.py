"""Who may do what: one table, actions named noun.verb, everything else denied."""

from core.kit.errors import NotAllowedError
from core.people.actor import Actor

_READ = {"products.read", "stock.read", "prices.read", "orders.read"}
_ORDERING = {"orders.place", "orders.cancel", "orders.confirm_receipt"}

POLICY: dict[tuple[str, str], frozenset[str]] = {
    ("dealer", "owner"): frozenset(
        {*_READ, *_ORDERING, "account.read", "members.read", "members.invite", "members.revoke"}
    ),
    ("dealer", "buyer"): frozenset({*_READ, *_ORDERING}),
    ("dealer", "finance"): frozenset({*_READ, "account.read"}),
    ("staff", "admin"): frozenset(
        {*_READ, "orders.prepare", "orders.approve", "orders.cancel", "orders.ship", "orders.confirm_receipt",
         "orders.record_return", "payments.record", "account.read", "account.set_limit", "account.adjust",
         "prices.set", "stock.receive", "stock.adjust", "stock.plan", "dealers.read", "members.read",
         "members.invite", "members.revoke", "members.put", "staff.invite", "staff.revoke", "staff.put",
         "dealers.put", "products.put", "parked.act", "talks.take"}
    ),
    ("staff", "sales"): frozenset(
        {*_READ, "orders.prepare", "orders.approve", "orders.cancel", "orders.confirm_receipt", "account.read",
         "dealers.read", "members.read", "members.invite", "members.revoke", "talks.take"}
    ),
    ("staff", "finance"): frozenset(
        {*_READ, "orders.approve", "orders.record_return", "payments.record", "account.read",
         "account.set_limit", "account.adjust", "prices.set", "dealers.read", "talks.take"}
    ),
    ("staff", "warehouse"): frozenset(
        {"products.read", "stock.read", "orders.read", "orders.ship", "orders.confirm_receipt",
         "orders.record_return", "stock.receive", "stock.adjust", "stock.plan", "dealers.read"}
    ),
    ("system", "import"): frozenset(
        {"account.set_limit", "account.adjust", "prices.set", "stock.receive", "stock.adjust", "stock.plan",
         "members.invite", "members.put", "staff.invite", "staff.put", "dealers.put", "products.put",
         "orders.bring"}
    ),
    ("system", "schedule"): frozenset({"orders.expire"}),
}  # fmt: skip


def may(actor: Actor, action: str) -> bool:
    """Whether this person may do it at all; whose data it touches is the session's scope."""
    return action in POLICY.get((actor.side, actor.role), frozenset())


def require(actor: Actor, action: str) -> None:
    """Raise NotAllowedError (fields: action, role) unless the policy allows it."""
    if not may(actor, action):
        raise NotAllowedError(action=action, role=actor.role)
