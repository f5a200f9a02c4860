"""One folder per conversation, named for its noun. Its flow.py declares FLOW; texts.<locale>.yaml hold its words."""

import importlib
from functools import cache
from pathlib import Path

from bot.dialog.api import Flow


@cache
def all_flows() -> tuple[Flow, ...]:
    """Every folder's flow, found by itself: a new folder needs no registration."""
    folders = sorted(path.parent.name for path in Path(__file__).parent.glob("*/flow.py"))
    return tuple(importlib.import_module(f"bot.flows.{name}.flow").FLOW for name in folders)
