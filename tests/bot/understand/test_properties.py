"""What must not change what a message means: the order of its lines, courtesy around it, saying it in other letters, asking twice."""

import random
from collections.abc import Iterator

import pytest

from bot.understand.normalise import normalise
from bot.understand.types import Add, Item
from tests.bot.understand.test_understand import INDEX, read

GOODS = {
    "zh": ("可乐", "绿茶", "方便面", "纯净水"),
    "en": ("cola", "green tea", "instant noodles", "purified water"),
}
UNITS = {"zh": ("箱", "瓶", "件"), "en": ("cases", "cartons", "case")}
JOINS = {"zh": ("，", "、", "\n", " "), "en": (", ", "\n", " and ")}
BEFORE = {
    "zh": ("麻烦", "请给我来", "你好，", "老板，帮我订"),
    "en": ("please send ", "hi, ", "could I get ", "hello, I need "),
}
AFTER = {
    "zh": ("，谢谢", "，辛苦了", "，麻烦了", "哈"),
    "en": (", thanks", " please", ", thank you very much"),
}
TALKS = 60


def orders(language: str) -> Iterator[tuple[list[str], str]]:
    """Orders of two to four lines in pieces, and what joins them."""
    chance = random.Random(language)
    for _ in range(TALKS):
        names = chance.sample(GOODS[language], chance.randint(2, 4))
        unit, gap = chance.choice(UNITS[language]), " " if language == "en" else ""
        pieces = [
            f"{chance.randint(2, 40)}{gap}{unit}{gap}{name}"
            if language == "en" or chance.random() < 0.4
            else f"{name}{chance.randint(2, 40)}{unit}"
            for name in names
        ]
        if language == "zh" and len({piece[0].isdigit() for piece in pieces}) == 2:
            continue  # before and after in one list is two ways of writing
        yield pieces, chance.choice(JOINS[language])


def items(text: str) -> list[Item]:
    return [item for move in read(text).moves if isinstance(move, Add) for item in move.items]


def lines(text: str) -> list[tuple[tuple[str, ...], int | None]]:
    return sorted((item.candidates, item.base_qty) for item in items(text))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_order_of_lines_changes_no_line(language: str) -> None:
    chance = random.Random(1)
    for pieces, join in orders(language):
        said = lines(join.join(pieces))
        assert len(said) == len(pieces), pieces
        assert lines(join.join(chance.sample(pieces, len(pieces)))) == said, pieces


@pytest.mark.parametrize("language", ["zh", "en"])
def test_courtesy_changes_no_line(language: str) -> None:
    chance = random.Random(2)
    for pieces, join in orders(language):
        plain = join.join(pieces)
        kind = f"{chance.choice(BEFORE[language])}{plain}{chance.choice(AFTER[language])}"
        assert lines(kind) == lines(plain), kind


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_text_and_its_normal_form_mean_the_same_and_saying_it_twice_changes_nothing(language: str) -> None:
    for pieces, join in orders(language):
        plain = join.join(pieces)
        wide = "".join(chr(ord(char) + 0xFEE0) if char.isdigit() else char for char in plain)
        assert lines(wide) == lines(plain), wide
        assert lines(normalise(plain).text) == lines(plain), plain
        assert read(plain) == read(plain)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_line_is_backed_by_words_of_its_own(language: str) -> None:
    for pieces, join in orders(language):
        plain = join.join(pieces)
        for item in items(plain):
            said = "".join(plain[span.start : span.end] for span in item.spans)
            assert any(char.isdigit() for char in said), (plain, item)
            product = INDEX.entries[item.candidates[0]].product
            assert product.name_zh in said or product.name_en in said, (plain, item)
