"""Chinese numerals, alone and mixed with digits: 一百八, 三万二, 3千2, 2w5, 三点五, 三分之二, 十来."""

import re
from decimal import Decimal
from typing import NamedTuple

DIGITS = {
    **dict(zip("零一二三四五六七八九", range(10), strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True)),
    "〇": 0,
    "两": 2,
    "俩": 2,
    "仨": 3,
    "幺": 1,
    "参": 3,
    "弍": 2,
    "叄": 3,
}
TENS = {"廿": 20, "卅": 30, "卌": 40}
SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
BIG = {"万": 10**4, "亿": 10**8, "兆": 10**12}
MAX_VALUE = 10**16
MAX_LENGTH = 30  # longer runs are not amounts anyone orders or pays

_PLAIN = "零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖弍叄廿卅卌十拾百佰千仟万亿兆"
_ZH_RUN = re.compile(  # 八两 is a weight, 一万两千 a number; 参 is three only as 参仟
    rf"(?:[{_PLAIN}两俩仨]|参(?=[拾佰仟]))"
    rf"(?:[{_PLAIN}]|参(?=[拾佰仟])|(?<=[百千万亿零])两(?=[百佰千仟万亿])){{0,{MAX_LENGTH}}}"
)
_ONE_OR_TWO = re.compile("一两(?=[个箱件天把套台瓶罐袋包盒桶卷条张片根支周年次块])")
_MIXED_RUN = re.compile(r"(?:\d{1,15}(?:\.\d{1,9})?(?:[十拾百佰千仟万]|个?亿)+){1,6}\d*(?!\.?\d)")
_MIXED_PART = re.compile(r"(\d+(?:\.\d+)?)个?([十拾百佰千仟万亿]*)")
_VAGUE_UP = "多余来几"  # 十多万, 百余, 十来, 十几


class Numeral(NamedTuple):
    """A numeral's value, where it ends, and whether it was only roughly said."""

    value: Decimal
    end: int
    approximate: bool = False


def parse_zh(text: str) -> Decimal | None:
    """The value of a whole string that is one Chinese or mixed numeral; None if it is not one."""
    numeral = read_zh(text, 0)
    return numeral.value if numeral and numeral.end == len(text) else None


def read_zh(text: str, pos: int) -> Numeral | None:
    """The Chinese numeral that starts here; 半, 两 and 俩 as numbers, 几 never."""
    if text.startswith("半", pos):
        return Numeral(Decimal("0.5"), pos + 1)
    if _ONE_OR_TWO.match(text, pos):
        return Numeral(Decimal(1), pos + 2, approximate=True)
    run = _ZH_RUN.match(text, pos)
    if run is None or run.end() - pos > MAX_LENGTH:
        return None
    value, approximate = _integer(run.group())
    if value is None or value >= MAX_VALUE:
        return None
    return _after(text, run.end(), value, approximate, run.group())


def _after(text: str, end: int, value: Decimal, approximate: bool, run: str) -> Numeral | None:
    """What may follow the whole part: a decimal, a fraction, or a vague addition."""
    if text.startswith("点", end) and (digits := _ZH_RUN.match(text, end + 1)):
        decimals = re.match("[零〇一二两三四五六七八九幺]+", digits.group())
        if decimals:
            figures = "".join(str(DIGITS[c]) for c in decimals.group())
            end += 1 + len(figures)
            value += Decimal(f"0.{figures}")
            return _scale(text, end, value, approximate)
    if text.startswith("分之", end) and value and (upper := _upper(text, end + 2)):
        return Numeral(upper.value / value, upper.end, approximate or upper.approximate)
    if text.startswith("又", end) and (part := read_zh(text, end + 1)) and 0 < part.value < 1:
        return Numeral(value + part.value, part.end, approximate)
    if text.startswith("个亿", end):
        return Numeral(value * BIG["亿"], end + 2, approximate)
    if text[end : end + 1] and text[end] in _VAGUE_UP and run[-1] in "十拾百佰千仟万亿廿卅卌":
        return _scale(text, end + 1, value, approximate=True)
    return Numeral(value, end, approximate)


def _upper(text: str, pos: int) -> Numeral | None:
    """What stands after 分之: a numeral that is no fraction itself."""
    upper = _figure(text, pos)
    if upper is None and (run := _ZH_RUN.match(text, pos)) and not text.startswith("分之", run.end()):
        upper = read_zh(text, pos)
    return upper


def _figure(text: str, pos: int) -> Numeral | None:
    match = re.compile(r"\d{1,15}(?:\.\d{1,9})?").match(text, pos)
    return Numeral(Decimal(match.group()), match.end()) if match else None


def _scale(text: str, end: int, value: Decimal, approximate: bool) -> Numeral:
    while end < len(text) and text[end] in BIG and value * BIG[text[end]] < MAX_VALUE:
        value *= BIG[text[end]]
        end += 1
    return Numeral(value, end, approximate)


def _integer(run: str) -> tuple[Decimal | None, bool]:
    """Value of a run of digits and powers, and whether it names two neighbours (两三, 七八十)."""
    if len(run) > 1 and all(c in DIGITS for c in run):
        first, last = DIGITS[run[0]], DIGITS[run[-1]]
        if len(run) == 2 and 0 < first < last <= first + 2 and "幺" not in run and "零" not in run:
            return Decimal(first), True
        return Decimal("".join(str(DIGITS[c]) for c in run)), False
    total = section = 0
    digit: int | None = None
    unit, zero, approximate = 1, False, False
    for char in run:
        if char in TENS:
            section, unit, digit = section + TENS[char], 10, None
        elif char in DIGITS:
            if digit is not None:  # 七八十
                if digit and digit < DIGITS[char] <= digit + 2:
                    approximate = True
                    continue
                if digit:
                    return None, False
            digit = DIGITS[char]
            zero = zero or digit == 0
        elif char in SMALL:
            if digit is None and section and unit < SMALL[char]:
                return None, False
            section += (1 if digit is None else digit) * SMALL[char]
            unit, digit, zero = SMALL[char], None, False
        else:
            section += digit or 0
            total = (total + section) * BIG[char] if total < BIG[char] else total + section * BIG[char]
            if not total:
                total = BIG[char]
            section, digit, unit, zero = 0, None, BIG[char], False
    if digit:
        section += digit * (unit // 10 if unit >= 100 and not zero else 1)
    return Decimal(total + section), approximate


def read_mixed(text: str, pos: int) -> Numeral | None:
    """Digits with Chinese powers: 3千2, 8万7, 1万2千, 1.2万, 5百, 3百多."""
    run = _MIXED_RUN.match(text, pos)
    if run is None or run.end() - pos > MAX_LENGTH:
        return None
    total = Decimal(0)
    last = 1
    for figure, powers in _MIXED_PART.findall(run.group()):
        power = 1
        for char in powers:
            power *= SMALL.get(char) or BIG[char]
        if not powers:
            power = last // 10 if len(figure) == 1 and last >= 100 else 1
        elif total and power > last:
            return None
        total += Decimal(figure) * power
        last = power
    end = run.end()
    if text[end : end + 1] and text[end] in "多余几" and not run.group()[-1].isdigit():
        return Numeral(total, end + 1, approximate=True)
    return Numeral(total, end)
