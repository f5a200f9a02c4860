"""The canary that watches every test sees what it is there for."""

import logging

import httpx2
import pytest
import structlog

from bot.channels.redact import hide
from core.kit.ids import token
from tests.watch import Watch
from tests.world import SECRET


@pytest.mark.parametrize(
    "line",
    [
        f"key {SECRET}",
        "call 13912345678 back",
        "POST /bot123456789:AAEhBP0av28ER3cZ0vF6aVrSsiMpJh-xYzQ/getMe",
    ],
)
def test_a_secret_or_a_number_on_a_planted_line_is_seen(watch: Watch, line: str) -> None:
    for name in ("bot.turn", "uvicorn.error", "asyncio"):
        logging.getLogger(name).debug(line)
    structlog.get_logger().warning("planted", line=line)
    assert len(watch.found) == 4
    watch.found.clear()


def test_a_token_drawn_is_seen_even_in_a_traceback(watch: Watch) -> None:
    drawn = token()
    try:
        raise ValueError(drawn)  # noqa: TRY301 - its traceback is what is looked at
    except ValueError:
        structlog.get_logger().exception("planted")
    assert len(watch.found) == 1
    watch.found.clear()


def test_what_a_channel_hides_is_masked_in_standard_logs(watch: Watch) -> None:
    hide("a-token-hidden-by-its-channel-0001")
    logging.getLogger("httpx").warning("GET https://a.example/bota-token-hidden-by-its-channel-0001/x")
    logging.getLogger("bot").error(
        "failed", exc_info=httpx2.ConnectError("a-token-hidden-by-its-channel-0001")
    )
    assert watch.found == []
