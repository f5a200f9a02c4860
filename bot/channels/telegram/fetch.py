"""Bringing a file people sent from the Bot API. Facts: core.telegram.org/bots/api#getfile (20 MB at most)."""

from typing import Final

import telegram
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.channels.redact import redact
from bot.media.fetch import MAX_BYTES, Fetch, GoneError, LaterError, TooLargeError

_GONE: Final = (BadRequest, Forbidden, InvalidToken)


def fetcher(bot: telegram.Bot) -> Fetch:
    """The bytes of a file id. The address Telegram gives holds the bot's token: it is neither kept nor logged."""

    async def fetch(ref: str) -> bytes:
        try:
            file = await bot.get_file(ref)
            if (file.file_size or 0) > MAX_BYTES:
                raise TooLargeError(ref)
            # As it stands: the library's own download writes the colon of the token as %3A.
            return await bot.request.retrieve(file.file_path or "")
        except _GONE as error:
            if "too big" in str(error).lower():
                raise TooLargeError(ref) from error
            raise GoneError(ref) from error
        except TelegramError as error:
            raise LaterError(redact(str(error))) from None

    return fetch
