"""A delivery day moved by so many days: 推迟一天, a day later, bring it forward two days."""

import re
from datetime import date

from bot.understand.days import later
from bot.understand.numerals import number_at
from bot.understand.phrases import says
from bot.understand.reading import Reading
from bot.understand.types import Deliver, Intent, Understanding

_LONG, _SURE = 40, 4.0  # letters; the score of a text that surely wants something else
_COUNT_ZH = r"(?P<{0}>[0-9一二两三四五六七八九十]{{1,3}})(?P<{0}_unit>天|日|周|个?星期|个?礼拜)"
_COUNT_EN = (
    r"(?P<{0}>an?|one|two|three|four|five|six|seven|[0-9]{{1,2}}) (?:more )?(?P<{0}_unit>days?|weeks?)"
)
_LATER = re.compile(
    r"(?:推迟|推后|延后|延迟|延期|顺延|往后(?:推|延|挪|移|排)?迟?|后推|后延|晚|迟)(?:个|送|到|发)?" + _COUNT_ZH.format("a")
    + r"|\b" + _COUNT_EN.format("b") + r" later\b"
    + r"|\b(?:push|move|put|delay|postpone|shift)\b[a-z ]{0,24}?(?: back| out| by| for)*(?: by)? " + _COUNT_EN.format("c")
)  # fmt: skip
_EARLIER = re.compile(
    r"(?:提前|提早|往前(?:推|挪|移|提|排)?|早)(?:个|送|到|发)?" + _COUNT_ZH.format("a")
    + r"|\b" + _COUNT_EN.format("b") + r" (?:earlier|sooner)\b"
    + r"|\b(?:bring|move|pull|push)\b[a-z ]{0,24}?(?: forward| up)(?: by)? " + _COUNT_EN.format("c")
)  # fmt: skip


def read_any_day(reading: Reading) -> Understanding | None:
    """As in "哪天都行", "推迟一天": wanted on no particular day any more, or so many days later or earlier."""
    held, text = reading.context.deliver, reading.text
    if held is None or reading.known or len(text) > _LONG:
        return None
    moved = moved_day(text, held, reading.context.now.date())
    plain = max(reading.scores.values(), default=0) < _SURE
    if (moved and plain) or (not reading.dates("future") and says("any_day", text)):
        return Understanding(intent=Intent.ORDER_MODIFY, moves=(Deliver(day=moved),))
    return None


def moved_day(text: str, held: date | None, today: date) -> date | None:
    """The day that was wanted, moved as a text says; None where none was, none is said, or it would be gone."""
    if held is None:
        return None
    for sign, pattern in ((-1, _EARLIER), (1, _LATER)):
        if match := pattern.search(text):
            moved = later(held, sign * _count(match), "week" if _in_weeks(match) else "day")
            return moved if moved and moved >= today else None
    return None


def _said(match: re.Match[str], suffix: str) -> str:
    return next(match[name + suffix] for name in "abc" if match[name] is not None)


def _count(match: re.Match[str]) -> int:
    numeral = number_at(_said(match, ""), 0)
    return int(numeral.value) if numeral else 1  # "a day"


def _in_weeks(match: re.Match[str]) -> bool:
    return _said(match, "_unit").lstrip("个").startswith(("周", "星期", "礼拜", "week"))
