"""A catalogue is looked over for what makes orders ambiguous, each thing found with what to do."""

from typing import Any

import pytest

from bot.commands.words import texts
from bot.files.lint import findings
from core.products.queries import CatalogueView, ProductView

UNITS = {"瓶": {"factor": 1, "names": []}, "箱": {"factor": 12, "names": []}}


def product(sku: str, **changes: Any) -> ProductView:
    values: dict[str, Any] = {
        "id": 1, "sku": sku, "name_zh": f"乌龙茶饮{sku}", "name_en": "", "spec": "", "size": "", "category": "",
        "base_unit": "瓶", "default_unit": "箱", "units": UNITS, "aliases": (), "aliases_en": (), "barcode": "",
        "min_qty": 0, "multiple": 1, "tax_rate": 1300, "tax_included": True, "active": True, "successor": "",
        "revision": 1,
    }  # fmt: skip
    return ProductView(**{**values, **changes})


def found(
    *products: ProductView, synonyms: Any = None, unpriced: str = ""
) -> list[tuple[str, str, tuple[str, ...]]]:
    view = CatalogueView(
        brand="", revision=1, unit_synonyms=synonyms or {}, expense_categories={}, products=products
    )
    priced = frozenset(one.sku for one in products) - {unpriced}
    return [(one.code, one.word, one.skus) for one in findings(view, priced)]


def test_a_catalogue_that_is_whole_has_nothing_to_say() -> None:
    assert found(product("A", name_zh="茉莉花茶"), product("B", aliases=("老乌龙",))) == []


@pytest.mark.parametrize(
    ("products", "code", "word"),
    [
        ((product("A", name_zh="绿茶"), product("B", name_zh="绿茶")), "same_product", "绿茶"),
        ((product("A", name_zh="绿茶"), product("B", aliases=("绿茶",))), "alias_is_name", "绿茶"),
        ((product("A", aliases=("大红",)), product("B", aliases=("大红",))), "shared_alias", "大红"),
        ((product("A", aliases=("茶",)),), "one_sign", "茶"),
        ((product("A", aliases_en=("case",)),), "is_unit", "case"),
        ((product("A", aliases=("再来",)),), "is_word", "再来"),
        ((product("A", aliases=("一百二",)),), "is_number", "一百二"),
        ((product("A", aliases=("3600",)),), "is_number", "3600"),
        ((product("A", units={"瓶": UNITS["瓶"]}, default_unit="瓶"),), "one_unit", "乌龙茶饮A"),
        ((product("A", units={**UNITS, "托": {"factor": 120, "names": ["箱"]}}),), "unit_twice", "箱"),
        ((product("A", barcode="690"), product("B", barcode="690")), "same_barcode", "690"),
        ((product("A", successor="Z"),), "no_successor", "Z"),
    ],
)
def test_each_fault_is_found_once_and_has_words(
    products: tuple[ProductView, ...], code: str, word: str
) -> None:
    skus = tuple(one.sku for one in products)
    assert [(one[0], one[1], set(one[2])) for one in found(*products)] == [(code, word, set(skus))]
    assert texts().has(f"commands.lint.{code}")


def test_a_missing_price_and_an_ambiguous_unit_word_are_found() -> None:
    assert found(product("A"), unpriced="A") == [("no_price", "乌龙茶饮A", ("A",))]
    assert found(product("A"), synonyms={"箱": ["件"], "包": ["件"]}) == [
        ("unit_word_twice", "件", ("箱", "包"))
    ]


def test_products_of_one_name_and_two_sizes_are_told_apart() -> None:
    assert found(product("A", name_zh="绿茶", size="500ml"), product("B", name_zh="绿茶", size="1L")) == []


def test_what_is_withdrawn_is_not_looked_at() -> None:
    assert found(product("A", aliases=("茶",), active=False), unpriced="A") == []
