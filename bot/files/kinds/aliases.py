"""Files of further names of products, one a row. They are added; none is ever taken away by a file."""

from collections.abc import Sequence

from bot.files.cells import code, text
from bot.files.kinds import Column, Kind, Outcome, Row, through, unknown
from core.db.session import Session
from core.people.actor import Actor
from core.products.queries import product_ids
from core.products.service import add_aliases


def save_aliases(session: Session, actor: Actor, rows: Sequence[Row]) -> list[Outcome]:
    """Add names to products by sku; a name in plain letters counts as English."""
    known = product_ids(session, [row["sku"] for row in rows])

    def put(good: Sequence[Row]) -> list[Outcome]:
        new = add_aliases(session, actor, [(known[row["sku"]], row["alias"]) for row in good])
        return ["created" if each else "unchanged" for each in new]

    return through(rows, lambda row: unknown("sku", row, known), put)


ALIASES = Kind(
    name="aliases",
    columns=(Column("sku", code(60), required=True), Column("alias", text(80), required=True)),
    key=lambda row: f"{row['sku']} / {row['alias']}",
    save=save_aliases,
    rows_under=("aliases", "rows"),
)
