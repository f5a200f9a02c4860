"""Single messages against a drinks catalogue: what must be heard, what must be asked, what must be let pass."""

from datetime import datetime
from decimal import Decimal
from time import process_time
from zoneinfo import ZoneInfo

import pytest

from bot.understand.catalogue import Catalogue, Pack, Product
from bot.understand.context import Context, DraftLine
from bot.understand.index import build_index
from bot.understand.types import (
    Add,
    Ask,
    Change,
    Claim,
    Deliver,
    Item,
    Note,
    Problem,
    Remove,
    ShipTo,
    Social,
    Topic,
    Understanding,
)
from bot.understand.understand import understand

NOW = datetime(2026, 5, 14, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
PRODUCTS = (
    ("D1", "可乐", "cola", ()),
    ("D2", "绿茶", "green tea", ()),
    ("D3", "方便面", "instant noodles", ("面",)),
    ("D4", "纯净水", "purified water", ("水",)),
)
INDEX = build_index(
    Catalogue(
        products=tuple(
            Product(
                sku=sku,
                name_zh=zh,
                name_en=en,
                base_unit="瓶",
                default_unit="箱",
                units={"瓶": Pack(factor=1), "箱": Pack(factor=24, names=("case",))},
                aliases=aliases,
            )
            for sku, zh, en, aliases in PRODUCTS
        ),
        unit_synonyms={"箱": ("件", "case", "carton")},
    )
)
DRAFT = (DraftLine(sku="D2", base_qty=48, unit="箱", qty=Decimal(2)),)


def read(text: str, *, draft: tuple[DraftLine, ...] = ()) -> Understanding:
    return understand(text, Context(now=NOW, draft=draft), INDEX)


def items(understanding: Understanding) -> list[Item]:
    return [item for move in understanding.moves if isinstance(move, Add) for item in move.items]


PLACES = [
    ("可乐3箱，绿茶一箱，明天要，送城南店", "城南店"),
    ("可乐3箱发城南店", "城南店"),
    ("可乐3箱送到老王那里", "老王那里"),
    ("可乐3箱，送货到人民路18号", "人民路18号"),
    ("送城南店", "城南店"),
    ("ship to 西仓", "西仓"),
    ("deliver to the west depot", "west depot"),
    ("2 cases of cola to the west depot please", "west depot"),
    ("3 cases of cola, deliver it to Riverside by friday", "Riverside"),
]


@pytest.mark.parametrize(("text", "place"), PLACES)
def test_a_place_after_a_word_of_sending_is_where_the_order_goes(text: str, place: str) -> None:
    assert [m.text for m in read(text).moves if isinstance(m, ShipTo)] == [place]


@pytest.mark.parametrize("text", ["可乐3箱，送两箱绿茶", "可乐3箱，什么时候送到店里", "可乐3箱，货到了吗"])
def test_goods_and_one_s_own_shop_are_no_address(text: str) -> None:
    assert not [m for m in read(text).moves if isinstance(m, ShipTo)]


NEGATIVE = ["-5箱可乐", "可乐 -5箱", "负5箱可乐", "minus 5 cases of cola", "0箱可乐", "可乐零箱"]


@pytest.mark.parametrize("text", NEGATIVE)
@pytest.mark.parametrize("draft", [(), DRAFT])
def test_nothing_and_less_than_nothing_is_never_a_line(text: str, draft: tuple[DraftLine, ...]) -> None:
    assert not [i for i in items(read(text, draft=draft)) if i.resolved]


@pytest.mark.parametrize("text", ["-5箱可乐", "可乐0箱", "负3箱绿茶"])
def test_nothing_and_less_than_nothing_is_told_apart_from_an_unknown_name(text: str) -> None:
    assert [i.problem for i in items(read(text))] == [Problem.NOT_POSITIVE]


def test_dashes_before_the_lines_of_a_list_are_bullets() -> None:
    assert [i.base_qty for i in items(read("-3箱可乐\n-2箱绿茶"))] == [72, 48]


def test_a_dash_between_a_name_and_its_quantity_parts_them() -> None:
    assert [i.base_qty for i in items(read("可乐-3箱\n绿茶-2箱"))] == [72, 48]


ABSURD = [
    ("可乐0.3箱", Problem.NOT_WHOLE),
    ("可乐99999999999999999999箱", Problem.TOO_LARGE),
    ("可乐五十亿箱", Problem.TOO_LARGE),
]


@pytest.mark.parametrize(("text", "problem"), ABSURD)
def test_a_quantity_nobody_can_order_is_a_problem_of_its_own(text: str, problem: Problem) -> None:
    assert [(i.candidates, i.problem, i.base_qty) for i in items(read(text))] == [(("D1",), problem, None)]


@pytest.mark.parametrize("text", ["可口可乐三箱", "百事可乐三箱", "可乐鸡翅三箱", "可乐粉3箱"])
def test_an_unknown_word_grown_into_a_name_is_another_product(text: str) -> None:
    assert not [i for i in items(read(text)) if i.resolved]


@pytest.mark.parametrize("text", ["老板可乐三箱", "请给我可乐三箱", "那就可乐三箱吧", "还要可乐三箱"])
def test_a_general_word_before_a_name_changes_nothing(text: str) -> None:
    assert [i.base_qty for i in items(read(text))] == [72]


CREDIT = [
    "还能下多少",
    "还能欠多少",
    "还有多少额度",
    "how much credit do I have left",
    "how much can I still order",
]


@pytest.mark.parametrize("text", CREDIT)
@pytest.mark.parametrize("draft", [(), DRAFT])
def test_what_may_still_be_ordered_is_a_question_of_the_account(
    text: str, draft: tuple[DraftLine, ...]
) -> None:
    assert [m.topic for m in read(text, draft=draft).moves if isinstance(m, Ask)] == [Topic.ACCOUNT]


TALK = [
    "今天中午吃了两碗面，下午买了3本书",
    "收款 5000",
    "昨天那场2比0没意思",
    "他家猫生了五只小猫",
    "快递到了，去拿一下",
    "从长沙开车去昆明多少公里",
    "这个月电费四百多，吓人",
    "疫情那会儿我囤了二十箱饼干，吃到现在",
    "uncle Joe ran a marathon on Tuesday",
    "our school won 3 to 1",
    "I lost two ducks in the park",
    "remind me to water the plants at 8:15",
    "did you see Brazil lose 2-5",
    "the third floor has no light",
]


@pytest.mark.parametrize("text", TALK)
@pytest.mark.parametrize("draft", [(), DRAFT])
def test_ordinary_talk_makes_no_line_no_change_and_no_claim(text: str, draft: tuple[DraftLine, ...]) -> None:
    assert not [m for m in read(text, draft=draft).moves if not isinstance(m, Social | Note)]


@pytest.mark.parametrize("text", ["改到周五送", "周五送", "need it by friday", "deliver on Friday please"])
def test_a_day_said_for_an_open_draft_is_its_delivery_day(text: str) -> None:
    assert [m for m in read(text, draft=DRAFT).moves if isinstance(m, Deliver)]


def test_unknown_goods_asked_for_beside_a_draft_are_said_to_be_unknown() -> None:
    assert [(i.text, i.problem) for i in items(read("再来两箱豆浆", draft=DRAFT))] == [
        ("豆浆", Problem.UNKNOWN)
    ]


def test_an_expense_word_of_no_category_and_no_verb_is_no_claim() -> None:
    assert not [m for m in read("电费四百").moves if isinstance(m, Claim)]


REPAIRED = [
    ("可乐15箱，哦20箱", 480),
    ("可乐5箱，慢着，3箱", 72),
    ("可乐4箱 改 6箱", 144),
    ("可乐4箱…呃，2箱就行", 48),
    ("可乐1箱外带3瓶", 27),
    ("可乐2箱外加散的6瓶", 54),
]


@pytest.mark.parametrize(("text", "pieces"), REPAIRED)
def test_two_quantities_of_one_name_correct_or_add_up(text: str, pieces: int) -> None:
    assert [i.base_qty for i in items(read(text))] == [pieces]


def test_a_quantity_for_each_changes_every_line_of_the_name() -> None:
    products = tuple(
        Product(
            sku=f"P{k}",
            name_zh=f"{k}号电池",
            base_unit="粒",
            default_unit="盒",
            units={"盒": Pack(factor=20)},
        )
        for k in ("五", "七")
    )
    draft = tuple(DraftLine(sku=p.sku, base_qty=40, unit="盒", qty=Decimal(2)) for p in products)
    index = build_index(Catalogue(products=products))
    moves = understand("电池各减1盒", Context(now=NOW, draft=draft), index).moves
    assert [m.target.skus for m in moves if isinstance(m, Change)] == [("P五",), ("P七",)]


def test_numbers_before_the_lines_of_a_list_are_no_quantities() -> None:
    assert [i.base_qty for i in items(read("1 可乐 10\n2 绿茶 5"))] == [240, 120]


@pytest.mark.parametrize("text", ["可乐500ml6箱", "可乐500毫升6箱", "可乐500ml 6箱"])
def test_a_quantity_glued_to_a_size_is_a_quantity(text: str) -> None:
    sized = build_index(
        Catalogue(
            products=tuple(
                Product(
                    sku=sku,
                    name_zh="可乐",
                    name_en="cola",
                    size=size,
                    base_unit="瓶",
                    default_unit="箱",
                    units={"瓶": Pack(factor=1), "箱": Pack(factor=24)},
                )
                for sku, size in (("S1", "330ml"), ("S2", "500ml"))
            )
        )
    )
    found = items(understand(text, Context(now=NOW), sized))
    assert [(item.candidates, item.qty) for item in found] == [(("S2",), Decimal(6))]


@pytest.mark.parametrize(
    "text",
    [
        "绿茶不要了，另外账上还有多少",
        "绿茶不要了，可乐还有货吗",
        "remove the green tea, and what is my balance",
    ],
)
def test_a_change_beside_a_question_is_heard_as_well(text: str) -> None:
    moves = read(text, draft=DRAFT).moves
    assert any(isinstance(move, Remove) and move.target.skus == ("D2",) for move in moves)
    assert any(isinstance(move, Ask) for move in moves)


@pytest.mark.parametrize(
    "piece", ["啊", "9", "可乐3箱", "可乐", "3箱", "嗯3箱", "不要", "(", "cola ", "改成"]
)
def test_a_text_four_times_as_long_costs_no_more_than_in_proportion(piece: str) -> None:
    def cost(size: int) -> float:
        text = piece * (size // len(piece))
        started = process_time()
        read(text)
        return process_time() - started

    short = min(cost(2_000) for _ in range(3))
    assert min(cost(8_000) for _ in range(2)) < 10 * short + 0.05
