"""A Say survives its JSON exactly."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialog.messages import Choice, Name, Picture, Quantity, Say
from core.kit.money import Money
from core.kit.say import dump, load

words = st.text(max_size=12)
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9)
plain = st.one_of(
    words,
    st.integers(-(10**12), 10**12),
    st.booleans(),
    st.none(),
    decimals,
    st.builds(Money, st.integers(-(10**12), 10**12), st.sampled_from(["CNY", "USD"])),
    st.builds(Quantity, value=decimals, unit=words),
    st.builds(Name, zh=words, en=words),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
)


def says(inner: st.SearchStrategy[Say]) -> st.SearchStrategy[Say]:
    params = st.dictionaries(
        words, st.one_of(plain, inner, st.lists(inner, max_size=2).map(tuple)), max_size=4
    )
    choices = st.builds(Choice, label=inner, action=words, arg=words, url=words)
    return st.builds(
        Say,
        key=words,
        params=params,
        lines=st.lists(inner, max_size=3).map(tuple),
        choices=st.lists(choices, max_size=2).map(tuple),
        picture=st.one_of(st.none(), st.builds(Picture, ref=words, name=words)),
    )


@given(st.recursive(st.builds(Say, key=words), says, max_leaves=6))
def test_what_is_dumped_is_loaded_again(say: Say) -> None:
    assert load(json.loads(json.dumps(dump(say)))) == say


@given(decimals)
def test_decimals_keep_their_places(value: Decimal) -> None:
    (kept,) = load(json.loads(json.dumps(dump(Say(key="k", params={"v": value}))))).params.values()
    assert str(kept) == str(value)


def test_a_day_is_not_a_moment() -> None:
    day, moment = date(2026, 3, 10), datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
    kept = load(dump(Say(key="k", params={"day": day, "at": moment}))).params
    assert type(kept["day"]) is date
    assert type(kept["at"]) is datetime


def test_an_unknown_tag_is_refused() -> None:
    with pytest.raises(ValueError, match="weight"):
        load({"key": "k", "params": {"v": {"weight": 1}}})
