"""Files of dealers, their addresses, and what they may order."""

from collections.abc import Sequence

from bot.files.cells import code, days, money, phone, text
from bot.files.errors import Fault
from bot.files.kinds import Column, Kind, Outcome, Row, flag, through, unknown
from core.credit.many import put_terms
from core.db.session import Session
from core.dealers.queries import dealer_ids
from core.dealers.service import list_only, put_addresses, put_dealers
from core.orders.openings import put_openings
from core.people.actor import Actor
from core.products.queries import product_ids
from core.products.service import list_products


def save_dealers(session: Session, actor: Actor, rows: Sequence[Row]) -> list[Outcome]:
    """Dealers with their accounts: `balance` is the opening one, and a changed one corrects it by the difference."""
    names = ("code", "name", "region", "level")
    put = put_dealers(session, actor, [{name: row.get(name) for name in names} for row in rows])
    terms = [
        {
            "dealer_id": dealer.id,
            "credit_limit": row.get("credit_limit"),
            "payment_days": row.get("payment_days"),
        }
        for row, dealer in zip(rows, put, strict=True)
    ]
    changed = put_terms(session, actor, terms)
    balances = {dealer.id: row["balance"] for row, dealer in zip(rows, put, strict=True) if "balance" in row}
    opened = put_openings(session, actor, balances)
    return [
        "updated" if dealer.done == "unchanged" and (new or opened.get(dealer.id, "unchanged") != "unchanged")
        else dealer.done
        for dealer, new in zip(put, changed, strict=True)
    ]  # fmt: skip


def save_addresses(session: Session, actor: Actor, rows: Sequence[Row]) -> list[Outcome]:
    """Addresses; one without a name is called by its first words."""
    known = dealer_ids(session, [row["dealer"] for row in rows])

    def put(good: Sequence[Row]) -> list[Outcome]:
        values = [
            {
                "dealer_id": known[row["dealer"]],
                "name": row.get("name") or row["address"][:80],
                "receiver": row.get("receiver"),
                "phone": row.get("phone"),
                "address": row["address"],
                "is_default": row.get("default"),
            }
            for row in good
        ]
        return list(put_addresses(session, actor, values))

    return through(rows, lambda row: unknown("dealer", row, known), put)


def save_assortments(session: Session, actor: Actor, rows: Sequence[Row]) -> list[Outcome]:
    """What dealers may order. A dealer with an assortment orders nothing else."""
    dealers = dealer_ids(session, [row["dealer"] for row in rows])
    products = product_ids(session, [row["sku"] for row in rows])

    def put(good: Sequence[Row]) -> list[Outcome]:
        pairs = [(dealers[row["dealer"]], products[row["sku"]]) for row in good]
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
        Column("payment_days", days(3650)),
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
