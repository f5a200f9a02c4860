"""What English words for days come to: March 2nd, next Wednesday, end of the month, past five days, in two weeks, Q1."""

import re
from datetime import date, timedelta

from bot.understand import dates_en_words as words
from bot.understand import days, holidays
from bot.understand.days import Prefer, Range


def month_day(match: re.Match[str], today: date, prefer: Prefer) -> date | None:
    """March 2nd, 2 Mar 2026."""
    month, number = words.MONTHS[match["m"]], words.day_number_said(match["d"])
    year = words.year_of(match, today)
    return days.day(year, month, number) if year else days.month_day(month, number, today, prefer)


def days_of_month(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    """March 3-5, 3 to 5 March, from 4 to 22 this month."""
    start = (
        month_day(match, today, prefer) if match.groupdict().get("m") else day_of_month(match, today, prefer)
    )
    end = start and days.number_day(words.day_number_said(match["d2"]), start, "future")
    return (start, end + timedelta(days=1)) if start and end else None


def day_of_month(match: re.Match[str], today: date, _: Prefer) -> date | None:
    """The 5th of next month."""
    first = days.months(today.year, today.month + words.shift(match["rel"]))[0]
    return days.day(first.year, first.month, words.day_number_said(match["d"]))


def day_number(match: re.Match[str], today: date, prefer: Prefer) -> date | None:
    """The 5th, on the fifth: only where a day can stand, never "the second one" or "5th floor"."""
    before = match.string[max(0, match.start() - 12) : match.start()]
    figures = match["d"][0].isdigit()
    headed = "the" in match.group() if figures else False
    alone = (
        figures
        and before.strip()[-1:] in ("", ",", ";", ":", "(")
        and not match.string[match.end() :].strip(" .!)")
    )
    if not (headed or alone or words.BEFORE_DAY.search(before)) or not words.AFTER_DAY.match(
        match.string, match.end()
    ):
        return None
    return days.number_day(words.day_number_said(match["d"]), today, prefer)


def month_of(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    """March 2026, last December, March."""
    found = match.groupdict()
    if name := found.get("m"):
        number = words.MONTHS[name]
        if year := words.year_of(match, today):
            return days.months(year, number)
        if relative := found.get("rel"):
            shift = words.shift(relative)
            year = today.year
            if shift > 0 and number <= today.month:
                year += 1
            elif shift < 0 and number >= today.month:
                year -= 1
            return days.months(year, number)
        return days.bare_month(number, today, prefer)
    return days.months(today.year, today.month + words.shift(found.get("rel") or "this"))


def bare_month(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    """A month alone; may and march only where they are months."""
    if match["m"] in ("may", "march", "mar") and not words.said_as_date(match):
        return None
    return days.bare_month(words.MONTHS[match["m"]], today, prefer)


def short_weekend_day(match: re.Match[str], today: date, prefer: Prefer) -> date | None:
    """Sat and sun, only where they are days."""
    return weekday(match, today, prefer) if words.said_as_date(match) else None


def weekday(match: re.Match[str], today: date, prefer: Prefer) -> date:
    """Next Wednesday, this Friday, Thursday."""
    number = words.WEEKDAYS[match["w"]]
    if said := match["rel"]:
        if said in ("coming", "upcoming", "past", "the coming", "the past"):
            return days.weekday(number, today, "past" if "past" in said else "future")
        return days.week(today, words.shift(said))[0] + timedelta(days=number)
    return days.weekday(number, today, prefer)


def weekday_of_week(match: re.Match[str], today: date, _: Prefer) -> date:
    """Friday of next week, next week Friday."""
    return days.week(today, words.shift(match["rel"]))[0] + timedelta(days=words.WEEKDAYS[match["w"]])


def relative_unit(match: re.Match[str], today: date, _: Prefer) -> Range:
    """This week, last month, next quarter, next weekend."""
    shift, name = words.shift(match["rel"]), match["u"]
    if name in ("week", "wk"):
        return days.week(today, shift)
    if name == "weekend":
        return days.part(days.week(today, shift), 6, 7)
    if name == "month":
        return days.months(today.year, today.month + shift)
    if name == "quarter":
        return days.quarter(today.year, (today.month - 1) // 3 + 1 + shift)
    return days.months(today.year + shift, 1, 12)


def weekend(_: re.Match[str], today: date, prefer: Prefer) -> Range:
    """The weekend of this week."""
    found = days.part(days.week(today), 6, 7)
    return days.part(days.week(today, -1), 6, 7) if prefer == "past" and found[0] > today else found


def _part_of(whole: Range, said: str) -> Range:
    """Early is the first half, late the second; of a week Monday to Wednesday, and the rest."""
    start, end = whole
    length = (end - start).days
    place = _place(said)
    if length == 7:
        return days.part(whole, *{"early": (1, 3), "mid": (3, 4), "late": (4, 7)}[place])
    if length <= 31:
        return days.part(whole, *{"early": (1, 15), "mid": (10, 20), "late": (16, length)}[place])
    if length < 100:
        return days.months(start.year, start.month + {"early": 0, "mid": 1, "late": 2}[place])
    shift, size = {"early": (0, 6), "mid": (3, 6), "late": (6, 6)}[place]
    return days.months(start.year, start.month + shift, size)


def _place(said: str) -> str:
    if "mid" in said:
        return "mid"
    return "late" if any(word in said for word in ("end", "late", "close", "second", "latter")) else "early"


def month_part(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    """Early April, end of March."""
    month = month_of(match, today, prefer)
    return month and _part_of(month, match["part"])


def unit_part(match: re.Match[str], today: date, prefer: Prefer) -> Range:
    """Beginning of next week, end of the month."""
    if not match["rel"] or match["rel"] == "the":
        shifted = {"week": days.week(today), "month": days.months(today.year, today.month)}
        whole = shifted.get(match["u"]) or days.months(today.year, 1, 12)
        return _part_of(whole, match["part"])
    return _part_of(relative_unit(match, today, prefer), match["part"])


def end_of(match: re.Match[str], today: date, _: Prefer) -> Range:
    """EOM, month end, EOW: the last stretch of what runs now."""
    name = match["u"] or match["u2"]
    if name[0] == "w":
        return days.part(days.week(today), 4, 7)
    whole = days.months(today.year, today.month) if name[0] == "m" else days.months(today.year, 1, 12)
    return _part_of(whole, "end")


def year_part(match: re.Match[str], _: date, __: Prefer) -> Range:
    """Late 2025."""
    year = int(match["y"])
    return _part_of(days.months(year, 1, 12), match["part"])


def in_days(match: re.Match[str], today: date, _: Prefer) -> Range | None:
    """In 2-3 days, in one or two weeks."""
    unit, times = words.unit(match)
    first = days.later(today, words.count(match) * times, unit)
    last = days.later(today, words.figure(match["n2"]) * times, unit)
    return (first, last + timedelta(days=1)) if first and last and first <= last else None


def start_or_end_of(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    """The first two weeks of April, the last three days of this month."""
    month = month_of(match, today, prefer)
    unit, times = words.unit(match)
    if month is None:
        return None
    if match["edge"] == "first":
        end = days.later(month[0], words.count(match) * times, unit)
        return (month[0], end) if end else None
    start = days.later(month[1], -words.count(match) * times, unit)
    return (start, month[1]) if start else None


def from_now(match: re.Match[str], today: date, _: Prefer) -> date | None:
    """In two weeks, ten days from now."""
    unit, times = words.unit(match)
    return days.later(today, words.count(match) * times, unit)


def ago(match: re.Match[str], today: date, _: Prefer) -> date | None:
    """Three days ago."""
    unit, times = words.unit(match)
    return days.later(today, -words.count(match) * times, unit)


def past_span(match: re.Match[str], today: date, _: Prefer) -> Range | None:
    """The past five days: they end at the reference."""
    unit, times = words.unit(match)
    start = days.later(today, -words.count(match) * times, unit)
    return (start, today) if start else None


def next_span(match: re.Match[str], today: date, _: Prefer) -> Range | None:
    """The next five days, within a week: from tomorrow on."""
    unit, times = words.unit(match)
    end = days.later(today, words.count(match) * times, unit)
    return (today + timedelta(days=1), end + timedelta(days=1)) if end else None


_NEAR = {"day after tomorrow": 2, "day before yesterday": -2, "yesterday": -1, "today": 0, "tonight": 0}


def part_of_day(match: re.Match[str], today: date, _: Prefer) -> date:
    """This morning, last night: the part of a day keeps the day."""
    return today - timedelta(days=1 if match["rel"] == "last" else 0)


def near_day(match: re.Match[str], today: date, _: Prefer) -> date:
    """Today, tomorrow, the day after tomorrow."""
    said = re.sub(r"^the\s+|\s+(?=\s)", "", match.group())
    said = " ".join(said.split()).replace("tmrw", "tomorrow").replace("tmr", "tomorrow")
    said = re.sub(r"tomm?orr?ow", "tomorrow", said)
    return today + timedelta(days=_NEAR.get(said, 1 if said.startswith("tomorrow") else 0))


def quarter(match: re.Match[str], today: date, prefer: Prefer) -> Range:
    """Q1 2026, the first quarter of last year."""
    said = match["q"] or match["q2"] or match["q3"]
    number = words.ORDINALS.get(said) or int(said[0])
    year = int(match["y"] or match["y2"] or 0) or (match["ry"] and today.year + words.shift(match["ry"]))
    found = days.quarter(year or today.year, number)
    return (
        days.quarter(today.year - 1, number) if not year and prefer == "past" and found[0] > today else found
    )


def half_year(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    """H1, the second half of 2025."""
    if match["h"] and not match["y"] and not match["ry"] and not words.said_as_date(match):
        return None
    number = 1 if (match["h"] or match["h2"]) in ("first", "1") else 2
    year = int(match["y"] or 0) or (match["ry"] and today.year + words.shift(match["ry"]))
    found = days.half(year or today.year, number)
    return days.half(today.year - 1, number) if not year and prefer == "past" and found[0] > today else found


def year(match: re.Match[str], _: date, __: Prefer) -> Range | None:
    """A year in figures, where only a year can stand: in 2025, 2025 sales, or alone."""
    return days.months(int(match["y"]), 1, 12) if words.said_as_date(match) else None


def decade(match: re.Match[str], _: date, __: Prefer) -> Range:
    """The 1990s."""
    short = int(match["dec"])
    year = short if short > 99 else (2000 if short < 30 else 1900) + short
    return date(year, 1, 1), date(year + 10, 1, 1)


def nth_of_month(match: re.Match[str], today: date, prefer: Prefer) -> Range | date | None:
    """First Monday of May, second week of next month, last day of the month."""
    month = month_of(match, today, prefer)
    if month is None:
        return None
    number = -1 if match["k"] in ("last", "final") else words.day_number_said(match["k"])
    if match["w"]:
        return days.weekday_of_month(month, words.WEEKDAYS[match["w"]], number)
    if match["u2"] == "weekend":
        saturday = days.weekday_of_month(month, 5, number)
        return saturday and (saturday, saturday + timedelta(days=2))
    if match["u2"] == "day":
        return month[1] - timedelta(days=1) if number < 0 else days.day(month[0].year, month[0].month, number)
    return days.week_of_month(month, number)


def week_of(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    """The week of March 16."""
    inside = month_day(match, today, prefer)
    return days.week(inside) if inside else None


def to_date(match: re.Match[str], today: date, _: Prefer) -> Range:
    """Month to date."""
    starts = {"week": days.week(today)[0], "month": today.replace(day=1), "year": date(today.year, 1, 1)}
    return starts[match["u"]], today


def rest_of(match: re.Match[str], today: date, _: Prefer) -> Range:
    """The rest of the week."""
    ends = {
        "week": days.week(today)[1],
        "month": days.months(today.year, today.month)[1],
        "year": date(today.year + 1, 1, 1),
    }
    return today, ends[match["u"]]


def holiday(match: re.Match[str], today: date, prefer: Prefer) -> date | None:
    """Christmas, Thanksgiving 2025, last Easter."""
    name = " ".join(match["holiday"].split())
    return holidays.holiday(name, words.year_of(match, today), today, prefer)


def after_next(match: re.Match[str], today: date, _: Prefer) -> Range | date:
    """The week after next, the year before last, Monday after next."""
    shift = 2 if match["way"].startswith("after") else -2
    name = match["u"]
    if name in words.WEEKDAYS:
        return days.week(today, shift)[0] + timedelta(days=words.WEEKDAYS[name])
    if name == "week":
        return days.week(today, shift)
    if name == "weekend":
        return days.part(days.week(today, shift), 6, 7)
    if name == "month":
        return days.months(today.year, today.month + shift)
    return days.months(today.year + shift, 1, 12)


def weekdays_away(match: re.Match[str], today: date, _: Prefer) -> date | None:
    """Two Fridays ago, three Mondays from now."""
    ahead = match["way"] != "ago"
    first = days.weekday(
        words.WEEKDAYS[match["w"]], today - timedelta(days=0 if ahead else 1), "future" if ahead else "past"
    )
    more = int(words.count(match)) - 1
    return days.later(first, more if ahead else -more, "week")
