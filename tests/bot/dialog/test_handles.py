"""A button works for whom, where and until when it was made, and not with one bit changed."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialog.handles import LIFETIME, HandleError, read, sign

SECRET = "s" * 40
WHO = {"subject": "m:12", "place": "private"}


def made(now: datetime, **changes: str) -> str:
    return sign(SECRET, **{**WHO, "action": "approve", "arg": "260310-4821~70000", **changes}, now=now)


def test_a_handle_fits_telegram_and_reads_back(now: datetime) -> None:
    handle = made(now)
    assert len(handle.encode()) <= 64
    assert read(SECRET, handle, **WHO, now=now) == ("approve", "260310-4821~70000")


@pytest.mark.parametrize("other", [{"subject": "m:13"}, {"subject": "s:12"}, {"place": "group:-5"}])
def test_another_person_or_place_is_refused(now: datetime, other: dict[str, str]) -> None:
    with pytest.raises(HandleError):
        read(SECRET, made(now), **{**WHO, **other}, now=now)


def test_an_old_button_is_refused(now: datetime) -> None:
    read(SECRET, made(now), **WHO, now=now + LIFETIME - timedelta(minutes=2))
    with pytest.raises(HandleError):
        read(SECRET, made(now), **WHO, now=now + LIFETIME + timedelta(minutes=2))


def test_another_secret_is_refused(now: datetime) -> None:
    with pytest.raises(HandleError):
        read("t" * 40, made(now), **WHO, now=now)


def test_no_changed_bit_passes(now: datetime) -> None:
    handle = made(now)
    for at in range(len(handle)):
        for bit in range(7):
            forged = handle[:at] + chr(ord(handle[at]) ^ (1 << bit)) + handle[at + 1 :]
            with pytest.raises(HandleError):
                read(SECRET, forged, **WHO, now=now)


@given(junk=st.text(max_size=80))
def test_junk_is_refused_and_breaks_nothing(junk: str) -> None:
    with pytest.raises(HandleError):
        read(SECRET, junk, **WHO, now=datetime.fromisoformat("2026-03-10T01:00:00+00:00"))


def test_what_would_not_fit_is_never_made(now: datetime) -> None:
    with pytest.raises(ValueError, match="approve"):
        made(now, arg="x" * 60)
