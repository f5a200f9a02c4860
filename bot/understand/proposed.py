"""What a language model makes of a message nobody understood: checked against the catalogue and the message, and only proposed."""

from collections.abc import Collection, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.understand.index import Index
from bot.understand.items import measured
from bot.understand.normalise import normalise
from bot.understand.numerals import read_quantity
from bot.understand.resolve import Found
from bot.understand.types import Item, Tier

MOST_LINES = 20
MOST_OFFERED = 60
"""Products a question to the model may name."""


def shortlist(text: str, index: Index, assortment: Collection[str] | None) -> tuple[str, ...]:
    """The products nearest to a text by the letters they share, best first."""
    plain = normalise(text).text
    said = {plain[at : at + 2] for at in range(len(plain) - 1)} | set(plain)
    ranked = []
    for sku, entry in index.entries.items():
        if assortment is not None and sku not in assortment:
            continue
        product = entry.product
        name = normalise(f"{sku} {product.name_zh} {product.name_en} {product.size}").text
        pairs = {name[at : at + 2] for at in range(len(name) - 1)}
        ranked.append((-2 * len(pairs & said) - len(set(name) & said), sku))
    ranked.sort()
    return tuple(sku for _, sku in ranked[:MOST_OFFERED])


def checked(
    answer: Any, text: str, index: Index, assortment: Collection[str] | None = None
) -> tuple[Item, ...]:
    """The lines of an answer that stand: a product that may be ordered, named and counted by words of the message.

    Whatever else the answer holds is passed over.
    """
    lines = answer.get("lines") if isinstance(answer, dict) else None
    if not isinstance(lines, list):
        return ()
    found = [_line(each, text, index, assortment) for each in lines[:MOST_LINES]]
    items = [item for item in found if item is not None]
    return tuple({item.candidates[0]: item for item in items}.values())


def _line(line: Any, text: str, index: Index, assortment: Collection[str] | None) -> Item | None:
    if not isinstance(line, dict):
        return None
    sku, words, counted = (line.get(key) for key in ("sku", "words", "quantity_words"))
    if not (isinstance(sku, str) and isinstance(words, str) and isinstance(counted, str)):
        return None
    if sku not in index.entries or (assortment is not None and sku not in assortment):
        return None
    plain = normalise(text).text
    if not all(_stands(part, plain) for part in (words, counted)):
        return None
    amount = normalise(counted).text.strip()
    quantity = read_quantity(amount, 0, index.units.word_at)
    if quantity is None or quantity.approximate or quantity.end != len(amount):
        return None
    if quantity.parts[0].value != _number(line.get("quantity")):
        return None
    item = measured(words, Found((sku,), Tier.SPELLING), quantity, index)
    return item if item.problem is None else None


def _stands(part: str, plain: str) -> bool:
    said = normalise(part).text.strip()
    return bool(said) and said in plain


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value)) if isinstance(value, int | float | str) else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def as_list(items: Sequence[Item]) -> str:
    """The lines as a list that the grammar reads."""
    return "\n".join(["sku\tqty\tunit", *(f"{i.candidates[0]}\t{i.qty}\t{i.unit or ''}" for i in items)])
