"""Bringing a file people sent from WeChat, which keeps it for three days. Facts: developers.weixin.qq.com, media/get."""

from bot.channels.wechat.api import Api, ApiError, LostError, NotSentError
from bot.media.fetch import Fetch, GoneError, LaterError, TooLargeError

_TOO_LARGE = 40006
_BUSY = (-1, 45009, 45011)
"""The system is busy, or a limit of calls is reached: asking again later may help."""


def fetcher(api: Api) -> Fetch:
    """The bytes of a media id."""

    async def fetch(ref: str) -> bytes:
        try:
            return await api.download(ref)
        except ApiError as error:
            if error.code == _TOO_LARGE:
                raise TooLargeError(ref) from error
            if error.code in _BUSY:
                raise LaterError(str(error)) from error
            raise GoneError(ref) from error
        except (NotSentError, LostError) as error:
            raise LaterError(str(error)) from error

    return fetch
