"""Calls of WeChat's API. An error comes with HTTP 200 and an `errcode`; what came of a call that failed is said exactly."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import httpx2
import msgspec

from bot.channels.outbound import only_to
from bot.channels.redact import hide, redact
from bot.channels.wechat.tokens import NoTokenError, Tokens
from core.db.lane import Lane
from core.kit.clock import Clock

BAD_TOKEN: Final = (40001, 40014, 42001)
MAX_MEDIA: Final = 10_000_000  # bytes of a picture, the larger of the documented limits
_STABLE: Final = "/cgi-bin/stable_token"
# RuntimeError: the client was closed because this process is stopping.
_NOT_SENT: Final = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    RuntimeError,
)

Request = Callable[[str], Awaitable[httpx2.Response]]


class ApiError(Exception):
    """WeChat answered and refused. The message never holds a secret or a person's id."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(f"errcode {code} {redact(message)[:120]}".strip())
        self.code = code


class NotSentError(Exception):
    """WeChat surely did not take the call."""


class LostError(Exception):
    """The call went out and nobody saw its answer."""


class Api:
    """One account's calls. url: calls go to `{url}/cgi-bin/...`. answer_within: seconds until an answer is lost.

    account: whose token it is, where that is not the app id alone.
    """

    def __init__(
        self,
        *,
        url: str,
        app_id: str,
        secret: str,
        lane: Lane,
        process: str,
        clock: Clock,
        answer_within: float = 8.0,
        account: str = "",
    ) -> None:
        hide(secret)
        for chatty in ("httpx2", "httpcore2", "httpcore"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
        self.account = account or app_id
        self._app_id, self._secret = app_id, secret
        timeout = httpx2.Timeout(answer_within, connect=5.0)
        # Our own settings alone decide where calls go, never the environment of the process.
        self._http = httpx2.AsyncClient(
            base_url=url.rstrip("/"),
            timeout=timeout,
            trust_env=False,
            event_hooks=only_to(url, httpx2.ConnectError),
        )
        self._tokens = Tokens(self.account, lane, self._fetch_token, process, clock)

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def call(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """POST a JSON body to /cgi-bin/{path}. Raises ApiError, NotSentError or LostError."""
        content = msgspec.json.encode(body)  # UTF-8: WeChat shows \\u escapes as they stand

        async def post(token: str) -> httpx2.Response:
            return await self._http.post(f"/cgi-bin/{path}", params={"access_token": token}, content=content)

        return answer_of(await self._with_token(post))

    async def upload(self, content: bytes, name: str, mime: str, sort: str = "image") -> str:
        """Keep a picture (WeCom: also a file) at the platform for three days; its media id. Raises as `call`."""

        async def post(token: str) -> httpx2.Response:
            query = {"access_token": token, "type": sort}
            return await self._http.post(
                "/cgi-bin/media/upload", params=query, files={"media": (name, content, mime)}
            )

        return str(answer_of(await self._with_token(post))["media_id"])

    async def download(self, media_id: str, *, limit: int = MAX_MEDIA) -> bytes:
        """A file somebody sent, within three days of it. Raises as `call`, and ApiError 40006 when it is over the limit."""

        async def get(token: str) -> httpx2.Response:
            query = {"access_token": token, "media_id": media_id}
            request = self._http.build_request("GET", "/cgi-bin/media/get", params=query)
            answer = await self._http.send(request, stream=True)
            try:
                taken = bytearray()
                async for chunk in answer.aiter_bytes():
                    taken += chunk
                    if len(taken) > limit:
                        raise ApiError(40006, "too large")
            finally:
                await answer.aclose()
            kind = answer.headers.get("Content-Type", "")
            return httpx2.Response(answer.status_code, headers={"Content-Type": kind}, content=bytes(taken))

        answer = await self._with_token(get)
        if _is_json(answer):  # an error, or the address of a video, which is not fetched
            answer_of(answer)
            raise ApiError(40007, "no file")
        return answer.content

    async def _with_token(self, request: Request) -> httpx2.Response:
        """Ask with the token; refused for it, once more with the next one."""
        token = await self._token()
        answer = await ask(lambda: request(token))
        if _is_json(answer) and _code(answer) in BAD_TOKEN:
            token = await self._token(instead_of=token)
            answer = await ask(lambda: request(token))
        return answer

    async def _token(self, *, instead_of: str = "") -> str:
        try:
            return await self._tokens.get(instead_of=instead_of)
        except (NoTokenError, LostError) as error:
            raise NotSentError(f"no access token: {type(error).__name__}") from error

    async def _fetch_token(self) -> tuple[str, float]:
        body = {"grant_type": "client_credential", "appid": self._app_id, "secret": self._secret}
        answer = answer_of(await ask(lambda: self._http.post(_STABLE, json=body)))
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not isinstance(seconds, int):
            raise NotSentError("an answer without a token")
        hide(token)
        return token, seconds


async def ask(request: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
    """A call's answer. Raises ApiError, NotSentError or LostError."""
    try:
        answer = await request()
    except _NOT_SENT as error:
        raise NotSentError(type(error).__name__) from error
    except httpx2.HTTPError as error:
        raise LostError(type(error).__name__) from error
    if answer.status_code >= 500:
        raise NotSentError(f"HTTP {answer.status_code}")
    if answer.status_code >= 300:
        raise ApiError(-answer.status_code, "HTTP")
    return answer


def _is_json(answer: httpx2.Response) -> bool:
    kind = str(answer.headers.get("Content-Type", ""))
    return "json" in kind or kind.startswith("text/plain")


def _code(answer: httpx2.Response) -> int:
    try:
        found = answer.json()
    except ValueError:
        return 0
    return (
        found.get("errcode", 0) if isinstance(found, dict) and isinstance(found.get("errcode", 0), int) else 0
    )


def answer_of(answer: httpx2.Response) -> dict[str, Any]:
    """What it says. Raises ApiError for an errcode, LostError for what is no answer."""
    try:
        found = answer.json()
    except ValueError as error:
        raise LostError("an answer that is no JSON") from error
    if not isinstance(found, dict):
        raise LostError("an answer that is no JSON object")
    if _code(answer):
        raise ApiError(_code(answer), str(found.get("errmsg", "")))
    return found
