"""One pass over a normal text: at each place the longest thing known, names before numbers."""

import re
from decimal import Decimal

from bot.understand.context import Context
from bot.understand.dates import scan_dates
from bot.understand.index import Index, fold_normal, fold_sku
from bot.understand.lexicon import Role, word_at
from bot.understand.numerals import Part, Quantity, read_quantity
from bot.understand.places import places_in
from bot.understand.refs import refs_in
from bot.understand.sizes import Size, measure_at
from bot.understand.sound import by_sound
from bot.understand.surfaces import View, is_han, stem
from bot.understand.tokens import NAMED, Kind, Token
from bot.understand.wholes import whole_words

_BREAKS = {"\n": 3, "。": 2, ";": 2, "!": 2, "?": 2, ",": 1, "、": 1, ":": 1, "|": 1, "\t": 1, "…": 1, " ": 0}
_LATIN = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+(?:\.\d+)?[a-z0-9]*")
_CODED = re.compile(r"[a-z]+\d+[a-z0-9]*")
_SKU_LIKE = re.compile(r"[a-z0-9]{1,40}(?:[ \-_.]?[a-z0-9]{1,40}){0,5}")
_DIGITS = re.compile(r"\d{1,3}")
_MONEY = re.compile(
    r"[¥$]\s?\d[\d,]{0,20}(?:\.\d{1,9})?|(?<!\d)\d[\d,]{0,20}(?:\.\d{1,9})?\s?(?:元|块钱|块\d(?![\da-z])|yuan|rmb|cny|人民币|dollars?|bucks)\d?(?:[一每/]\w)?"
)
_LONG_NUMBER = re.compile(r"(?<![a-z0-9])1[3-9]\d{9}(?![0-9])")  # a telephone
_ONE = re.compile(r"(?:an?|another|one more|a further|每)[ ]+")
_AND_A_HALF = re.compile(r"[ ]+and[ ]+a[ ]+half\b")
_JOINT = re.compile(r"[ ]*(?:加|and|plus|\+)[ ]*")
_AFTER = re.compile(r"[ ]*(?:of[ ]+|的)?")
_BETWEEN = re.compile(r"[ ]+(?:more|extra|additional|further|less|fewer|full|whole|big|large|small)[ ]+")
_BIG_PACK = re.compile("[个整满]")
_MINUS = re.compile(
    r"(?<![^\s,;:(、])(?:-(?=\d)|(?:minus|negative)[ ]+(?=\d))|负(?=[0-9一二两三四五六七八九十])"
)
_NUMBERED = re.compile(
    r"\b(?:at|until|till|since|past|locker|room|flat|floor|gate|platform|code|id|channel|bus|page|chapter|aged?|apartment|suite|unit|route|level)[ ]+$"
)
_SIZED = re.compile(r"\bsize[ ]*$")
_CHEAPEST = 10  # a bare figure below is no price
_BULLET = re.compile(r"(?m)^[ \t]*-")
_ENDLESS = re.compile(r"\d{16,}")
ENDLESS = Decimal(10) ** 18
"""What stands for a figure with more digits than any quantity has."""


class Scan:
    """A text with all that is known of it before its pieces are put together."""

    def __init__(self, text: str, context: Context, index: Index) -> None:
        self.text, self.index, self.drafted = text, index, bool(context.draft)
        self.nicknames: dict[str, list[tuple[str, str]]] = {}  # by first sign, the longest first
        for word in sorted(context.nicknames, key=lambda word: (-len(word), word)):
            self.nicknames.setdefault(word[:1], []).append((word, context.nicknames[word]))
        self.view = View(text)
        self.dates = {w.start_at: w for w in scan_dates(text, context.now)}
        talked = context.draft or context.last_skus
        self.places = {p.start: p for p in places_in(text, len(context.draft))} if talked else {}
        self.refs = refs_in(text)
        self.money = {m.start(): m.end() for m in _MONEY.finditer(text)}
        self.size_end = -1  # where the last size ended: what follows it at once is a quantity
        self.tokens = whole_words(by_sound(self._read(), index))

    def _read(self) -> list[Token]:
        tokens: list[Token] = []
        pos = 0
        while pos < len(self.text):
            token = self._token(pos)
            if token.kind is Kind.QUANTITY and token.quantity and len(token.quantity.parts) > 1 and tokens:
                token = self._first_of(token, tokens)
            if token.kind is Kind.HAN and tokens and tokens[-1].kind is Kind.HAN and tokens[-1].end == pos:
                tokens[-1].end, tokens[-1].text = token.end, tokens[-1].text + token.text
            elif token.kind is not Kind.BREAK or token.strength > 0 or token.text == " ":
                tokens.append(token)
            pos = token.end
            self.size_end = pos if token.kind is Kind.SIZE else self.size_end
        return tokens

    def _first_of(self, token: Token, before: list[Token]) -> Token:
        """Of "可乐2箱+5瓶雪碧" the second quantity is the next product's: only "2箱零5把" of one product is one."""
        last = next((t for t in reversed(before) if t.kind is not Kind.BREAK and t.role is not Role.OF), None)
        named = last is not None and last.kind in (*NAMED, Kind.SIZE, Kind.HAN, Kind.LATIN)
        joint = _JOINT.search(token.text)
        if not named or joint is None:
            return token
        start = token.start + joint.end()
        after = _AFTER.match(self.text, token.end)
        at = after.end() if after else token.end
        if at >= len(self.text) or not (
            self._name(at) or self._sku(at) or self._sized(at) or self._next_word(at)
        ):
            return token
        quantity = read_quantity(self.text[: start - len(joint[0])], token.start, self._is_unit)
        if quantity is None:
            return token
        return Token(
            Kind.QUANTITY, token.start, quantity.end, self.text[token.start : quantity.end], quantity=quantity
        )

    def _next_word(self, pos: int) -> bool:
        return self.text[pos].isalpha() and self._word(pos) is None and self._quantity(pos) is None

    def _negative(self, pos: int) -> Token | None:
        """A quantity below zero; of a list the dash before each line is only its bullet."""
        sign = _MINUS.match(self.text, pos)
        if sign is None or self._inside_word(pos) or (self.drafted and sign[0][0] in "mn"):
            return None
        if sign[0] == "-" and len(_BULLET.findall(self.text)) > 1:
            return None
        quantity = read_quantity(self.text, sign.end(), self._is_unit)
        if quantity is None:
            return None
        parts = tuple(part._replace(value=-part.value) for part in quantity.parts)
        return Token(
            Kind.QUANTITY, pos, quantity.end, self.text[pos : quantity.end],
            quantity=quantity._replace(parts=parts, start=pos),
        )  # fmt: skip

    def _token(self, pos: int) -> Token:
        char = self.text[pos]
        if negative := self._negative(pos):
            return negative
        if not char.isalnum() and char not in "#¥$":
            return self._mark(pos, char)
        if (
            char == "x"
            and self.text[pos + 1 : pos + 2].isdigit()
            and not self._inside_word(pos)
            and not self._name(pos)
        ):
            return Token(Kind.WORD, pos, pos + 1, char, role=Role.OF)
        found = [
            t
            for t in (self._place(pos), self._sku(pos), self._name(pos), self._date(pos), self._ref(pos),
                      self._sized(pos), self._money(pos), self._quantity(pos), self._word(pos), self._unit(pos))
            if t
        ]  # fmt: skip
        return max(found, key=lambda t: t.end - t.start) if found else self._leftover(pos)

    def _mark(self, pos: int, char: str) -> Token:
        if char in "*+":
            role = Role.OF if char == "*" else Role.AND
            return Token(Kind.WORD, pos, pos + 1, char, role=role)
        return Token(Kind.BREAK, pos, pos + 1, char, strength=_BREAKS.get(char, 0))

    def _sku(self, pos: int) -> Token | None:
        if not self._latin_start(pos) or not (match := _SKU_LIKE.match(self.text, pos)):
            return None
        for end in range(match.end(), pos + 1, -1):
            whole = self._closes(end) or self._quantity_glued(pos, end)
            folded = fold_normal(self.text[pos:end]) if self.text[end - 1].isalnum() and whole else ""
            if skus := self.index.skus.get(folded):
                if folded.isdigit() and (folded not in map(fold_sku, skus) or self._is_unit(self.text, end)):
                    continue
                return Token(Kind.SKU, pos, end, self.text[pos:end], skus=skus)
        return None

    def _quantity_glued(self, pos: int, end: int) -> bool:
        """As in "CN-23013箱": digits of the quantity run into those of the SKU."""
        digits = _DIGITS.match(self.text, end) if self.text[pos].isalpha() else None
        return bool(digits and self._is_unit(self.text, digits.end()))

    def _name(self, pos: int) -> Token | None:
        k = self.view.at[pos]
        if k < 0 or not self.view.opens[k]:
            return None
        own = self._nickname(pos, k)
        for name in self.index.names.matches(self.view.text, k):
            last = k + len(name) - 1
            end = self.view.ends[last]
            if not self.view.closes[last] or (name.isdigit() and self._is_unit(self.text, end)):
                continue
            if name.isascii() and len(name) > 1 and word_at(self.text, pos) == (Role.FILLER, end):
                continue
            if own is not None and own.end >= end:
                return own
            return Token(Kind.NAME, pos, end, self.text[pos:end], skus=self.index.names.skus[name], name=name)
        return own

    def _nickname(self, pos: int, k: int) -> Token | None:
        for word, sku in self.nicknames.get(self.view.text[k : k + 1], ()):
            last = k + len(word) - 1
            if self.view.text.startswith(word, k) and self.view.closes[last]:
                end = self.view.ends[last]
                return Token(Kind.SKU, pos, end, self.text[pos:end], skus=(sku,), name=word)
        return None

    def _date(self, pos: int) -> Token | None:
        when = self.dates.get(pos)
        return Token(Kind.DATE, pos, when.end_at, self.text[pos : when.end_at], when=when) if when else None

    def _place(self, pos: int) -> Token | None:
        if (place := self.places.get(pos)) is None:
            return None
        return Token(Kind.PLACE, pos, place.end, self.text[pos : place.end], lines=place.lines)

    def _ref(self, pos: int) -> Token | None:
        ref = self.refs.get(pos)
        if ref and fold_sku(ref[0]) in self.index.skus and not fold_sku(ref[0]).isdigit():
            return None
        return Token(Kind.REF, pos, ref[1], self.text[pos : ref[1]], name=ref[0]) if ref else None

    def _sold_by(self, size: Size) -> bool:
        """Whether the measure may be a unit of goods (3吨, 80片): then it is a quantity until its name is known."""
        return size.word in self.index.units.counts and self.text.endswith(size.word, 0, size.end)

    def _money(self, pos: int) -> Token | None:
        end = self.money.get(pos)
        return Token(Kind.MONEY, pos, end, self.text[pos:end]) if end else None

    def _sized(self, pos: int) -> Token | None:
        """A measure, or a size as a product writes it."""
        if self._inside_word(pos):
            return None
        size = measure_at(self.text, pos)
        if size and not self.text[pos].isascii() and self._head_goes_on(pos, size.end):
            size = None
        counted = size if size and self._sold_by(size) else None
        if size and (counted or self._name_inside(pos, size.end)):
            size = None
        k = self.view.at[pos]
        if k >= 0 and self.view.opens[k]:
            for name in self.index.literals.matches(self.view.text, k):
                last = k + len(name) - 1
                end = self.view.ends[last]
                if counted and counted.end == end:
                    continue
                if self.view.closes[last] and not name.isdigit() and (size is None or end >= size.end):
                    if name.isascii() and name.isalpha() and self.text[end : end + 1] in ("码", "号"):
                        end += 1
                    key = size.key if size and size.end == end else name
                    figure = size.figure if size and size.end == end else None
                    return Token(
                        Kind.SIZE, pos, end, self.text[pos:end], name=name, size=Size(key, figure, end)
                    )
        return Token(Kind.SIZE, pos, size.end, self.text[pos : size.end], size=size) if size else None

    def _quantity(self, pos: int) -> Token | None:
        if self._inside_word(pos):
            return None
        quantity = self._one(pos) or read_quantity(self.text, pos, self._is_unit) or self._endless(pos)
        if (
            quantity
            and self.text[quantity.end - 1] == "半"
            and self._name_inside(quantity.end - 1, quantity.end, at=quantity.end - 1)
        ):
            quantity = read_quantity(self.text[: quantity.end - 1], pos, self._is_unit)  # 4桶 半合成机油
        if quantity and len(quantity.parts) > 1 and self.text[pos - 1 : pos] == "*":
            end = pos + len(self.text[pos:].split(maxsplit=1)[0])
            quantity = read_quantity(self.text[:end], pos, self._is_unit)  # the count in "200ml*24瓶 4箱"
        if quantity and not self.text[pos].isascii() and self._head_goes_on(pos, quantity.end):
            return None  # 千斤顶
        quantity = self._with_far_unit(quantity) if quantity else None
        if quantity is None or _LONG_NUMBER.match(self.text, pos):
            return None
        if quantity.parts[0].unit is None and self._part_of_word(quantity):
            return None
        if quantity.parts[0].unit is None and _SIZED.search(self.text, max(0, pos - 6), pos):
            size = Size("figure:", quantity.parts[0].value, quantity.end)
            return Token(Kind.SIZE, pos, quantity.end, self.text[pos : quantity.end], size=size)
        if self._is_price(quantity):
            return Token(Kind.MONEY, pos, quantity.end + 1, self.text[pos : quantity.end + 1])
        if quantity.parts[0].unit is None and _NUMBERED.search(self.text, max(0, pos - 16), pos):
            return Token(Kind.MONEY, pos, quantity.end, self.text[pos : quantity.end])  # "at 6", "room 12"
        return Token(Kind.QUANTITY, pos, quantity.end, self.text[pos : quantity.end], quantity=quantity)

    def _is_price(self, quantity: Quantity) -> bool:
        """As in "480一吨": a bare figure before one of a unit."""
        one = self.text[quantity.end : quantity.end + 1]
        return (
            quantity.parts[0].unit is None
            and quantity.parts[0].value >= _CHEAPEST
            and one in ("一", "每")
            and self._is_unit(self.text, quantity.end + 1) is not None
        )

    def _head_goes_on(self, pos: int, end: int) -> bool:
        """Whether a head noun of names begins with this numeral and goes on beyond the quantity."""
        run = self.text[pos : end + 3]
        return any(
            is_han(run[n - 1]) and self.index.names.has_ending(run[:n])
            for n in range(end - pos + 1, len(run) + 1)
        )

    def _endless(self, pos: int) -> Quantity | None:
        digits = _ENDLESS.match(self.text, pos)
        unit = self._is_unit(self.text, digits.end()) if digits else None
        return Quantity((Part(ENDLESS, unit[0]),), pos, unit[1]) if unit else None

    def _with_far_unit(self, quantity: Quantity) -> Quantity:
        """As in "2 more cases": the unit after a word of more or less."""
        between = _BETWEEN.match(self.text, quantity.end)
        if between is None or quantity.parts[0].unit is not None:
            return quantity
        unit = self._is_unit(self.text, between.end())
        return (
            quantity._replace(parts=(Part(quantity.parts[0].value, unit[0]),), end=unit[1])
            if unit
            else quantity
        )

    def _one(self, pos: int) -> Quantity | None:
        """As in "a case", "another case and a half"."""
        article = _ONE.match(self.text, pos)
        unit = self._is_unit(self.text, article.end()) if article else None
        if unit is None:
            return None
        half = _AND_A_HALF.match(self.text, unit[1])
        return Quantity(
            (Part(Decimal("1.5") if half else Decimal(1), unit[0]),), pos, half.end() if half else unit[1]
        )

    def _part_of_word(self, quantity: Quantity) -> bool:
        """A numeral without a unit that is only a part of a longer word: 三星, 一起, 4s, half-."""
        end = quantity.end
        after = self.text[end : end + 1]
        if self.text[end - 1].isascii():
            return after.isascii() and after.isalnum()
        if not after or not is_han(after):
            return False
        return self._name(end) is None and word_at(self.text, end) is None

    def _word(self, pos: int) -> Token | None:
        if self._inside_word(pos):
            return None
        found = word_at(self.text, pos)
        if found is None:
            return None
        if day := next((at for at in range(pos + 1, found[1]) if at in self.dates), None):
            found = word_at(self.text[:day], pos) or found  # 改 of "改下周一"
        return Token(Kind.WORD, pos, found[1], self.text[pos : found[1]], role=found[0])

    def _unit(self, pos: int) -> Token | None:
        found = None if self._inside_word(pos) else self._is_unit(self.text, pos)
        if (
            found
            and found[0].isascii()
            and found[0] not in self.index.units.real
            and stem(found[0]) in self.index.words
        ):
            return None
        if found and self._begins_word(pos, found[1]):
            return None
        return Token(Kind.UNIT, pos, found[1], found[0]) if found else None

    def _begins_word(self, pos: int, end: int) -> bool:
        """Whether a unit's character begins a word of a name: 双 in 双杆."""
        after = self.text[end : end + 1]
        return (
            end == pos + 1
            and after not in ("", "装")
            and is_han(after)
            and self.text[pos : end + 1] in self.index.grams
        )

    def _leftover(self, pos: int) -> Token:
        match = _CODED.match(self.text, pos)
        match = match if match and match[0] in self.index.codes else _LATIN.match(self.text, pos)
        if match:
            return Token(Kind.LATIN, pos, match.end(), match[0])
        kind = Kind.HAN if self.text[pos].isalnum() else Kind.BREAK
        return Token(kind, pos, pos + 1, self.text[pos])

    def _is_unit(self, text: str, pos: int) -> tuple[str, int] | None:
        """A unit word here, unless a longer name begins with it (20双面胶)."""
        found = self.index.units.word_at(text, pos)
        if _BIG_PACK.match(text, pos) and (better := self.index.units.word_at(text, pos + 1)):
            found = better if len(better[0]) > 1 or text[pos] != "个" else found
        if found is None or self._name_inside(pos, found[1], at=pos):
            return None
        return found

    def _name_inside(self, start: int, end: int, at: int | None = None) -> bool:
        """Whether a catalogue name begins inside start..end (at `at` only, if given) and goes on beyond it."""
        for pos in (at,) if at is not None else range(start + 1, end):
            k = self.view.at[pos] if pos < len(self.view.at) else -1
            if k >= 0 and self.view.opens[k]:
                for name in self.index.names.matches(self.view.text, k):
                    last = k + len(name) - 1
                    if self.view.ends[last] > end and self.view.closes[last]:
                        return True
        return False

    def _latin_start(self, pos: int) -> bool:
        return self.text[pos].isascii() and not self._inside_word(pos)

    def _inside_word(self, pos: int) -> bool:
        if pos == self.size_end:
            return False
        before = self.text[pos - 1 : pos]
        if before == "x" and self.text[pos].isdigit() and not self.text[pos - 2 : pos - 1].isalnum():
            return False
        return self.text[pos].isascii() and before.isascii() and before.isalnum()

    def _closes(self, end: int) -> bool:
        after = self.text[end : end + 1]
        return not (after.isascii() and after.isalnum())
