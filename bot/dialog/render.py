"""A Say in one language for one reader: text without markup, and buttons or numbered choices."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from unicodedata import east_asian_width
from zoneinfo import ZoneInfo

import structlog
from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal, get_currency_symbol

from bot.dialog.messages import Button, Choice, Name, Param, Quantity, Say, Words
from bot.dialog.texts import EN, HANS, Texts, all_texts
from core.kit.money import Money

log = structlog.get_logger()

Sign = Callable[[str, str], str]
_INLINE_WIDTH = 36  # choices of at most this width together stand on one line


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    texts: Texts
    locale: str
    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()


def render(
    say: Say,
    locale: str,
    *,
    now: datetime,
    zone: ZoneInfo,
    sign: Sign,
    numbered: bool = False,
    texts: Texts | None = None,
) -> Words:
    """The words of a Say. sign(action, arg) gives the handle of a button; numbered: for channels without buttons.

    Raises KeyError for a key without text or a place without parameter.
    """
    reader = _Reader(texts=texts or all_texts(), locale=locale, now=now, zone=zone)
    text = "\n".join(filter(None, _lines(say, reader)))
    if numbered:
        return Words(
            text="\n".join(filter(None, (text, *_numbers(say.choices, reader)))), picture=say.picture
        )
    buttons = tuple(filter(None, (_button(choice, reader, sign) for choice in say.choices)))
    return Words(text=text, buttons=buttons, picture=say.picture)


def _lines(say: Say, reader: _Reader) -> Iterator[str]:
    yield _fill(say.key, say.params, reader)
    for line in say.lines:
        yield from _lines(line, reader)


def _fill(key: str, params: Mapping[str, Param], reader: _Reader) -> str:
    if not key:  # several Says under one another
        return ""
    count = params.get("count")
    text = reader.texts.text(reader.locale, key, count if isinstance(count, int) else None)
    return text.format_map({name: _write(value, reader) for name, value in params.items()})


def _button(choice: Choice, reader: _Reader, sign: Sign) -> Button | None:
    """None for what is too long to be signed, such as a SKU of fifty letters: the words must not stay away with it."""
    label = "\n".join(_lines(choice.label, reader))
    if choice.url:
        return Button(label=label, url=choice.url)
    try:
        return Button(label=label, handle=sign(choice.action, choice.arg))
    except ValueError:
        log.warning("button_left_out", action=choice.action)
        return None


def _numbers(choices: tuple[Choice, ...], reader: _Reader) -> Iterator[str]:
    """Choices as numbers to answer with, links written out; on one line where they fit."""
    labels = ["\n".join(_lines(choice.label, reader)) for choice in choices]
    picks = [label for label, choice in zip(labels, choices, strict=True) if not choice.url]
    if sum(map(_width, picks)) + 6 * len(picks) <= _INLINE_WIDTH:
        yield " / ".join(f"{number} {label}" for number, label in enumerate(picks, 1))
    else:
        yield from (f"{number}. {label}" for number, label in enumerate(picks, 1))
    for label, choice in zip(labels, choices, strict=True):
        if choice.url:
            yield f"{label}: {choice.url}"


def _width(label: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in label)


def _write(value: Param, reader: _Reader) -> str:
    match value:
        case Say():
            return "\n".join(filter(None, _lines(value, reader)))
        case tuple():
            separator = reader.texts.text(reader.locale, "dialog.separator")
            return separator.join(_write(item, reader) for item in value)
        case Money():
            return money(value, reader.locale)
        case Quantity():
            return _quantity(value, reader)
        case Name():
            return value.en if reader.locale == EN and value.en else value.zh
        case datetime():
            local = value.astimezone(reader.zone)
            clock = format_time(local, "HH:mm", locale=_babel(reader.locale))
            return f"{_day(local.date(), reader)} {clock}"
        case date():
            return _day(value, reader)
        case int() | Decimal():
            return figure(Decimal(value), reader.locale)
        case None:
            return ""
    return value


def figure(value: Decimal, locale: str) -> str:
    """A number as people write it: grouped, without trailing zeros."""
    return format_decimal(value, format="#,##0.######", locale=_babel(locale))


def money(value: Money, locale: str) -> str:
    """An amount with its sign of currency; two decimals only where there are cents."""
    pattern = "#,##0.00" if value.minor % 100 else "#,##0"
    amount = format_decimal(abs(value.amount), format=pattern, locale=_babel(locale))
    # The short sign of the yuan is used in every language; others are spelt so that they cannot be mistaken.
    symbol = get_currency_symbol(value.currency, locale=_babel(HANS))
    return f"{'-' if value.minor < 0 else ''}{symbol}{amount}"


def _quantity(value: Quantity, reader: _Reader) -> str:
    shown = figure(value.value, reader.locale)
    if not value.unit:
        return shown
    count = int(value.value) if value.value == value.value.to_integral_value() else 2
    unit = reader.texts.unit(reader.locale, value.unit, count)
    glued = not unit.isascii() and reader.locale != EN
    return f"{shown}{'' if glued else ' '}{unit}"


def _day(day: date, reader: _Reader) -> str:
    away = (day - reader.today).days
    if -2 <= away <= 2:
        return reader.texts.text(reader.locale, f"dialog.day.{away}")
    far = day.year != reader.today.year and abs(away) > 180
    form = "far" if far else "week" if 0 < away <= 7 else "date"
    pattern = reader.texts.text(reader.locale, f"dialog.day.{form}")
    return format_date(day, pattern, locale=_babel(reader.locale))


def _babel(locale: str) -> Locale:
    return Locale.parse(locale, sep="-")
