"""One message to its moves: the only entrance. Pure: nothing is read but the text, the context and the index."""

from bot.understand.context import Context
from bot.understand.index import Index
from bot.understand.intents import forbidden
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
    return read(reading)
