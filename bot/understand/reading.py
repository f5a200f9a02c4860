"""All that is read from one message, each part worked out once, for the readers of moves."""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

from bot.understand.assemble import Pair, pair_up
from bot.understand.context import Context
from bot.understand.dates import Prefer, When, scan_dates
from bot.understand.index import Index
from bot.understand.intents import scores
from bot.understand.items import items_of
from bot.understand.lexicon import Role
from bot.understand.mentions import Element, Mention, gather
from bot.understand.normalise import Normal
from bot.understand.numbers import settle_numbers
from bot.understand.phrases import part
from bot.understand.regroup import regroup
from bot.understand.scan import Scan
from bot.understand.tokens import Kind, Token
from bot.understand.types import Intent, Item, Span

_NAMED = "□"  # stands for names of goods, which say nothing of what is wanted (垃圾袋, 保险杠)


@dataclass
class Reading:
    """A message with its context and the index it is read against."""

    normal: Normal
    context: Context
    index: Index

    @cached_property
    def text(self) -> str:
        return self.normal.text.strip()

    @cached_property
    def note(self) -> tuple[str, int, int] | None:
        return part("note", self.normal.text)

    @cached_property
    def ship_to(self) -> tuple[str, int, int] | None:
        return part("ship_to", self.normal.text)

    @cached_property
    def goods_text(self) -> str:
        """The text without notes and addresses, same length."""
        text = self.normal.text
        for cut in (self.note, self.ship_to):
            if cut:
                text = text[: cut[1]] + "\n".ljust(cut[2] - cut[1]) + text[cut[2] :]
        return text

    @cached_property
    def scan(self) -> Scan:
        return Scan(self.goods_text, self.context, self.index)

    @cached_property
    def tokens(self) -> list[Token]:
        asking = any(self.scores.get(i, 0) >= 3 for i in (Intent.STOCK_QUERY, Intent.PRICE_QUERY))
        return settle_numbers(self.scan.tokens, self.index, asking=asking, talked=self.talked)

    @cached_property
    def elements(self) -> list[Element]:
        return regroup(gather(self.tokens, self.index), self.index)

    @cached_property
    def pairs(self) -> list[Pair]:
        return pair_up(self.elements)

    @cached_property
    def items(self) -> list[Item]:
        return items_of(self.pairs, self.normal, self.index, self.context.assortment, talked=self.talked)

    def items_in(self, start: int, end: int) -> list[Item]:
        """Items whose name begins at start..end of the normal text."""
        span = self.normal.span(start, end)
        ordered = self._items_in_order
        low = bisect_left(ordered, span.start, key=lambda i: i.spans[0].start)
        high = bisect_left(ordered, span.end, low, key=lambda i: i.spans[0].start)
        return ordered[low:high]

    @cached_property
    def _items_in_order(self) -> list[Item]:
        return sorted((i for i in self.items if i.spans), key=lambda i: i.spans[0].start)

    @cached_property
    def talked(self) -> tuple[str, ...]:
        """Products of the conversation, latest first."""
        drafted = (line.sku for line in reversed(self.context.draft))
        return tuple(dict.fromkeys((*self.context.last_skus[:8], *drafted)))[:12]

    @cached_property
    def loose_items(self) -> list[Item]:
        """Items for questions and returns, where a name counts whatever is said beside it."""
        return items_of(self.pairs, self.normal, self.index, self.context.assortment, loose=True)

    @cached_property
    def every_item(self) -> list[Item]:
        """Items of all mentions, the unwanted ones too."""
        pairs = [Pair(p.mention, p.amount) for p in self.pairs]
        return items_of(pairs, self.normal, self.index, self.context.assortment)

    @cached_property
    def scores(self) -> dict[Intent, float]:
        letters = list(self.normal.text)
        for token in self.scan.tokens:
            if token.kind is Kind.NAME and len(token.text) > 1:
                letters[token.start : token.end] = _NAMED * (token.end - token.start)
        return scores("".join(letters))

    def dates(self, prefer: Prefer) -> list[When]:
        """Days of the text outside names, the open ones ("三月八号") read towards the past or the future."""
        if prefer not in self._dates:
            self._dates[prefer] = self._dates_towards(prefer)
        return self._dates[prefer]

    @cached_property
    def _dates(self) -> dict[Prefer, list[When]]:
        return {}

    def _dates_towards(self, prefer: Prefer) -> list[When]:
        places = {t.start for t in self.tokens if t.when}
        if not places:
            return []
        return [w for w in scan_dates(self.goods_text, self.context.now, prefer) if w.start_at in places]

    @cached_property
    def refs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(t.name for t in self.tokens if t.kind is Kind.REF))

    @cached_property
    def known(self) -> list[Item]:
        """Items that mean goods of the catalogue."""
        return [i for i in self.items if i.candidates]

    @cached_property
    def lines(self) -> list[Item]:
        """Known goods with a quantity."""
        return [i for i in self.known if i.qty is not None]

    def has_word(self, *roles: Role) -> bool:
        return any(t.is_word(*roles) for t in self.tokens)

    def mentions(self) -> list[Mention]:
        return [e for e in self.elements if isinstance(e, Mention)]

    def span(self, mention: Mention) -> Span:
        return self.normal.span(mention.start, mention.end)

    def original(self, start: int, end: int) -> str:
        """What was sent at this place of the normal text."""
        span = self.normal.span(start, end)
        return self.normal.original[span.start : span.end].strip()
