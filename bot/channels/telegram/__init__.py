"""Telegram, by the Bot API. python-telegram-bot is client and codec here, nothing more.

account: who we are and the line out · receive: update -> Inbound · intake: one update kept or parked ·
routes: webhook · poll: long polling · render: words -> calls · pace: limits · send: calls -> Telegram.
"""

import os

# The library is moving retry_after from seconds to timedelta and warns on every 429 until told that we are ready.
os.environ.setdefault("PTB_TIMEDELTA", "true")
