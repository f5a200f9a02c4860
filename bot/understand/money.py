"""Amounts of money in a normal text: 三千六, 3块5, 两百六, 2w5, ¥1,280.00, 1.2万, fifteen k, $3.5 million."""

import re
from decimal import Decimal
from typing import NamedTuple

from bot.understand.currencies import SIGN, SIGNS, SMALL_UNIT, UNITS, unit_at
from bot.understand.figures import fraction_at, number_at
from bot.understand.number_scan import MEASURES, scan_numbers
from bot.understand.numerals_en import STARTS
from bot.understand.numerals_zh import Numeral


class Money(NamedTuple):
    """An amount of money: value in whole currency units, ISO currency, place in the text, and whether it was rough.

    bare: said without a currency word, so it may as well be a plain number.
    """

    value: Decimal
    currency: str
    start: int
    end: int
    approximate: bool = False
    bare: bool = False


_ZH_NUMERAL = "零一二两三四五六七八九十百千万亿俩仨半壹贰叁参肆伍陆柒捌玖拾佰仟廿卅上近"
_START = re.compile(rf"{SIGN.pattern}|\d|\.\d|[a-z]+|[{_ZH_NUMERAL}]")
_SCALES = {
    "k": 10**3, "w": 10**4, "m": 10**6, "mn": 10**6, "mm": 10**6, "mil": 10**6, "mio": 10**6, "b": 10**9, "bn": 10**9,
    "grand": 10**3, "万": 10**4, "千": 10**3, "百万": 10**6, "亿": 10**8, "million": 10**6, "billion": 10**9,
    "thousand": 10**3, "hundred": 100,
}  # fmt: skip
_SCALE = re.compile(
    r"\s*(?:(k|w|mn|mm|mil|mio|m|bn|b|grand|thousand|million|billion|hundred)(?![a-z0-9])|(百万|万|千|亿))"
)
_BARE_SCALE = re.compile(r"\s*(?:(k|w|grand|thousand|million|billion|hundred)(?![a-z0-9])|(百万|万|千|亿))")
_VAGUE = re.compile(r"\s*(?:多|余|来|几|\+)?\s*(?:个|of\s+)?\s*")
_ROUGH = re.compile(
    r"[上近数]?([十百千]?[万亿]|[百千])把?(?=块|元|圆|美|人民币|港|欧|日元)"
)  # 上千块, 百把块, 近千元
_ARTICLE = re.compile(r"(an?|half\s+an?)\s+")
_FIGURE = re.compile(r"\.\d{1,4}")
_SMALL_GAP = re.compile(r"\s*(?:零|又|and|,)?\s*")
_TRAILING = re.compile(
    r"(?:([1-9一二两三四五六七八九])|(\d\d)|(半))"
    r"(?:(?=一[个斤箱件把套台瓶袋包盒支条米吨])|(?![\d一二三四五六七八九十百千万亿点月号日折.:%a-z]))"
)
_RANGE = re.compile(r"\s*(?:-|~|到|至|to|or|或者?)\s*$")
_FIGURES = re.compile(r"\d+(?:,\d{3})*|[零一二三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟廿卅]+")
_CENTS = re.compile(r"\d\.\d\d$")
_AND = re.compile(r"\s+and\s+$")
_RANGE_ON = re.compile(r"\s*(?:-|~|到|至|to|or)\s*(?=\d)")
_MEASURED = MEASURES - frozenset("块元角分毛钱")
_COUNTED = re.compile(f"(?!包邮)[{''.join(sorted(_MEASURED))}]")
_ENGLISH_AFTER = re.compile(
    r"\s*(?:$|[^a-z\s]|\b(?:for|on|in|as|to|at|please|pls|total|and|spent|was|is|by|from|today|yesterday|tomorrow|last|this|plus"
    r"|each|per|only|all|altogether|paid|or|so|then|with|but|that|which|if|of\s+it|including|incl|net|gross)\b)"
)
_SPENT_BEFORE = re.compile(
    r"\b(?:reimburse|claim|expense|refund|paid|pay|spent|spend|costs?|charged?|fee|amount|total)(?: of| me)?\s+$"
)
_COUNTED_NOUN = re.compile(
    r"\s*(?:(?!gas\b|bus\b|glass\b|express\b)[a-z]+s\b|pcs|kg|km|g|ml|l|m|cm|mm|box|case|carton|piece|pack|unit|set)\b"
)
_DAY_BEFORE = re.compile(
    r"(?:jan|feb|mar|march|apr|april|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?\s*$|(?:订单|单号|编号|尾号|电话|手机|号码|order|no\.|#)\s*:?\s*$"
)
_DAY_OR_CODE = re.compile(
    r"\d{1,4}[-/]\d{1,2}(?:[-/]\d{1,4})?(?!\d)|\d{1,2}:\d\d|\d{1,4}\.\d{1,2}\.\d{1,2}"
    r"|(?:(?<=[,;。\n] )|(?<=[,;。\n]))(?:1[0-2]|0?[1-9])\.(?:3[01]|[12]\d|0[1-9])(?=\s*(?:$|[,;。\n]))"
)


def scan_money(text: str, local: str = "CNY") -> list[Money]:
    """Every amount of a normal text, in order.

    Where no amount names a currency, numbers that count nothing else are amounts in the local currency.
    """
    return _named(text, local) or _bare(text, local)


def _named(text: str, local: str) -> list[Money]:
    found: list[Money] = []
    pos = done = 0
    while match := _START.search(text, pos):
        at = match.start()
        amount = _amount(text, at, match.group(), local)
        if amount is None:
            pos = _past(text, at, match)
            continue
        if low := _low_end(text, at, done, amount):
            found.append(low)
        found.append(amount)
        pos = done = amount.end
        if high := _high_end(text, amount):
            found.append(high)
            pos = done = high.end
    return found


def _past(text: str, at: int, match: re.Match[str]) -> int:
    """Where to go on after a token that heads no amount."""
    numeral = number_at(text, at)
    if numeral is None and (figures := _FIGURES.match(text, at)):
        return figures.end()
    return max(match.end(), numeral.end if numeral else 0)


def _low_end(text: str, at: int, since: int, amount: Money) -> Money | None:
    """The "50" of "50到80块": a number joined to an amount shares its currency."""
    joint = _RANGE.search(text, max(since, at - 6), at)
    if joint is None and "between" in text[max(since, at - 40) : at]:
        joint = _AND.search(text, max(since, at - 6), at)
    if joint is None:
        return None
    numbers = scan_numbers(text[max(since, joint.start() - 16) : joint.start()])
    offset = max(since, joint.start() - 16)
    if not numbers or numbers[-1].end + offset != joint.start():
        return None
    low = numbers[-1]
    return Money(low.value, amount.currency, low.start + offset, low.end + offset, low.approximate)


def _high_end(text: str, amount: Money) -> Money | None:
    """The "10" of "$5-10"."""
    joint = _RANGE_ON.match(text, amount.end)
    if joint is None or not _signs_before(text, amount):
        return None
    high = _numeral(text, joint.end())
    if high is None or high.value <= amount.value or text[high.end : high.end + 1].isalnum():
        return None
    return Money(high.value, amount.currency, joint.end(), high.end, high.approximate)


def _signs_before(text: str, amount: Money) -> bool:
    return text[amount.start] in "$¥€£₩₹" and not text[amount.end - 1].isalpha()


def _amount(text: str, at: int, token: str, local: str) -> Money | None:
    """The amount with a currency that starts here."""
    sign = SIGNS.get(token)
    if sign is not None:
        return _signed(text, at, at + len(token), sign or local)
    if (
        at
        and text[at - 1].isascii()
        and (text[at - 1].isalnum() or (text[at - 1] == "." and token.isdecimal()))
    ):
        return None
    if token.isalpha() and token.isascii() and token not in STARTS:
        return None
    numeral = _numeral(text, at)
    if numeral is None or text[max(0, at - 1) : at] in ("几", "数", "第", "内", "外"):
        return None
    unit = unit_at(text, _gap(text, numeral.end))
    if unit is None:
        return None
    more, end = _small_change(text, unit.end, unit.surface)
    return Money(numeral.value * unit.worth + more, unit.currency or local, at, end, numeral.approximate)


def _gap(text: str, end: int) -> int:
    vague = _VAGUE.match(text, end)
    return vague.end() if vague else end


def _signed(text: str, start: int, at: int, currency: str) -> Money | None:
    """The amount after a sign or code: $20, ¥1,280.00, rmb 500, 人民币五百元."""
    while at < len(text) and text[at] in " :":
        at += 1
    numeral = _numeral(text, at)
    if numeral is None:
        return None
    end = numeral.end
    unit = unit_at(text, _gap(text, end))
    if unit and unit.worth == 1:  # "人民币三千元", "$20 USD"
        end = unit.end
        currency = unit.currency or currency
    more, end = _small_change(text, end, "")
    return Money(numeral.value + more, currency, start, end, numeral.approximate)


def _numeral(text: str, at: int) -> Numeral | None:
    """A numeral with the powers that only amounts take: 5m, fifteen k, 2 grand, 上千, a buck."""
    if rough := _ROUGH.match(text, at):
        value = Decimal(1)
        for power in rough[1]:
            value *= {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}[power]
        return Numeral(value, rough.end(), approximate=True)
    if figure := _FIGURE.match(text, at):
        return Numeral(Decimal(f"0{figure.group()}"), figure.end())
    numeral = fraction_at(text, at) or number_at(text, at)
    if numeral is None:
        article = _ARTICLE.match(text, at)
        if article and unit_at(text, article.end()):
            return Numeral(Decimal("0.5") if article[1][0] == "h" else Decimal(1), article.end())
        return None
    value, end, approximate = numeral
    if (scale := _SCALE.match(text, end)) and value < 10**9:
        value, end = value * _SCALES[scale[1] or scale[2]], scale.end()
    if value == Decimal("0.5") and (article := re.compile(r"\s+(?:an?|of\s+an?)\s+").match(text, end)):
        end = article.end()
    return Numeral(value, end, approximate)


def _small_change(text: str, end: int, unit: str) -> tuple[Decimal, int]:
    """What follows the main unit: 五毛二, 零五分, and 20 cents, or the bare figure of 三块五."""
    total = Decimal(0)
    while gap := _SMALL_GAP.match(text, end):
        numeral = number_at(text, gap.end())
        if numeral is None or numeral.value >= 100:
            break
        small = SMALL_UNIT.match(text, _gap(text, numeral.end))
        if small is None:
            break
        total += numeral.value * UNITS[small.group()][1]
        unit, end = small.group(), small.end()
    last, end = _last_figure(text, end, unit)
    return total + last, end


def _last_figure(text: str, end: int, unit: str) -> tuple[Decimal, int]:
    """A figure that leaves its small unit out: 三块五, 两毛五, 五块半, 3块25, a buck fifty."""
    nothing = Decimal(0), end
    if unit in ("buck", "bucks", "dollar", "dollars"):
        words = number_at(text, _gap(text, end))
        whole = words is not None and 10 <= words.value < 100 and words.value == int(words.value)
        if words is None or not whole or not _ENGLISH_AFTER.match(text, words.end):
            return nothing
        return words.value / 100, words.end
    tail = _TRAILING.match(text, end) if unit[:1] in ("块", "元", "圆", "毛", "角") and unit[:1] else None
    if tail is None or _COUNTED.match(text, tail.end()):
        return nothing
    worth = UNITS[unit][1]
    if tail[3]:
        return worth / 2, tail.end()
    if tail[2]:
        return (Decimal(tail[2]) / 100, tail.end()) if worth == 1 else nothing
    digit = number_at(tail[1], 0)
    return (digit.value * worth / 10, tail.end()) if digit else nothing


def _bare(text: str, local: str) -> list[Money]:
    """Numbers that count nothing else, as amounts in the local currency."""
    codes = [m.span() for m in _DAY_OR_CODE.finditer(text)]
    found: list[Money] = []
    for number in scan_numbers(text):
        value, end = number.value, number.end
        if found and number.start < found[-1].end:
            continue
        if scale := _BARE_SCALE.match(text, end):
            value, end = value * _SCALES[scale[1] or scale[2]], scale.end()
        in_code = any(a < end and number.start < b for a, b in codes)
        if (
            number.kind == "cardinal"
            and value > 0
            and not in_code
            and _counts_nothing(text, number.start, end)
        ):
            found.append(Money(value, local, number.start, end, number.approximate, bare=True))
    return found


def _counts_nothing(text: str, start: int, end: int) -> bool:
    """Whether a number stands where an amount can: no measure or noun after it, no month or order before it, no phone."""
    after = text[end : end + 1]
    if after and (after in MEASURES or after == "号"):
        return False
    if _DAY_BEFORE.search(text, max(0, start - 12), start):
        return False
    if end - start >= 11 and text[start:end].isdecimal():
        return False
    if _ENGLISH_AFTER.match(text, end) or _CENTS.search(text, start, end):
        return True
    spent = _SPENT_BEFORE.search(text, max(0, start - 24), start)
    return bool(spent and not _COUNTED_NOUN.match(text, end))
