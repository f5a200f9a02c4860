"""How fast we write: bursts to a chat, twenty a minute to a group, and never before Telegram says so."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from bot.channels.telegram.pace import Pace
from tests.channels.telegram.limits import Rates


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2026, 10, 8, 9, tzinfo=UTC), tick=False) as clock:
        yield clock


def written(pace: Pace, clock: time_machine.Traveller, chat: str, seconds: int) -> list[float]:
    """When one who writes as often as allowed gets through."""
    times, now = [], 0.0
    while now < seconds:
        wait = pace.claim(chat)
        if wait == 0:
            times.append(now)
        clock.shift(wait)
        now += wait
    return times


def most_within(times: list[float], window: float) -> int:
    return max(sum(start <= time < start + window - 0.001 for time in times) for start in times)


def test_a_chat_gets_a_burst_of_five_and_then_one_a_second(clock: time_machine.Traveller) -> None:
    times = written(Pace(), clock, "101", 60)
    assert times[:5] == [0.0] * 5
    assert 55 <= len(times) <= 65
    assert most_within(times, 5) == 5


def test_a_group_gets_twenty_a_minute(clock: time_machine.Traveller) -> None:
    times = written(Pace(), clock, "-100500", 300)
    assert most_within(times, 60) == 20
    assert 95 <= len(times) <= 105


def test_all_chats_together_get_twenty_five_a_second(clock: time_machine.Traveller) -> None:
    pace = Pace()
    assert [pace.claim(str(chat)) == 0 for chat in range(40)] == [True] * 25 + [False] * 15
    clock.shift(1.01)
    assert pace.claim("30") == 0


def test_a_refused_claim_costs_nothing(clock: time_machine.Traveller) -> None:
    pace = Pace()
    for _ in range(50):
        pace.claim("101")
    assert pace.claim("102") == 0


def test_a_chat_telegram_refused_waits_and_others_do_not() -> None:
    pace = Pace()
    pace.hold("101", 7)
    assert pace.claim("101") == pytest.approx(7, abs=0.1)
    assert pace.claim("102") == 0


def test_a_second_chat_refused_meanwhile_stops_everything() -> None:
    pace = Pace()
    pace.hold("101", 7)
    pace.hold("102", 3)
    assert pace.claim("103") == pytest.approx(3, abs=0.1)
    assert pace.claim("101") == pytest.approx(7, abs=0.1)


def test_our_windows_stay_within_the_buckets_of_the_fake() -> None:
    rates = Rates()
    for size, most, window in ((rates.chat, 5, 5), (rates.group, 20, 60), (rates.overall, 25, 1)):
        burst, per_second = size
        assert most <= burst
        assert most / window <= per_second + 1e-9
