"""One message to its moves: the only entrance. Pure: nothing is read but the text, the context and the index."""

from dataclasses import replace

from bot.understand.context import Context
from bot.understand.index import Index
from bot.understand.intents import forbidden
from bot.understand.nicknames import beside_names, orders_sizes, part_of_more
from bot.understand.normalise import normalise
from bot.understand.readers import read
from bot.understand.reading import Reading
from bot.understand.shape import unnumbered
from bot.understand.types import Intent, Social, Understanding

LIMIT = 10_000


def understand(text: str, context: Context, index: Index) -> Understanding:
    """What a message means to the one who sent it, as moves in the order to be taken; never raises on any text."""
    reading = Reading(normalise(unnumbered(text[:LIMIT])), context, index)
    if not reading.text:
        return Understanding(intent=None)
    if forbidden(reading.normal.text):
        return Understanding(intent=Intent.OUT_OF_SCOPE, moves=(Social(intent=Intent.OUT_OF_SCOPE),))
    return read(_with_nicknames(reading) if context.nicknames else reading)


def _with_nicknames(reading: Reading) -> Reading:
    """The message read with the dealer's own words where they stand by themselves, and only there."""
    reading = _without(reading, part_of_more(reading.scan.tokens, reading.context, reading.index))
    sizes = orders_sizes(reading.scan.tokens)
    if not sizes:
        return reading
    if beside_names(reading.scan.tokens):
        return _without(reading, frozenset(reading.context.nicknames))
    bare = _without(reading, sizes)
    return bare if bare.context.questions or len(bare.known) >= len(reading.known) else reading


def _without(reading: Reading, words: frozenset[str]) -> Reading:
    if not words:
        return reading
    rest = {word: sku for word, sku in reading.context.nicknames.items() if word not in words}
    return Reading(reading.normal, replace(reading.context, nicknames=rest), reading.index)
