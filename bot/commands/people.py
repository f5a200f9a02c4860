"""Inviting people: one-time links for a dealer's people or the brand's staff."""

import asyncio
import io
import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import segno
import structlog

from bot.channels.telegram.account import Account, close_bot, open_bot
from bot.channels.wechat.account import scene_link
from bot.channels.wechat.api import Api
from bot.commands import Answer, Place, loader, write
from bot.commands.errors import BadSpanError
from bot.commands.words import say
from core.db.session import Session
from core.dealers.queries import at_dealer
from core.people.invites import LIFETIME, Invite, issue_invite, issue_staff_invite

log = structlog.get_logger()

Links = dict[str, str | None]
"""What leads to an invite by channel: telegram, wechat, web."""

PATIENCE = 5
"""Seconds to wait for the bot's own name."""

_SPAN = re.compile(r"(\d+)\s*(m|h|d|w)")
_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
LONGEST = timedelta(days=90)


def invite(
    place: Place,
    *,
    role: str,
    dealer: str = "",
    name: str = "",
    phone: str = "",
    region: str = "",
    expires: str = "",
    qr: str = "",
    draw: bool = False,
) -> Answer:
    """A new invite with every link that leads to it; `dealer` "" invites to the brand's own staff.

    qr: a .png or .svg file to draw the best link to; draw: as text for a terminal.
    """
    span = span_of(expires) if expires else LIFETIME
    actor = loader(place)

    def issue(session: Session) -> Invite:
        if dealer:
            bound = at_dealer(session, dealer)
            return issue_invite(bound, actor, role=role, name=name, phone=phone, expires=span)
        return issue_staff_invite(
            session, actor, role=role, region=region or None, name=name, phone=phone, expires=span
        )

    made: Invite = write(place, issue)
    [found] = links_of(place, [made])
    code = segno.make(found["wechat"] or found["telegram"] or found["web"] or made.token)
    data = {
        "token": made.token,
        "expires_at": made.expires_at.isoformat(),
        "links": found,
        "qr": code.png_data_uri(scale=6, border=2),
    }
    lines = _told(place, made, dealer, found)
    if qr:
        try:
            code.save(qr, scale=8, border=4)
        except OSError as error:
            lines.append(say(place, "unwritable", name=qr, cause=error.strerror))
        else:
            data["qr"] = qr
            lines.append(qr)
    if draw:
        picture = io.StringIO()
        code.terminal(picture, compact=True)
        lines.append(picture.getvalue())
    return Answer(data, lines)


def _told(place: Place, made: Invite, dealer: str, found: Links) -> list[str]:
    until = made.expires_at.astimezone(place.settings.zone).strftime("%Y-%m-%d %H:%M")
    lines = [
        say(place, "invite.made", role=made.role, name=made.name or "-", dealer=dealer or "-"),
        *(f"{channel}: {link}" for channel, link in found.items() if link),
        say(place, "invite.token", token=made.token),
        say(place, "invite.until", until=until),
    ]
    if made.waits:
        lines.append(say(place, "invite.waits"))
    if made.replaced:
        lines.append(say(place, "invite.replaced"))
    return lines


def links_of(place: Place, made: Sequence[Invite]) -> list[Links]:
    """Where each invite's token can be used with one tap; None where that channel is not set up or not reached now."""
    settings = place.settings
    bot = _bot_name(place) if settings.telegram and made else None
    codes = _wechat_codes(place, made) if settings.wechat else [None] * len(made)
    base = settings.public_url.rstrip("/")
    return [
        {
            "telegram": f"https://t.me/{bot}?start={invite.token}" if bot else None,
            "wechat": code,
            "web": f"{base}/join/{invite.token}" if base else None,
        }
        for invite, code in zip(made, codes, strict=True)
    ]


def _wechat_codes(place: Place, made: Sequence[Invite]) -> list[str | None]:
    """What each QR code must hold for WeChat to bring its token; None from where WeChat cannot be reached."""
    settings, now = place.settings, place.clock()
    codes: list[str | None] = []

    async def ask() -> None:
        api = Api(
            url=settings.wechat_api_url,
            app_id=settings.wechat_app_id,
            secret=settings.wechat_app_secret,
            lane=place.lane,
            process=f"invite:{secrets.token_hex(4)}",
            clock=place.clock,
        )
        try:
            for invite in made:
                link = scene_link(api, invite.token, invite.expires_at, now)
                codes.append(await asyncio.wait_for(link, PATIENCE))
        finally:
            await api.close()

    try:
        asyncio.run(ask())
    except Exception as error:  # noqa: BLE001 - the invites are good without this link
        log.warning("wechat.unreachable", cause=type(error).__name__)
    return codes + [None] * (len(made) - len(codes))


def span_of(text: str) -> timedelta:
    """A time such as 7d, 12h or 30m. Raises BadSpanError for anything else, or longer than 90 days."""
    found = _SPAN.fullmatch(text.strip().lower())
    span = (
        timedelta(seconds=int(found[1]) * _SECONDS[found[2]]) if found and len(found[1]) < 8 else timedelta()
    )
    if not timedelta() < span <= LONGEST:
        raise BadSpanError(value=text)
    return span


def _bot_name(place: Place) -> str | None:
    """The bot's user name, asked of Telegram; None when it cannot be reached now."""
    settings = place.settings
    bot = open_bot(
        Account(
            token=settings.telegram_token,
            secret=settings.telegram_webhook_secret,
            api_url=settings.telegram_api_url,
            proxy=settings.outbound_proxy or None,
        )
    )

    async def ask() -> Any:
        try:
            return await asyncio.wait_for(bot.get_me(), PATIENCE)
        finally:
            await close_bot(bot)

    try:
        return str(asyncio.run(ask()).username)
    except Exception as error:  # noqa: BLE001 - the invite is good without this link
        log.warning("telegram.unreachable", cause=type(error).__name__)
        return None
