"""Verbs of the catalogue: products, the brand's words, and what a dealer may order. All of them take many rows at once.

A value of None keeps what is; the catalogue's revision grows once for each batch that changed something.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Integer, String, and_, bindparam, cast, insert, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert

from core.db.base import Id
from core.db.rows import json_rows
from core.db.scope import across
from core.db.session import Session
from core.people.actor import Actor
from core.people.policy import require
from core.products.errors import BadProductError
from core.products.models import assortments, catalogue, products
from core.products.queries import ProductView, products_by_sku
from core.products.rules import fault_of


class Put(NamedTuple):
    """What became of one row: created | updated | unchanged."""

    key: str
    done: str


_NEW = {
    "name_en": "", "spec": "", "size": "", "category": "", "aliases": [], "aliases_en": [], "barcode": "",
    "min_qty": 0, "multiple": 1, "tax_rate": 1300, "tax_included": True, "active": True, "successor": "",
}  # fmt: skip
_WHOLE = ("min_qty", "multiple", "tax_rate", "tax_included", "active")
_TEXT = ("sku", "name_zh", "name_en", "spec", "size", "category", "base_unit", "default_unit", "units", "aliases",
         "aliases_en", "barcode", "successor")  # fmt: skip
COLUMNS = (*_TEXT, *_WHOLE)

_rows = json_rows("products", **{name: String() for name in _TEXT}, **{name: Integer() for name in _WHOLE})
_chosen = [
    (_rows.c[name] == 1) if name in ("tax_included", "active") else _rows.c[name].label(name)
    for name in COLUMNS
]
_insert = upsert(products).from_select(
    [*COLUMNS, "revision"],
    select(*_chosen, cast(bindparam("as_revision"), Integer).label("revision")).where(true()),
)
_put = _insert.on_conflict_do_update(
    index_elements=["sku"],
    set_={name: _insert.excluded[name] for name in (*COLUMNS, "revision") if name != "sku"},
)
_add = insert(products)
_start = upsert(catalogue).values(id=1, brand="", revision=0, unit_synonyms={}, expense_categories={})
_begin = _start.on_conflict_do_nothing(index_elements=["id"])
_next_revision = update(catalogue).values(revision=catalogue.c.revision + 1).returning(catalogue.c.revision)
_words = select(catalogue).with_for_update()
_set_words = update(catalogue).values(
    brand=bindparam("as_brand"),
    unit_synonyms=bindparam("as_synonyms", type_=catalogue.c.unit_synonyms.type),
    expense_categories=bindparam("as_categories", type_=catalogue.c.expense_categories.type),
    revision=catalogue.c.revision + 1,
)
_named = json_rows("named", product_id=Id)
_names = (
    select(products.c.id, products.c.aliases, products.c.aliases_en)
    .join(_named, products.c.id == _named.c.product_id)
    .with_for_update(of=products)
)
_rename = (
    update(products)
    .where(products.c.id == bindparam("product"))
    .values(
        aliases=bindparam("zh", type_=products.c.aliases.type),
        aliases_en=bindparam("en", type_=products.c.aliases_en.type),
        revision=bindparam("as_of"),
    )
)
_listed = json_rows("listed", dealer_id=Id, product_id=Id)
_list = across(
    upsert(assortments)
    .from_select(["dealer_id", "product_id"], select(_listed.c.dealer_id, _listed.c.product_id).where(true()))
    .on_conflict_do_nothing(index_elements=["dealer_id", "product_id"])
)
_already = across(
    select(assortments.c.dealer_id, assortments.c.product_id).select_from(
        _listed.join(
            assortments,
            and_(
                assortments.c.dealer_id == _listed.c.dealer_id,
                assortments.c.product_id == _listed.c.product_id,
            ),
        )
    )
)


def put_products(session: Session, actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[Put]:
    """Create or change products by sku (columns as in `COLUMNS`); skus must differ within a call.

    Raises NotAllowedError, BadProductError for the first row that is not whole.
    """
    require(actor, "products.put")
    before = products_by_sku(session, [row["sku"] for row in rows])
    outcomes: list[Put] = []
    fresh: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for given in rows:
        row, done = _merged(given, before.get(given["sku"]))
        outcomes.append(Put(row["sku"], done))
        if done != "unchanged":
            (fresh if done == "created" else changed).append(row)
    if fresh or changed:
        session.execute(_begin)
        revision = session.execute(_next_revision).scalar_one()
        if fresh:
            session.execute(_add, [{**row, "revision": revision} for row in fresh])
        if changed:
            encoded = [{name: _encoded(row[name]) for name in COLUMNS} for row in changed]
            session.execute(_put, {"products": encoded, "as_revision": revision})
    return outcomes


def add_aliases(session: Session, actor: Actor, rows: Sequence[tuple[int, str]]) -> list[bool]:
    """Give products further names, (product id, name) each; one in plain letters counts as English. Whether each is new."""
    require(actor, "products.put")
    wanted = {"named": [{"product_id": product} for product in sorted({product for product, _ in rows})]}
    held = {row.id: (row.aliases, row.aliases_en) for row in session.execute(_names, wanted)}
    new: list[bool] = []
    changed: dict[int, None] = {}
    for product, name in rows:
        names = held[product][name.isascii()]
        new.append(name not in names)
        if name not in names:
            names.append(name)
            changed[product] = None
    if changed:
        session.execute(_begin)
        revision = session.execute(_next_revision).scalar_one()
        named = [
            {"product": each, "zh": held[each][0], "en": held[each][1], "as_of": revision} for each in changed
        ]
        session.execute(_rename, named)
    return new


def put_words(
    session: Session,
    actor: Actor,
    *,
    brand: str | None = None,
    unit_synonyms: Mapping[str, Sequence[str]] | None = None,
    expense_categories: Mapping[str, Sequence[str]] | None = None,
) -> bool:
    """Set the brand's name and its words for units and expenses; None keeps what is. Whether anything changed."""
    require(actor, "products.put")
    session.execute(_begin)
    was = session.execute(_words).one()
    new = {
        "as_brand": was.brand if brand is None else brand,
        "as_synonyms": was.unit_synonyms if unit_synonyms is None else dict(unit_synonyms),
        "as_categories": was.expense_categories if expense_categories is None else dict(expense_categories),
    }
    if tuple(new.values()) == (was.brand, was.unit_synonyms, was.expense_categories):
        return False
    session.execute(_set_words, new)
    return True


def list_products(session: Session, actor: Actor, pairs: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Put products on dealers' assortments, (dealer id, product id) each; returns those that were not listed before."""
    require(actor, "products.put")
    wanted = {"listed": [{"dealer_id": dealer, "product_id": product} for dealer, product in pairs]}
    new = set(pairs) - {(row.dealer_id, row.product_id) for row in session.execute(_already, wanted)}
    if new:
        session.execute(_list, wanted)
    return new


def _merged(given: Mapping[str, Any], was: ProductView | None) -> tuple[dict[str, Any], str]:
    base = _NEW if was is None else {name: getattr(was, name) for name in COLUMNS}
    row = {**base, **{name: value for name, value in given.items() if value is not None}}
    missing = next(
        (name for name in ("name_zh", "base_unit", "default_unit", "units") if name not in row), None
    )
    fault = ("missing", missing) if missing else fault_of(row)
    if fault:
        raise BadProductError(sku=row["sku"], fault=fault[0], column=fault[1])
    if was is None:
        return row, "created"
    return row, "unchanged" if all(row[name] == base[name] for name in COLUMNS) else "updated"


def _encoded(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    return value if isinstance(value, str | int) else msgspec.json.encode(value).decode()
