"""Calls of WeCom's API, which speaks as WeChat's does: HTTP 200, `errcode` in the body, one token for all processes."""

from typing import Final

from bot.channels.redact import hide
from bot.channels.wechat.api import Api, NotSentError, answer_of, ask

_TOKEN: Final = "/cgi-bin/gettoken"  # noqa: S105 - a path


class WeComApi(Api):
    """One app's calls: `app_id` is the corporation's id. Asked too often, gettoken is blocked, so the token is shared."""

    async def _fetch_token(self) -> tuple[str, float]:
        query = {"corpid": self._app_id, "corpsecret": self._secret}
        answer = answer_of(await ask(lambda: self._http.get(_TOKEN, params=query)))
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not isinstance(seconds, int):
            raise NotSentError("an answer without a token")
        hide(token)
        return token, seconds
