"""The catalogue file: products with their pack units and names, and the brand's words for units and expenses."""

from collections.abc import Sequence
from typing import Any

from bot.files.cells import code, money, names, packs, percent, text, whole
from bot.files.errors import Fault, FileRefusedError
from bot.files.kinds import Column, Kind, Outcome, Row, flag, one_of
from core.db.session import Session
from core.kit.clock import business_day
from core.people.actor import Actor
from core.pricing.lists import put_prices
from core.products.errors import BadProductError
from core.products.queries import goods_by_sku
from core.products.service import put_products, put_words

_OWN = ("sku", "name_zh", "name_en", "spec", "size", "category", "base_unit", "default_unit", "units", "aliases",
        "aliases_en", "barcode", "min_qty", "multiple", "tax_rate", "tax_included", "successor")  # fmt: skip


def save_catalogue(session: Session, actor: Actor, rows: Sequence[Row]) -> list[Outcome]:
    """Products by sku; a price given with one is everybody's price of its default unit, from today."""
    outcomes = _put(session, actor, [_product(row) for row in rows])
    priced = [
        row
        for row, done in zip(rows, outcomes, strict=True)
        if not isinstance(done, Fault) and row.get("price") is not None
    ]
    if not priced:
        return outcomes
    changed = set(_put_prices(session, actor, priced))
    return [
        "updated" if done == "unchanged" and row["sku"] in changed else done
        for row, done in zip(rows, outcomes, strict=True)
    ]


def save_words(session: Session, actor: Actor, head: Row) -> None:
    """The brand's name and words. Raises FileRefusedError when they are not {word: [words]}."""
    words = {}
    for key in ("unit_synonyms", "expense_categories"):
        given = head.get(key)
        if given is not None and not _is_words(given):
            raise FileRefusedError("not_words", key=key)
        words[key] = given
    brand = head.get("brand")
    put_words(session, actor, brand=None if brand is None else str(brand)[:120], **words)


def _put(session: Session, actor: Actor, rows: Sequence[Row]) -> list[Outcome]:
    """All at once; when one is not whole, it is told and the others go on."""
    faults: dict[str, Fault] = {}
    while True:
        good = [row for row in rows if row["sku"] not in faults]
        try:
            done = iter(put_products(session, actor, good) if good else ())
        except BadProductError as error:
            fault, column = error.fields["fault"], error.fields["column"]
            faults[error.fields["sku"]] = Fault(f"product_{fault}", column)
        else:
            return [faults[row["sku"]] if row["sku"] in faults else next(done).done for row in rows]


def _put_prices(session: Session, actor: Actor, rows: Sequence[Row]) -> list[str]:
    products = goods_by_sku(session, [row["sku"] for row in rows])
    today = business_day(session.now, actor.zone)
    prices = []
    for row in rows:
        product = products[row["sku"]]
        unit = product.default_unit
        prices.append(
            {
                "dealer_id": None,
                "level": "",
                "product_id": product.id,
                "unit": unit,
                "factor": product.units[unit]["factor"],
                "price": row["price"],
                "valid_from": today,
            }
        )
    done = put_prices(session, actor, prices)
    return [row["sku"] for row, what in zip(rows, done, strict=True) if what != "unchanged"]


def _product(row: Row) -> dict[str, Any]:
    """The row as the catalogue keeps it: a lone base unit is a unit of one, and the smallest stands in for a missing one."""
    values = {name: row.get(name) for name in _OWN}
    if values["units"] and not values["base_unit"]:
        singles = [unit for unit, pack in values["units"].items() if pack["factor"] == 1]
        values["base_unit"] = singles[0] if len(singles) == 1 else None
    if values["base_unit"] and not values["units"]:
        values["units"] = None if values["default_unit"] not in (None, values["base_unit"]) else {
            values["base_unit"]: {"factor": 1, "names": []}
        }  # fmt: skip
    if values["base_unit"] and values["units"] and not values["default_unit"]:
        values["default_unit"] = values["base_unit"]
    status = row.get("status")
    return {**values, "active": None if status is None else status == "active"}


def _is_words(given: Any) -> bool:
    return isinstance(given, dict) and all(
        isinstance(key, str) and isinstance(value, list) and all(isinstance(word, str) for word in value)
        for key, value in given.items()
    )


CATALOGUE = Kind(
    name="catalogue",
    columns=(
        Column("sku", code(60), required=True),
        Column("name_zh", text(160), required=True),
        Column("name_en", text(160)),
        Column("spec", text(160)),
        Column("size", text(60)),
        Column("category", text(80)),
        Column("base_unit", text(20)),
        Column("default_unit", text(20)),
        Column("units", packs),
        Column("aliases", names),
        Column("aliases_en", names),
        Column("barcode", code(60)),
        Column("min_qty", whole()),
        Column("multiple", whole(1)),
        Column("status", one_of("product_states")),
        Column("successor", code(60)),
        Column("tax_rate", percent),
        Column("tax_included", flag),
        Column("price", money(positive=True)),
    ),
    key=lambda row: str(row["sku"]),
    save=save_catalogue,
    head=save_words,
    rows_under=("products", "rows"),
)
