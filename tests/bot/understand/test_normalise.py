"""Normal text: one form, the way back to the original, and no text that makes it slow."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understand.normalise import normalise
from bot.understand.types import Span

_LINES = st.text(
    st.sampled_from("12一、.)(-*•① \n\tx羊箱３Ａ畀聽日，×—請½😀\u200b\u202e\ufe0f\u20e3é"), max_size=40
)

FORMS = [
    ("ＥＬ－２０２　３箱", "el-202 3箱"),
    ("請幫我訂安全帽十箱", "请帮我订安全帽十箱"),
    ("俾我3箱😀啦", "给我3箱 啦"),
    ("聽日嚟", "明天来"),
    ("打听日期", "打听日期"),
    ("锤子×2 HW120X3 螺丝x4", "锤子*2 hw120*3 螺丝*4"),
    ("10—20", "10-20"),
    ("二○二六年", "二零二六年"),
    ("○ 锤子", "  锤子"),
    ("Bosch™ 20℃ 5㎡", "bosch 20 c 5m2"),
    ("要3，500ml的2箱", "要3, 500ml的2箱"),
    ("2½箱", "2 1/2箱"),
    ("shēng liào dài", "sheng liao dai"),
    ("a\u200bb\u202ec", "abc"),
    ("一\r\n二", "一\n二"),
    ("货号\t数量", "货号\t数量"),
]


@pytest.mark.parametrize(("sent", "normal"), FORMS)
def test_width_case_script_and_signs_are_one(sent: str, normal: str) -> None:
    assert normalise(sent).text == normal


MARKERS = [
    ("1、羊角锤 2 箱", "羊角锤 2 箱"),
    ("1. 2 cases\n2) 3 boxes\n2 箱", "2 cases\n3 boxes\n2 箱"),
    ("- 锤子\n• 卷尺\n-漆", "锤子\n卷尺\n漆"),
    ("一、锤子\n（二）卷尺", "锤子\n卷尺"),
    ("①羊角锤2箱 ②卷尺3箱", "羊角锤2箱 \n卷尺3箱"),
    ("1️⃣ 锤子 2箱", "锤子 2箱"),
    ("1、5号电池2箱", "5号电池2箱"),
    ("- 1、锤子", "锤子"),
    ("• - 锤子", "锤子"),
    ("1.5箱", "1.5箱"),
    ("3.1 要货", "3.1 要货"),
    ("1、2", "1、2"),
    ("1、2、3都要", "1、2、3都要"),
    ("1:10", "1:10"),
    ("-5", "-5"),
    ("2 箱", "2 箱"),
    ("选①", "选1"),
    ("十二、十五和三十", "十二、十五和三十"),
]


@pytest.mark.parametrize(("sent", "normal"), MARKERS)
def test_list_markers_go_and_numbers_stay(sent: str, normal: str) -> None:
    assert normalise(sent).text.strip(" \n") == normal


def test_span_leads_back_to_what_was_sent() -> None:
    sent = "１、 請畀我 羊角錘😀×２"
    normal = normalise(sent)
    at = normal.text.index("羊角锤")
    assert normal.span(at, at + 3) == Span(sent.index("羊"), sent.index("羊") + 3)
    whole = normal.span(0, len(normal.text))
    assert whole.end == len(sent)


@given(st.one_of(st.text(max_size=60), _LINES))
def test_doing_it_twice_changes_nothing(sent: str) -> None:
    once = normalise(sent).text
    assert normalise(once).text == once


@given(st.one_of(st.text(max_size=60), _LINES))
def test_every_character_has_its_place_in_order(sent: str) -> None:
    normal = normalise(sent)
    assert len(normal.offsets) == len(normal.text)
    assert list(normal.offsets) == sorted(normal.offsets)
    assert all(0 <= o < len(sent) for o in normal.offsets)


@pytest.mark.parametrize(
    "piece", ["請", "1、", "- ", "1\n", "①", "x1", "\u200b", "畀", "唔", " ", "一、二", "(1)"]
)
def test_ten_thousand_characters_are_cheap(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    normalise(text)
    start = time.process_time()
    normalise(text)
    assert time.process_time() - start < 0.1
