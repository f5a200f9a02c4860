"""Files of dealers, their addresses, and what they may order."""

from collections.abc import Sequence

from bot.files.cells import code, money, phone, text, whole
from bot.files.errors import Fault
from bot.files.kinds import Column, Kind, Outcome, Row, flag, through, unknown
from core.credit.opening import opening_of
from core.credit.queries import standing
from core.credit.service import set_credit_limit
from core.db.session import Session
from core.dealers.queries import dealers_by_code
from core.dealers.service import list_only, put_addresses, put_dealers
from core.orders.payments import adjust_balance
from core.people.actor import Actor
from core.products.queries import products_by_sku
from core.products.service import list_products


def save_dealers(session: Session, actor: Actor, rows: Sequence[Row]) -> list[Outcome]:
    """Dealers with their accounts: `balance` is the opening one, and a changed one corrects it by the difference."""
    names = ("code", "name", "region", "level")
    put = put_dealers(session, actor, [{name: row.get(name) for name in names} for row in rows])
    outcomes: list[Outcome] = []
    for row, dealer in zip(rows, put, strict=True):
        changed = _put_account(session.for_dealer(dealer.id), actor, row)
        outcomes.append("updated" if changed and dealer.done == "unchanged" else dealer.done)
    return outcomes


def _put_account(session: Session, actor: Actor, row: Row) -> bool:
    """Limit, days and opening balance, where they differ from what is."""
    limit, days, balance = (row.get(name) for name in ("credit_limit", "payment_days", "balance"))
    was = standing(session)
    terms = {"credit_limit": limit, "payment_days": days}
    changed = any(value is not None and value != getattr(was, name) for name, value in terms.items())
    if changed:
        set_credit_limit(session, actor, **terms, reason="import")
    opening = opening_of(session)
    if balance is None or balance == opening.amount:
        return changed
    adjust_balance(
        session,
        actor,
        amount=balance - opening.amount,
        source=opening.next_source,
        reason="import",
        opening=opening.entries == 0,
    )
    return True


def save_addresses(session: Session, actor: Actor, rows: Sequence[Row]) -> list[Outcome]:
    """Addresses; one without a name is called by its first words."""
    known = dealers_by_code(session, [row["dealer"] for row in rows])

    def put(good: Sequence[Row]) -> list[Outcome]:
        values = [
            {
                "dealer_id": known[row["dealer"]].id,
                "name": row.get("name") or row["address"][:80],
                "receiver": row.get("receiver"),
                "phone": row.get("phone"),
                "address": row["address"],
                "is_default": row.get("default"),
            }
            for row in good
        ]
        return [done.done for done in put_addresses(session, actor, values)]

    return through(rows, lambda row: unknown("dealer", row, known), put)


def save_assortments(session: Session, actor: Actor, rows: Sequence[Row]) -> list[Outcome]:
    """What dealers may order. A dealer with an assortment orders nothing else."""
    dealers = dealers_by_code(session, [row["dealer"] for row in rows])
    products = products_by_sku(session, [row["sku"] for row in rows])

    def put(good: Sequence[Row]) -> list[Outcome]:
        pairs = [(dealers[row["dealer"]].id, products[row["sku"]].id) for row in good]
        list_only(session, actor, sorted({dealer for dealer, _ in pairs}))
        new = list_products(session, actor, pairs)
        return ["created" if pair in new else "unchanged" for pair in pairs]

    def fault_of(row: Row) -> Fault | None:
        return unknown("dealer", row, dealers) or unknown("sku", row, products)

    return through(rows, fault_of, put)


DEALERS = Kind(
    name="dealers",
    columns=(
        Column("code", code(40), required=True),
        Column("name", text(120), required=True),
        Column("region", text(40)),
        Column("level", code(20)),
        Column("credit_limit", money()),
        Column("balance", money(signed=True)),
        Column("payment_days", whole(0, 3650)),
    ),
    key=lambda row: str(row["code"]),
    save=save_dealers,
    rows_under=("dealers", "rows"),
)
ADDRESSES = Kind(
    name="addresses",
    columns=(
        Column("dealer", code(40), required=True),
        Column("name", text(80)),
        Column("receiver", text(80)),
        Column("phone", phone),
        Column("address", text(300), required=True),
        Column("default", flag),
    ),
    key=lambda row: f"{row['dealer']} / {row.get('name') or row['address'][:80]}",
    save=save_addresses,
    rows_under=("addresses", "rows"),
)
ASSORTMENTS = Kind(
    name="assortments",
    columns=(Column("dealer", code(40), required=True), Column("sku", code(60), required=True)),
    key=lambda row: f"{row['dealer']} / {row['sku']}",
    save=save_assortments,
    rows_under=("assortments", "rows"),
)
