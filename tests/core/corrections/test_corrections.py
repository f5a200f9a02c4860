"""The ledger counts how often in a row a dealer meant the same by a word, and forgets what is old."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.corrections.queries import corrections_since
from core.corrections.service import KEPT, Correction, forget_corrections, record_corrections
from tests.core.shop import NOW, Shop, open_shop
from tests.databases import Database


@pytest.fixture
def shop(database: Database) -> Shop:
    shop = open_shop(database)
    shop.dealer("D1")
    shop.dealer("D2")
    return shop


def picked(
    shop: Shop, who: str, sku: str, candidates: tuple[str, ...] = ("A", "B"), word: str = "大桶"
) -> int:
    one = Correction(kind="picked", message="m", word=word, sku=sku, candidates=candidates)
    found = shop.as_(who, record_corrections, by="n", found=[one])
    assert found[word][0] == sku
    return found[word][1]


def test_only_the_same_choice_of_the_same_candidates_in_a_row_counts(shop: Shop) -> None:
    assert [picked(shop, "buyer D1", sku) for sku in "AABAAA"] == [1, 2, 1, 1, 2, 3]
    assert picked(shop, "buyer D1", "A", ("A", "B", "C")) == 1
    assert picked(shop, "owner D1", "A", ("C", "B", "A")) == 2  # the dealer's, whoever chose; in any order


def test_another_dealers_choices_do_not_count(shop: Shop) -> None:
    assert [picked(shop, who, "A") for who in ("buyer D1", "buyer D2", "buyer D1", "buyer D2")] == [
        1,
        1,
        2,
        2,
    ]


def test_several_are_kept_in_one_statement_and_read_back(shop: Shop) -> None:
    line = {"sku": "A", "qty": "3", "unit": "case", "base_qty": 36}
    two = [
        Correction(kind="named", message="m1", word="大白", sku="A"),
        Correction(kind="changed", message="m2", intent="order_create", understood=[line], became=[]),
    ]
    assert shop.as_("buyer D1", record_corrections, by="m3", found=two) == {"大白": ("A", 1)}
    kept = shop.system(lambda session: corrections_since(session, NOW))
    assert [(row.kind, row.message, row.corrected_by) for row in kept] == [
        ("named", "m1", "m3"),
        ("changed", "m2", "m3"),
    ]
    assert (kept[1].understood, kept[1].became) == ([line], [])


def test_what_is_old_is_forgotten(shop: Shop) -> None:
    picked(shop, "buyer D1", "A")
    shop.now += KEPT + timedelta(seconds=1)
    picked(shop, "buyer D1", "A")
    assert shop.system(forget_corrections) == 1
    assert shop.system(forget_corrections) == 0


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["D1", "D2"]), st.sampled_from("AB")), max_size=8))
def test_counts_are_those_of_each_dealers_own_run(sqlite: Database, choices: list[tuple[str, str]]) -> None:
    word = f"w{len(choices)}{id(choices)}"
    shop = _shop(sqlite)
    runs: dict[str, list[str]] = {"D1": [], "D2": []}
    for dealer, sku in choices:
        run = runs[dealer] = (
            [each for each in runs[dealer] if each == sku] + [sku] if runs[dealer][-1:] == [sku] else [sku]
        )
        assert picked(shop, f"buyer {dealer}", sku, word=word) == len(run)


_shops: dict[int, Shop] = {}


def _shop(database: Database) -> Shop:
    if id(database) not in _shops:
        shop = open_shop(database)
        shop.dealer("D1")
        shop.dealer("D2")
        _shops[id(database)] = shop
    return _shops[id(database)]
