"""A dealer's own word holds where it stands by itself, never as a part of another name, and costs next to nothing."""

import json
from datetime import datetime
from pathlib import Path
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.replay import index_of_file
from bot.understand.context import Asking, Context, Question
from bot.understand.index import Index
from bot.understand.nicknames import can_be_nickname, word_key
from bot.understand.types import Add, Item, Problem, Understanding
from bot.understand.understand import LIMIT, understand

FOLDER = Path(__file__).parents[2] / "eval"
NOW = datetime(2026, 3, 10, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
OWN = {"大白": "JZ2112", "大桶": "JZ2102", "牛奶沐浴露": "JZ2202", "big blue": "JZ2103", "老三样": "JZ2301"}


@pytest.fixture(scope="module")
def index() -> Index:
    return index_of_file(FOLDER / "catalogue_care.json")


def read(text: str, index: Index, own: dict[str, str] | None = None, **more: object) -> Understanding:
    words = {word_key(word): sku for word, sku in (OWN if own is None else own).items()}
    return understand(text, Context(now=NOW, nicknames=words, **more), index)


def lines(understood: Understanding) -> list[tuple[str, int | None]]:
    items = [item for move in understood.moves if isinstance(move, Add) for item in move.items]
    return [(item.candidates[0], item.base_qty) for item in items if item.resolved]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("大白5箱", [("JZ2112", 30)]),
        ("再来2箱大白，抽纸3提", [("JZ2112", 12), ("JZ2501", 18)]),
        ("抽纸3提 大桶2箱", [("JZ2501", 18), ("JZ2102", 24)]),
        ("3 cases of big blue", [("JZ2103", 18)]),
        ("3 cases of BIG-BLUE", [("JZ2103", 18)]),
        ("牛奶沐浴露3箱", [("JZ2202", 24)]),
        ("牛奶沐浴露500ml 3箱", [("JZ2201", 36)]),
        ("1L的牛奶沐浴露3箱", [("JZ2202", 24)]),
        ("大白750ml 2箱", [("JZ2112", 12)]),
    ],
)
def test_it_means_its_product_and_a_size_said_decides(
    index: Index, text: str, wanted: list[tuple[str, int]]
) -> None:
    assert lines(read(text, index)) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "大白400ml 5箱",
        "大白 小的 3箱",
        "薄荷大白5箱",
        "大白兔5箱",
        "big blue soap 3 cases",
        "洗手液要大桶的5箱",
        "大桶大白各2箱",
    ],
)
def test_more_or_other_than_the_word_is_read_as_if_it_were_not_there(index: Index, text: str) -> None:
    bare = {word: sku for word, sku in OWN.items() if word not in text.lower()}
    assert read(text, index).moves == read(text, index, bare).moves


def test_a_unit_the_product_is_not_sold_in_is_asked_about(index: Index) -> None:
    (move,) = read("牛奶沐浴露3提", index).moves
    assert isinstance(move, Add)
    assert move.items[0].problem is Problem.UNIT_UNKNOWN


def test_beside_an_open_question_a_word_for_sizes_answers_it(index: Index) -> None:
    asked = Question(
        asking=Asking.PRODUCT,
        candidates=("JZ2101", "JZ2102", "JZ2103"),
        qty=None,
        unit=None,
        text="柔顺洗发水",
    )
    own = {"大瓶": "JZ2310"}
    assert (
        read("大瓶", index, own, questions=(asked,)).moves
        == read("大瓶", index, {}, questions=(asked,)).moves
    )


NAMES = [
    product["name_zh"]
    for product in json.loads((FOLDER / "catalogue_care.json").read_text(encoding="utf-8"))["products"]
]


@settings(max_examples=150, deadline=None)
@given(
    word=st.sampled_from(sorted(OWN)),
    name=st.sampled_from(NAMES),
    before=st.booleans(),
    count=st.integers(1, 30),
)
def test_glued_to_a_name_of_the_catalogue_it_never_decides(
    index: Index, word: str, name: str, before: bool, count: int
) -> None:
    text = f"{word}{name}{count}箱" if before else f"{name}{word}{count}箱"
    assert lines(read(text, index)) == lines(read(text, index, {}))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(NAMES), st.integers(1, 20)), min_size=1, max_size=4))
def test_messages_without_the_word_read_the_same(index: Index, wanted: list[tuple[str, int]]) -> None:
    text = "，".join(f"{name}{count}箱" for name, count in wanted)
    own = {word: sku for word, sku in OWN.items() if word not in text}
    assert read(text, index, own).moves == read(text, index, {}).moves


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_answered_and_every_line_is_backed_by_its_words(index: Index, text: str) -> None:
    for move in read(text, index).moves:
        for item in getattr(move, "items", ()):
            assert isinstance(item, Item)
            assert all(0 <= span.start <= span.end <= len(text) for span in item.spans)


def test_two_hundred_words_cost_little_even_in_the_longest_message(index: Index) -> None:
    own = {f"老{chr(0x4E00 + number)}货": "JZ2301" for number in range(200)}
    text = ("老货老样老白" * LIMIT)[:LIMIT]

    def spent(words: dict[str, str]) -> float:
        started = process_time()
        read(text, index, words)
        return process_time() - started

    spent({})
    assert min(spent(own) for _ in range(2)) < 3 * min(spent({}) for _ in range(2)) + 0.1


@pytest.mark.parametrize("text", ["大的", "箱", "3", "三", "不要", "普通的", "", "长" * 41, "两行\n字"])
def test_what_only_tells_apart_or_means_something_else_is_not_learned(index: Index, text: str) -> None:
    assert not can_be_nickname(text, index)
