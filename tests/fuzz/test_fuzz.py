"""The short form of `make fuzz`: hostile texts are answered in time, and turns over them keep the books."""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.databases import Database
from tests.fuzz.judge import Judge, hears
from tests.fuzz.texts import LONGEST, PIECES, text_of, texts
from tests.transcripts.stage import Stage, set_stage

QUICK = settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


@pytest.fixture
def stage(sqlite: Database) -> Stage:
    return set_stage(sqlite, {})


LONG = {
    "ten thousand digits": "9" * LONGEST,
    "five thousand lines": "\n".join("a" for _ in range(5_000)),
    "nested brackets": "(" * 5_000 + ")" * 5_000,
    "nothing to see": "\u200b" * LONGEST,
    "turned about": "\u202e可乐3箱\u2066" * 1_250,
    "sizes glued": "500ml" * 2_000,
    "figures and signs": "1x" * 5_000,
    "prices": "1," * 5_000,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_the_longest_hostile_texts_are_read_in_time(judge: Judge, text: str) -> None:
    judge.reads(text)


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: f"{ord(piece[0]):x}-{len(piece)}")
def test_a_piece_repeated_is_read_in_time(judge: Judge, piece: str) -> None:
    judge.reads((piece * LONGEST)[: LONGEST // 8])


@QUICK
@given(texts)
def test_any_text_is_read_in_time_and_backs_its_lines(judge: Judge, text: str) -> None:
    judge.reads(text)


@settings(QUICK, max_examples=8)
@given(texts)
def test_a_turn_over_any_text_is_done_and_keeps_the_books(stage: Stage, text: str) -> None:
    hears(stage, text)


def test_a_fuzzers_bytes_become_texts_of_both_kinds() -> None:
    assert text_of(b"\x00abc") == "abc"
    assert text_of(b"\x01\x00") == PIECES[0]
    assert len(text_of(b"\xff" + b"\x01" * 200)) == LONGEST
