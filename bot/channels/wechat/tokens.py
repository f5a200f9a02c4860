"""The access token: one for all processes, fetched by one of them at a time.

From `stable_token`, which gives the same token until shortly before its end; the older call would end the token of every
other process (developers.weixin.qq.com, getStableAccessToken). Never forced: that is limited to 20 a day.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.channels.wechat.models import wechat_tokens
from core.db.lane import Lane
from core.kit.clock import Clock

T = TypeVar("T")
Fetch = Callable[[], Awaitable[tuple[str, float]]]

LEASE: Final = timedelta(seconds=15)
_MARGIN: Final = timedelta(seconds=60)
_LOOK_AGAIN: Final = 0.05
_LOOKS: Final = 320  # longer than a lease in all

_row = select(wechat_tokens).where(wechat_tokens.c.account == bindparam("of"))
_first = {
    "sqlite": sqlite_insert(wechat_tokens).on_conflict_do_nothing(),
    "postgresql": postgresql_insert(wechat_tokens).on_conflict_do_nothing(),
}
_lease = (
    update(wechat_tokens)
    .where(
        wechat_tokens.c.account == bindparam("of"),
        wechat_tokens.c.token == bindparam("seen"),
        wechat_tokens.c.lease_until <= bindparam("now"),
    )
    .values(leased_by=bindparam("process"), lease_until=bindparam("until"))
    .returning(wechat_tokens.c.account)
)
_keep = (
    update(wechat_tokens)
    .where(wechat_tokens.c.account == bindparam("of"), wechat_tokens.c.leased_by == bindparam("process"))
    .values(
        token=bindparam("new_token"), expires_at=bindparam("ends"), leased_by="", lease_until=bindparam("now")
    )
)
_give_up = (
    update(wechat_tokens)
    .where(wechat_tokens.c.account == bindparam("of"), wechat_tokens.c.leased_by == bindparam("process"))
    .values(leased_by="", lease_until=bindparam("now"))
)


class NoTokenError(Exception):
    """Another process was fetching one and did not finish in time."""


class Tokens:
    """The token of one account. fetch: asks WeChat for (token, seconds it is good for), and raises what that raises."""

    def __init__(self, account: str, lane: Lane, fetch: Fetch, process: str, clock: Clock) -> None:
        self._account, self._lane, self._fetch = account, lane, fetch
        self._process, self._clock = process, clock
        self._one_at_a_time = asyncio.Lock()
        self._held: tuple[str, datetime] = ("", clock())

    async def get(self, *, instead_of: str = "") -> str:
        """A token that is good as far as we know; never the one just refused. Raises NoTokenError or as `fetch`."""
        async with self._one_at_a_time:
            token, ends = self._held
            if token in ("", instead_of) or ends <= self._clock():
                self._held = token, ends = await self._shared(instead_of)
            return token

    async def _shared(self, refused: str) -> tuple[str, datetime]:
        """The token all processes use, fetched by this one if none else is about to."""
        for _ in range(_LOOKS):
            found = await self._on_lane(lambda connection: self._look(connection, refused))
            if found is None:
                return await self._fetched()
            if found[0]:
                return found
            await asyncio.sleep(_LOOK_AGAIN)
        raise NoTokenError

    def _look(self, connection: Connection, refused: str) -> tuple[str, datetime] | None:
        """The token; ("", _) while another process fetches it; None when the lease to fetch is ours now."""
        now = self._clock()
        row = connection.execute(_row, {"of": self._account}).first()
        if row is None:
            first = {
                "account": self._account,
                "token": "",
                "expires_at": now,
                "leased_by": "",
                "lease_until": now,
            }
            connection.execute(_first[connection.dialect.name], first)
            row = connection.execute(_row, {"of": self._account}).one()
        if row.token not in ("", refused) and row.expires_at > now:
            return row.token, row.expires_at
        lease: dict[str, Any] = {"of": self._account, "seen": row.token, "process": self._process}
        ours = connection.execute(_lease, {**lease, "now": now, "until": now + LEASE}).first()
        return None if ours else ("", now)

    async def _fetched(self) -> tuple[str, datetime]:
        mine = {"of": self._account, "process": self._process}
        try:
            token, seconds = await self._fetch()
        except BaseException:
            await self._on_lane(
                lambda connection: connection.execute(_give_up, {**mine, "now": self._clock()})
            )
            raise
        now = self._clock()
        ends = now + timedelta(seconds=seconds) - _MARGIN
        kept = {**mine, "new_token": token, "ends": ends, "now": now}
        await self._on_lane(lambda connection: connection.execute(_keep, kept))
        return token, ends

    async def _on_lane(self, unit: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(self._lane.submit(unit))
