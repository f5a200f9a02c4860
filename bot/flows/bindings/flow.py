"""Binding another channel, where notices go, and taking chats back, by a dealer's people."""

from bot.dialog.api import Flow
from bot.dialog.binding import BINDING, chats_text

FLOW = Flow(name="bindings", choices=BINDING, text=chats_text)
