"""Files of further names of products, one a row. They are added; none is ever taken away by a file."""

from collections.abc import Sequence

from bot.files.cells import code, text
from bot.files.kinds import Column, Kind, Outcome, Row, through, unknown
from core.db.session import Session
from core.people.actor import Actor
from core.products.queries import products_by_sku
from core.products.service import put_products


def save_aliases(session: Session, actor: Actor, rows: Sequence[Row]) -> list[Outcome]:
    """Add names to products by sku; a name in plain letters counts as English."""
    known = products_by_sku(session, [row["sku"] for row in rows])

    def put(good: Sequence[Row]) -> list[Outcome]:
        names = {sku: {"aliases": list(known[sku].aliases), "aliases_en": list(known[sku].aliases_en)}
                 for sku in {row["sku"] for row in good}}  # fmt: skip
        outcomes: list[Outcome] = []
        for row in good:
            held = names[row["sku"]]["aliases_en" if row["alias"].isascii() else "aliases"]
            outcomes.append("unchanged" if row["alias"] in held else "created")
            if row["alias"] not in held:
                held.append(row["alias"])
        put_products(session, actor, [{"sku": sku, **lists} for sku, lists in names.items()])
        return outcomes

    return through(rows, lambda row: unknown("sku", row, known), put)


ALIASES = Kind(
    name="aliases",
    columns=(Column("sku", code(60), required=True), Column("alias", text(80), required=True)),
    key=lambda row: f"{row['sku']} / {row['alias']}",
    save=save_aliases,
    rows_under=("aliases", "rows"),
)
