"""Our account at WeChat: its menu, and QR codes that carry an invite."""

import asyncio
import logging
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import yaml

from bot.channels.wechat.api import Api, ApiError, LostError, NotSentError
from bot.channels.wechat.render import draw_qr
from bot.settings import Settings
from core.db.lane import Lane
from core.kit.clock import Clock

LONGEST_QR: Final = timedelta(days=30)
_MENU: Final = Path(__file__).with_name("menu.zh-Hans.yaml")

_log = logging.getLogger(__name__)


def menu() -> dict[str, Any]:
    """The menu below the chat, as WeChat takes it: at most 3 buttons with 5 below each; a button says its words."""
    groups: dict[str, dict[str, str]] = yaml.safe_load(_MENU.read_text("utf-8"))
    return {
        "button": [
            {
                "name": name,
                "sub_button": [
                    {"type": "click", "name": label, "key": words} for label, words in below.items()
                ],
            }
            for name, below in groups.items()
        ]
    }


async def set_menu(api: Api, *, first_delay: float = 1.0) -> None:
    """Set the menu, trying again until it is done or refused. Run it in the background: nothing waits for it."""
    delay = first_delay
    while True:
        try:
            await api.call("menu/create", menu())
        except ApiError as error:
            # Not every account may have a menu, and all else works without.
            _log.warning("wechat: no menu: %s", error)
            return
        except (NotSentError, LostError) as error:
            _log.warning("wechat: no menu yet (%s), again in %.0f s", error, delay)
            await asyncio.sleep(delay)
            delay = min(delay * 2, 60.0)
        else:
            _log.info("wechat: the menu is set")
            return


def draw_scene(settings: Settings, lane: Lane, clock: Clock, ref: str) -> bytes:
    """A QR code that brings a token to whoever scans it in WeChat, as PNG. ref: when it ends (UTC), "~", the token.

    Blocks for a call; not on an event loop. Raises FileNotFoundError where WeChat does not make one.
    """
    until, _, token = ref.partition("~")

    async def ask() -> str:
        api = Api(
            url=settings.wechat_api_url,
            app_id=settings.wechat_app_id,
            secret=settings.wechat_app_secret,
            lane=lane,
            process=f"scene:{secrets.token_hex(4)}",
            clock=clock,
        )
        try:
            return await scene_link(api, token, datetime.fromisoformat(until).replace(tzinfo=UTC), clock())
        finally:
            await api.close()

    try:
        return draw_qr(asyncio.run(ask()))
    except (ApiError, NotSentError, LostError) as error:
        raise FileNotFoundError("no scene code") from error


async def scene_link(api: Api, token: str, expires_at: datetime, now: datetime) -> str:
    """The address whose QR code, scanned in WeChat, brings the token; good until the invite ends, 30 days at most.

    Raises ApiError, NotSentError or LostError.
    """
    seconds = int(min(expires_at - now, LONGEST_QR).total_seconds())
    asked = {
        "expire_seconds": max(seconds, 60),
        "action_name": "QR_STR_SCENE",
        "action_info": {"scene": {"scene_str": token}},
    }
    made = await api.call("qrcode/create", asked)
    return str(made["url"])
