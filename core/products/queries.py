"""Reading the catalogue: all of it, what changed since a revision, and what one dealer may order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import RowMapping, String, Text, bindparam, select, type_coerce

from core.db.rows import json_rows
from core.db.scope import scoped
from core.db.session import Session
from core.products.models import assortments, catalogue, products


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductView:
    """A product. units: {unit: {"factor": base units, "names": [..]}}; min_qty and multiple in base units."""

    id: int
    sku: str
    name_zh: str
    name_en: str
    spec: str
    size: str
    category: str
    base_unit: str
    default_unit: str
    units: Mapping[str, Mapping[str, Any]]
    aliases: Sequence[str]
    aliases_en: Sequence[str]
    barcode: str
    min_qty: int
    multiple: int
    tax_rate: int  # hundredths of a percent
    tax_included: bool
    active: bool
    successor: str
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueView:
    """Products in the order they came in, with the brand's words, at one revision."""

    brand: str
    revision: int
    unit_synonyms: Mapping[str, Sequence[str]]
    expense_categories: Mapping[str, Sequence[str]]
    products: tuple[ProductView, ...]


class Goods(NamedTuple):
    """What a list of many products needs to know of each; units as in a ProductView."""

    id: int
    sku: str
    default_unit: str
    units: Mapping[str, Mapping[str, Any]]


_words = select(catalogue).where(catalogue.c.id == 1)
_all = select(products).order_by(products.c.id)
_since = select(products).where(products.c.revision > bindparam("since")).order_by(products.c.id)
_wanted = json_rows("skus", sku=String())
_by_sku = select(products).join(_wanted, products.c.sku == _wanted.c.sku)
_goods = select(
    products.c.id,
    products.c.sku,
    products.c.default_unit,
    type_coerce(products.c.units, Text).label("packed"),
).join(_wanted, products.c.sku == _wanted.c.sku)
_ids = select(products.c.id, products.c.sku).join(_wanted, products.c.sku == _wanted.c.sku)
_packs = lru_cache(4096)(msgspec.json.decode)
"""Most products of a brand are packed alike."""
_assortment = scoped(
    select(products.c.sku)
    .join(assortments, assortments.c.product_id == products.c.id)
    .order_by(products.c.id)
)


def catalogue_of(session: Session) -> CatalogueView:
    """The whole catalogue; empty at revision 0 before the first import."""
    return _view(session, session.execute(_all).mappings().all())


def products_since(session: Session, revision: int) -> CatalogueView:
    """The catalogue with only the products that changed after a revision, the withdrawn ones too."""
    return _view(session, session.execute(_since, {"since": revision}).mappings().all())


def products_by_sku(session: Session, skus: Sequence[str]) -> dict[str, ProductView]:
    """Products by sku; unknown ones are absent."""
    wanted = {"skus": [{"sku": sku} for sku in dict.fromkeys(skus)]}
    return {row["sku"]: ProductView(**row) for row in session.execute(_by_sku, wanted).mappings()}


def goods_by_sku(session: Session, skus: Iterable[str]) -> dict[str, Goods]:
    """The same in brief, for many."""
    rows = session.execute(_goods, {"skus": [{"sku": sku} for sku in dict.fromkeys(skus)]})
    return {row.sku: Goods(row.id, row.sku, row.default_unit, _packs(row.packed)) for row in rows}


def product_ids(session: Session, skus: Iterable[str]) -> dict[str, int]:
    """Their ids alone."""
    rows = session.execute(_ids, {"skus": [{"sku": sku} for sku in dict.fromkeys(skus)]})
    return {row.sku: row.id for row in rows}


def assortment_of(session: Session) -> tuple[str, ...]:
    """The skus listed for the session's dealer; they bind it only where the dealer is `listed_only`."""
    return tuple(session.execute(_assortment).scalars())


def _view(session: Session, rows: Sequence[RowMapping]) -> CatalogueView:
    words = session.execute(_words).one_or_none()
    return CatalogueView(
        brand=words.brand if words else "",
        revision=words.revision if words else 0,
        unit_synonyms=words.unit_synonyms if words else {},
        expense_categories=words.expense_categories if words else {},
        products=tuple(ProductView(**row) for row in rows),
    )
