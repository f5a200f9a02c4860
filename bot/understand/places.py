"""Lines of the draft, or options of a question, named by their place: 第二个, 前两项, line 2, the last two."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.understand.numerals import number_at

_FIGURE = r"[0-9一二两三四五六七八九十]{1,3}"
_WORD = r"(?:个|项|行|条|样|种|款|件商品|号|排)"
_ROW = r"(?:项|行)"  # 条 and 排 count goods too
_OPS = r"(?=[ ,]*(?:各|都|均|也|改|换|减|加(?!急)|不|去|删|翻|要改|少|多|$))"
_NEXT = rf"[ ]*(?:、|,|和|跟|与|及|还有|以及)[ ]*(?:第{_FIGURE}{_WORD}?|{_FIGURE}(?:{_ROW}|{_WORD}?{_OPS}))"
_ONE_ZH = rf"(?P<from_end>倒数)?第{_FIGURE}{_WORD}?(?:{_NEXT})*"
_ROWS_ZH = rf"(?<![0-9一二两三四五六七八九十])(?>{_FIGURE}(?:[、,和跟与及]?{_FIGURE})*)(?:{_ROW}|号(?=改|换|减|加(?!急)|不要|去掉|删|翻)){_OPS}"
_PAIR_ZH = rf"(?<![\w.]){_FIGURE}[ ]?[、和跟与][ ]?{_FIGURE}(?=各|都)"
_EDGE_ZH = rf"最?(?P<edge>前|头|后|末)(?:面|边)?的?(?:那|这)?(?P<count>{_FIGURE}){_WORD}(?!月|小时|星期|半)"
_WHOLE_ZH = rf"(?<!\w)(?:这|那)?(?P<whole>{_FIGURE})(?:个|样|种|项|行|款)(?=[ ,]*(?:各|都|全|均))"
_FIRST = r"首行|首个|首项|头一(?:个|项|行|样)|最前面(?:那个|的)?|最上面(?:那个|的|一个)?|打头的|前面[那这](?:个|样|种|款)"
_LAST = (
    r"最后(?:一|那)?(?:个|项|行|样|种|条)?(?:的)?|末行|末尾(?:那个|的)?|最末(?:一个|一行)?"
    r"|最下面(?:那个|的|一个)?|尾行|后面[那这](?:个|样|种|款)"
)
_MIDDLE = r"中间(?:的?那|一)(?:个|项|行|样|种|款)|中间(?:项|行)|the middle (?:one|line|item|row)"
_COUNT_EN = r"(?:[2-9]|two|three|four|five|couple(?: of)?)"
_ORDINAL = r"(?:first|second|third|fourth|fifth|sixth|[0-9]{1,2}(?:st|nd|rd|th))"
_NOUN = r"(?:ones?|lines?|items?|rows?|products?|things?)\b"
_LINES_EN = r"\b(?:lines?|items?|rows?|numbers?|nos?\.?|#)[ ]?[0-9]{1,2}\b(?:(?:[ ]?(?:,|and|&)[ ]?)+(?:(?:line|item|row)[ ])?[0-9]{1,2}\b(?![ ](?:cases?|box|more|less|of)))*"
_EDGE_EN = rf"\b(?:the )?(?P<edge_en>first|top|last|bottom) (?P<count_en>{_COUNT_EN})(?: {_NOUN}|\b)(?! (?:days?|weeks?|months?|years?|orders?|hours?|times?))"
_ORDINALS_EN = (
    rf"\b(?:the (?:{_ORDINAL}|last)(?: {_NOUN}|\b)|(?:{_ORDINAL}|last) {_NOUN})"
    rf"(?:(?: ?,| and| &)+ (?:the )?(?:{_ORDINAL}|last)(?: {_NOUN}|\b))*"
)
_PLACE = re.compile(
    rf"(?P<edges>{_EDGE_ZH}|{_EDGE_EN})|(?P<ones>{_ONE_ZH}|{_LINES_EN}|{_ORDINALS_EN})|(?P<rows>{_ROWS_ZH}|{_PAIR_ZH})|(?P<all>{_WHOLE_ZH})"
    rf"|(?P<first>{_FIRST})|(?P<last>{_LAST})|(?P<middle>{_MIDDLE})"
)
_SAID = re.compile(rf"[0-9]{{1,2}}|{_ORDINAL}|\blast\b|十[一二三四五六七八九]?|[一二两三四五六七八九]十?")
_DATED = re.compile(
    r"(?:on|by|before|until|for|this|next) $|(?:[0-9一二三四五六七八九十]月|本月|这个?月|下个?月)$"
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "last": -1}
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "couple": 2, "couple of": 2}
_MOST = 50
_REACH = 400  # places are named in short texts

_OPTION_ZH = re.compile(rf"第({_FIGURE}){_WORD}?|({_FIRST})|(倒数第一(?:个|行|项)?|{_LAST})")
_OPTION_EN = re.compile(
    r"\b(?:line|item|row|number|no\.?|#)\s?([0-9]{1,2})\b"
    r"|\b(?:the )?(first|second|third|fourth|fifth|sixth|[0-9]{1,2}(?:st|nd|rd|th))(?: one| line| item| row| product)?\b"
    r"|\b(?:the )?(last)(?: one| line| item| row| product| thing)\b"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Lines by their place, 1-based, below zero from the end; and where the text names them."""

    lines: tuple[int, ...]
    start: int
    end: int


def places_in(text: str, count: int) -> Iterator[Place]:
    """The lines that a text names by their place in a draft of `count` lines."""
    for match in _PLACE.finditer(text[:_REACH]):
        if _DATED.search(text[max(0, match.start() - 8) : match.start()]):
            continue
        if lines := _lines(match, count):
            yield Place(lines, match.start(), match.end())


def _lines(match: re.Match[str], count: int) -> tuple[int, ...]:
    if match["all"]:
        return tuple(range(1, count + 1)) if _figure(match["whole"]) == count else ()
    if match["edges"]:
        said = match["count"] or match["count_en"]
        many = min(_COUNTS.get(said) or _figure(said), _MOST)
        ends = (match["edge"] or match["edge_en"]) in ("后", "末", "last", "bottom")
        return tuple(range(-many, 0)) if ends else tuple(range(1, many + 1))
    if match["ones"]:
        figures = tuple(_ORDINALS.get(s) or _figure(s) for s in _SAID.findall(match["ones"]))
        return tuple(-f for f in figures) if match["from_end"] else figures
    if match["rows"]:
        return tuple(_figure(said) for said in _SAID.findall(match["rows"]) if said != "两")  # 一三两行
    if match["middle"]:
        return ((count + 1) // 2,) if count % 2 and count > 1 else ()
    return (1,) if match["first"] else (-1,)


def _figure(said: str) -> int:
    digits = "".join(c for c in said if c.isdigit())
    if digits:
        return int(digits)
    numeral = number_at(said, 0)
    return int(numeral.value) if numeral else 0


def options_in(text: str) -> list[int]:
    """All options named by their place, in order."""
    found: list[int] = []
    at = 0
    while place := option_in(text[at:]):
        found.append(place.lines[0])
        at += place.end
    return found


def option_in(text: str) -> Place | None:
    """An option named by its place ("第二个", "the last one"), said as shortly as an answer is."""
    if match := _OPTION_ZH.search(text):
        at = _figure(match[1]) if match[1] else 1 if match[2] else -1
        return Place((at,), match.start(), match.end())
    if match := _OPTION_EN.search(text):
        said = match[1] or match[2] or match[3]
        return Place((_ORDINALS.get(said) or _figure(said),), match.start(), match.end())
    return None
