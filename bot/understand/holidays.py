"""Days with a name: fixed ones, the n-th weekday of a month, Easter, and China's moving feasts from a table."""

from datetime import date, timedelta

from bot.understand import days
from bot.understand.days import Prefer

_FIXED: dict[str, tuple[int, int]] = {
    "元旦": (1, 1), "情人节": (2, 14), "妇女节": (3, 8), "女神节": (3, 8), "三八节": (3, 8), "植树节": (3, 12),
    "愚人节": (4, 1), "劳动节": (5, 1), "五一": (5, 1), "青年节": (5, 4), "护士节": (5, 12), "儿童节": (6, 1),
    "六一": (6, 1), "建党节": (7, 1), "建军节": (8, 1), "八一": (8, 1), "教师节": (9, 10), "国庆节": (10, 1),
    "国庆": (10, 1), "十一国庆": (10, 1), "万圣节": (10, 31), "光棍节": (11, 11), "双十一": (11, 11), "双11": (11, 11),
    "双十二": (12, 12), "双12": (12, 12), "平安夜": (12, 24), "圣诞节": (12, 25), "圣诞": (12, 25),
    "new year's day": (1, 1), "new years day": (1, 1), "valentine's day": (2, 14), "valentines day": (2, 14),
    "women's day": (3, 8), "april fools": (4, 1), "april fool's day": (4, 1), "earth day": (4, 22), "may day": (5, 1),
    "labour day": (5, 1), "international workers' day": (5, 1), "children's day": (6, 1), "independence day": (7, 4),
    "national day": (10, 1), "halloween": (10, 31), "veterans day": (11, 11), "singles' day": (11, 11),
    "singles day": (11, 11), "double eleven": (11, 11), "christmas eve": (12, 24), "christmas day": (12, 25),
    "christmas": (12, 25), "xmas": (12, 25), "boxing day": (12, 26), "new year's eve": (12, 31), "new years eve": (12, 31),
}  # fmt: skip
_NTH_WEEKDAY: dict[str, tuple[int, int, int]] = {  # month, weekday (Monday = 0), which
    "母亲节": (5, 6, 2), "父亲节": (6, 6, 3), "感恩节": (11, 3, 4), "mother's day": (5, 6, 2), "mothers day": (5, 6, 2),
    "father's day": (6, 6, 3), "fathers day": (6, 6, 3), "memorial day": (5, 0, -1), "labor day": (9, 0, 1),
    "thanksgiving day": (11, 3, 4), "thanksgiving": (11, 3, 4), "columbus day": (10, 0, 2),
    "martin luther king day": (1, 0, 3), "mlk day": (1, 0, 3), "presidents day": (2, 0, 3),
}  # fmt: skip
# The farmer's calendar follows the moon; days as published by the Purple Mountain Observatory.
_NEW_YEAR = "125 212 201 122 210 129 217 206 126 213 203 123 211 131 219 208"  # 2020..2035, month and day
_DRAGON_BOAT = "625 614 603 622 610 531 619 609 528 616 605"
_MID_AUTUMN = "1001 921 910 929 917 1006 925 915 1003 922 912"
_QINGMING = "404 404 405 405 404 404 405 405 404 404 405"
_SINCE = 2020


def _table(figures: str) -> dict[int, date]:
    return {year: date(year, int(f) // 100, int(f) % 100) for year, f in enumerate(figures.split(), _SINCE)}


def _shifted(table: dict[int, date], by: int) -> dict[int, date]:
    return {year: day + timedelta(days=by) for year, day in table.items()}


_SPRING = _table(_NEW_YEAR)
_MOVING: dict[str, dict[int, date]] = (
    dict.fromkeys(
        ("春节", "大年初一", "正月初一", "农历新年", "chinese new year", "spring festival", "lunar new year"),
        _SPRING,
    )
    | dict.fromkeys(("除夕", "大年三十", "年三十", "大年夜"), _shifted(_SPRING, -1))
    | dict.fromkeys(("元宵节", "元宵", "正月十五"), _shifted(_SPRING, 14))
    | dict.fromkeys(("清明节", "清明"), _table(_QINGMING))
    | dict.fromkeys(("端午节", "端午", "dragon boat festival"), _table(_DRAGON_BOAT))
    | dict.fromkeys(("中秋节", "中秋", "mid-autumn festival"), _table(_MID_AUTUMN))
)
_EASTER = {"复活节": 0, "easter sunday": 0, "easter": 0, "good friday": -2, "easter monday": 1}
_BLACK_FRIDAY = {"黑色星期五": 1, "黑五": 1, "black friday": 1, "cyber monday": 4}
NAMES = (*_FIXED, *_NTH_WEEKDAY, *_MOVING, *_EASTER, *_BLACK_FRIDAY)


def _easter(year: int) -> date:
    """Western Easter by the anonymous Gregorian rule."""
    century, rest = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = (year % 19 + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def in_year(name: str, year: int) -> date | None:
    """The day of that name in a year; None where the table of moving feasts has no such year."""
    if name in _FIXED:
        return days.day(year, *_FIXED[name])
    if name in _NTH_WEEKDAY:
        month, weekday, which = _NTH_WEEKDAY[name]
        return days.weekday_of_month(days.months(year, month), weekday, which)
    if name in _EASTER:
        return _easter(year) + timedelta(days=_EASTER[name])
    if name in _BLACK_FRIDAY:
        thursday = days.weekday_of_month(days.months(year, 11), 3, 4)
        return thursday and thursday + timedelta(days=_BLACK_FRIDAY[name])
    return _MOVING[name].get(year)


def holiday(name: str, year: int | None, today: date, prefer: Prefer) -> date | None:
    """The day of that name: in the year given, else the coming one (looking back, the last one)."""
    if year is not None:
        return in_year(name, year)
    near = (in_year(name, today.year + k) for k in (-1, 0, 1))
    return days.pick(near, today, "past" if prefer == "past" else "future")
