"""The catalogue changes by sku, grows its revision only for changes, and refuses products nobody could order rightly."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from core.db.scope import SystemScope
from core.db.session import Session
from core.dealers.models import dealers
from core.people.actor import Actor
from core.products.errors import BadProductError
from core.products.queries import assortment_of, catalogue_of, products_by_sku, products_since
from core.products.service import list_products, put_products, put_words
from tests.databases import Database

LOADER = Actor(subject="system:import", side="system", role="import", name="", zone=ZoneInfo("Asia/Shanghai"))
TEA = {
    "sku": "T-1", "name_zh": "乌龙茶", "name_en": "oolong", "base_unit": "瓶", "default_unit": "箱",
    "units": {"瓶": {"factor": 1, "names": []}, "箱": {"factor": 15, "names": ["case"]}}, "aliases": ["乌龙"],
}  # fmt: skip


def run(
    database: Database, now: datetime, verb: Any, *given: Any, dealer: int | None = None, **named: Any
) -> Any:
    return database.lane.run(
        lambda connection: verb(Session(connection, SystemScope("test", dealer), now), *given, **named)
    )


def put(database: Database, now: datetime, *rows: dict[str, Any]) -> list[str]:
    return [outcome.done for outcome in run(database, now, put_products, LOADER, rows)]


def test_a_product_is_created_changed_and_left_alone_by_its_sku(database: Database, now: datetime) -> None:
    assert put(database, now, TEA) == ["created"]
    assert put(database, now, TEA) == ["unchanged"]
    assert put(database, now, {**TEA, "active": False}) == ["updated"]
    [view] = catalogue_of_all(database, now).products
    assert (view.name_zh, view.active, view.units["箱"]["factor"], view.tax_rate) == (
        "乌龙茶",
        False,
        15,
        1300,
    )


def catalogue_of_all(database: Database, now: datetime) -> Any:
    return run(database, now, catalogue_of)


def test_only_changes_raise_the_revision_and_are_seen_since_it(database: Database, now: datetime) -> None:
    put(database, now, TEA, {**TEA, "sku": "T-2"})
    first = catalogue_of_all(database, now).revision
    put(database, now, TEA)
    assert catalogue_of_all(database, now).revision == first
    put(database, now, {**TEA, "sku": "T-2", "size": "500ml"})
    since = run(database, now, products_since, first)
    assert [product.sku for product in since.products] == ["T-2"]
    assert since.revision == first + 1


def test_what_a_row_leaves_out_stays(database: Database, now: datetime) -> None:
    put(database, now, TEA)
    assert put(database, now, {"sku": "T-1", "size": "500ml", "aliases": None}) == ["updated"]
    view = run(database, now, products_by_sku, ["T-1", "none"])["T-1"]
    assert (view.size, view.aliases) == ("500ml", ["乌龙"])


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"base_unit": "罐"}, "base_unit"),
        ({"default_unit": "托"}, "default_unit"),
        ({"units": {"瓶": {"factor": 2, "names": []}, "箱": {"factor": 15, "names": []}}}, "units"),
        ({"units": {"瓶": {"factor": 1, "names": []}, "箱": {"factor": 0, "names": []}}}, "units"),
        ({"multiple": 0}, "multiple"),
    ],
)
def test_a_product_that_cannot_be_counted_is_refused(
    sqlite: Database, now: datetime, change: dict[str, Any], column: str
) -> None:
    with pytest.raises(BadProductError) as refused:
        put(sqlite, now, {**TEA, **change})
    assert refused.value.fields["column"] == column
    assert catalogue_of_all(sqlite, now).products == ()


def test_words_of_the_brand_change_the_revision_once(database: Database, now: datetime) -> None:
    assert run(database, now, put_words, LOADER, brand="小满", unit_synonyms={"箱": ["件"]})
    assert not run(database, now, put_words, LOADER, brand="小满")
    view = catalogue_of_all(database, now)
    assert (view.brand, view.unit_synonyms, view.revision) == ("小满", {"箱": ["件"]}, 1)


def test_an_assortment_lists_a_product_once(database: Database, now: datetime) -> None:
    put(database, now, TEA)
    row = {"code": "N1", "name": "城北", "created_at": now}
    database.lane.run(lambda connection: connection.execute(insert(dealers), row))
    product = run(database, now, products_by_sku, ["T-1"])["T-1"].id
    assert run(database, now, list_products, LOADER, [(1, product)]) == {(1, product)}
    assert run(database, now, list_products, LOADER, [(1, product)]) == set()
    assert run(database, now, assortment_of, dealer=1) == ("T-1",)
