"""What is said to be wrong is put right, and nothing else of the draft moves."""

from decimal import Decimal

import pytest

from bot.understand.context import Context, DraftLine
from bot.understand.types import Change, Deliver, Move, Op, Replace
from bot.understand.understand import understand
from tests.bot.understand.test_understand import INDEX, NOW

DRAFT = tuple(DraftLine(sku=sku, base_qty=48, unit="箱", qty=Decimal(2)) for sku in ("D1", "D2", "D3"))
CONTEXT = Context(now=NOW, draft=DRAFT, last_skus=("D1",))


def moves(text: str) -> tuple[Move, ...]:
    return understand(text, CONTEXT, INDEX).moves


@pytest.mark.parametrize(
    ("text", "op", "qty"),
    [
        ("除了绿茶都减1箱", Op.LESS, 1),
        ("除了绿茶，其他都翻倍", Op.TIMES, 2),
        ("double everything except the green tea", Op.TIMES, 2),
    ],
)
def test_what_is_excepted_stays_and_the_others_change(text: str, op: Op, qty: int) -> None:
    found = moves(text)
    assert [(move.target.skus, move.op, move.qty) for move in found if isinstance(move, Change)] == [
        (("D1",), op, qty),
        (("D3",), op, qty),
    ]
    assert len(found) == 2


@pytest.mark.parametrize(
    "text", ["不对，是纯净水", "不对不对，是纯净水", "不是可乐，是纯净水", "not the cola, the purified water"]
)
def test_other_goods_take_the_place_of_the_wrong_ones(text: str) -> None:
    (move,) = moves(text)
    assert isinstance(move, Replace)
    assert move.item.candidates == ("D4",)
    assert move.item.qty is None


def test_a_quantity_behind_an_exchange_is_of_the_new_goods() -> None:
    (move,) = moves("还是换回纯净水吧，5箱")
    assert isinstance(move, Replace)
    assert (move.item.candidates, move.item.qty) == (("D4",), 5)


@pytest.mark.parametrize(
    ("text", "day"), [("make that Monday instead", 18), ("6月8号送", 8), ("改成周一", 18)]
)
def test_a_day_alone_is_the_delivery_day(text: str, day: int) -> None:
    (move,) = moves(text)
    assert isinstance(move, Deliver)
    assert move.day is not None
    assert move.day.day == day
