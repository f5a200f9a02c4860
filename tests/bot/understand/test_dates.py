"""Days and ranges as dealers say them."""

import itertools
import json
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understand.dates import Prefer, When, delivery_day, scan_dates
from bot.understand.normalise import normalise

_ROWS = Path(__file__).parents[2] / "eval" / "values.jsonl"
DATES = [row for line in _ROWS.read_text("utf-8").splitlines() if (row := json.loads(line))["kind"] == "date"]
NOW = datetime(2026, 3, 10, 9)  # a Tuesday


def scan(text: str, prefer: Prefer = "nearest", now: datetime = NOW) -> list[When]:
    return scan_dates(normalise(text).text, now, prefer)


def _said(when: When) -> dict[str, str]:
    if when.is_range:
        return {"start": str(when.start), "end": str(when.end)}
    return {"date": str(when.start)}


@pytest.mark.parametrize("row", DATES, ids=lambda r: r["id"])
def test_days_of_a_text(row: dict[str, object]) -> None:
    found = [_said(w) for w in scan(str(row["input"]), now=datetime.fromisoformat(str(row["reference"])))]
    expected = [e["accept"] for e in row["expected"]]  # type: ignore[attr-defined]
    assert len(found) == len(expected), found
    assert all(f in accept for f, accept in zip(found, expected, strict=True)), found


DELIVERIES = [
    ("月底发", "2026-03-31"), ("下周三前", "2026-03-18"), ("周四送", "2026-03-12"), ("周二送", "2026-03-17"),
    ("今天", "2026-03-10"), ("8号送", "2026-04-08"), ("15号送", "2026-03-15"), ("3月1日要", "2027-03-01"),
    ("by Thursday", "2026-03-12"), ("end of month", "2026-03-31"), ("三天内", "2026-03-13"), ("下周发", "2026-03-20"),
    ("下个月8号之前", "2026-04-08"), ("3/15前到", "2026-03-15"), ("3.15送", "2026-03-15"), ("on the 5th", "2026-04-05"),
    ("月初送", "2026-04-05"), ("within a week", "2026-03-17"), ("3-15送", "2026-03-15"), ("12月3号", "2026-12-03"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "day"), DELIVERIES)
def test_delivery_is_one_day_to_come(text: str, day: str) -> None:
    assert [str(delivery_day(w)) for w in scan(text, "future")] == [day]


@pytest.mark.parametrize("text", ["明年", "下半年", "二季度"])
def test_a_long_stretch_names_no_delivery_day(text: str) -> None:
    assert [delivery_day(w) for w in scan(text, "future")] == [None]


CLAIMS = [
    ("3月1日", "2026-03-01"), ("上周五", "2026-03-06"), ("大前天", "2026-03-07"), ("12月20号", "2025-12-20"),
    ("15号", "2026-02-15"), ("周五", "2026-03-06"), ("last Friday", "2026-03-06"), ("9 March", "2026-03-09"),
    ("3/1", "2026-03-01"), ("11.20", "2025-11-20"), ("on the 20th", "2026-02-20"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "day"), CLAIMS)
def test_claims_look_back(text: str, day: str) -> None:
    assert [str(w.start) for w in scan(text, "past")] == [day]


PERIODS = [
    ("2026年返利", "2026"), ("一季度返利", "2026-Q1"), ("上半年返利", "2026-H1"), ("看看我一月份的返利", "2026-01"),
    ("三月指标完成率", "2026-03"), ("去年返利", "2025"), ("上季度返利", "2025-Q4"), ("上个月的返利", "2026-02"),
    ("rebate for Q1", "2026-Q1"), ("rebate in January", "2026-01"), ("last year's rebate", "2025"), ("H1 rebate", "2026-H1"),
    ("2025年四季度", "2025-Q4"), ("25年下半年", "2025-H2"), ("十二月返利", "2025-12"), ("2026-03月返利", "2026-03"),
    ("March rebate", "2026-03"), ("1月到3月的返利", "2026-Q1"), ("四季度返利", "2025-Q4"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "period"), PERIODS)
def test_calendar_periods_have_their_name(text: str, period: str) -> None:
    assert [w.period for w in scan(text, "past")] == [period]


@pytest.mark.parametrize(
    "text",
    ["3/4扳手2箱", "6*100", "版本1.2.3", "13800138000", "0312号单子装车了吗", "12号单", "5号电池2箱", "3号仓", "7号扳手",
     "you may send it", "one second", "the second one", "三角 四通", "每周三送", "2026把", "M8*30", "三个月", "两天",
     "1-2箱", "3-5箱", "march on", "sat there", "把0208那张单作废", "首行减1箱", "20260312001", "1/2英寸"],
)  # fmt: skip
def test_sizes_orders_and_words_are_no_days(text: str) -> None:
    assert scan(text) == []


@given(st.dates(date(1950, 1, 1), date(2099, 12, 31)))
def test_written_dates_are_read_back(day: date) -> None:
    for text in (
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y-%m-%d}",
        f"{day:%B} {day.day}, {day.year}",
    ):
        assert [(w.start, w.is_range) for w in scan(text)] == [(day, False)], text


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)), st.sampled_from(["future", "past", "nearest"])
)
def test_every_range_is_forward_and_delivery_lies_inside(now: datetime, prefer: Prefer) -> None:
    text = "今天, 下周三, 月底, 周末, 8号, 3月8号, 31号, 2月29号, 下个月31号, 上季度, in 2 weeks, last month, end of year"
    for when in scan(text, prefer, now):
        assert when.start < when.end
        assert (day := delivery_day(when)) is None or when.start <= day < when.end


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))
def test_a_bare_weekday_comes_within_seven_days(now: datetime) -> None:
    for text in ("周一", "周三", "星期天", "friday"):
        ahead = scan(text, "future", now)[0].start - now.date()
        assert timedelta(days=1) <= ahead <= timedelta(days=7)


_NOISE = st.text(
    st.sampled_from(
        "0123456789一二三十月日号年周上下个这前后天末底初到-/. 季度半march next last week of the in days"
    ),
    max_size=60,
)


@given(st.one_of(_NOISE, st.text(max_size=60)))
def test_no_text_is_too_odd(text: str) -> None:
    found = scan(text)
    assert all(a.end_at <= b.start_at for a, b in itertools.pairwise(found))
    assert all(w.start < w.end for w in found)


@pytest.mark.parametrize(
    "piece",
    ["1", "一", "1-", "1月", "march ", "last ", " ", "3月1日到", "the first ", "上", "前", "每", "half ", "2026年", "in ", "周一,",
     "1/", "between ", "下 ", "年", "号", "第一", "a week from ", "3月8号前三天", "1号\n"],
)  # fmt: skip
def test_long_texts_stay_cheap(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    start = time.process_time()
    scan_dates(text, NOW)
    assert time.process_time() - start < 1
