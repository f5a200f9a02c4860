"""Which flow handles what. Checked when the program starts: nothing a person can say or press may lead nowhere."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import get_args

import core
from bot.dialog.api import ChoiceHandler, Flow, KindHandler, MoveHandler, TextHandler
from bot.dialog.messages import Kind
from bot.dialog.texts import Texts, all_texts
from bot.flows import all_flows
from bot.understand.types import (
    Answer,
    Ask,
    Move,
    No,
    Stop,
    Topic,
    Yes,
)
from core.kit.errors import DealerError

REPAIRED = (Yes, No, Stop)  # the engine's own, for every flow alike


class FlowsError(ValueError):
    """The flows do not fit together; every fault is listed."""


@dataclass(frozen=True, slots=True)
class Routes:
    """The handlers of one side, dealers or staff."""

    moves: Mapping[type, MoveHandler] = field(default_factory=dict)
    topics: Mapping[str, MoveHandler] = field(default_factory=dict)
    choices: Mapping[str, ChoiceHandler] = field(default_factory=dict)
    kinds: Mapping[Kind, tuple[KindHandler, ...]] = field(default_factory=dict)
    texts: tuple[TextHandler, ...] = ()
    held: tuple[TextHandler, ...] = ()


@cache
def routes(side: str) -> Routes:
    """The handlers of a side, checked. Raises FlowsError."""
    flows = [flow for flow in all_flows() if flow.side in (side, "both")]
    faults = [*_clashes(flows), *(_gaps(flows) if side == "dealer" else ())]
    if faults:
        raise FlowsError("; ".join(faults))
    return Routes(
        moves={kind: handler for flow in flows for kind, handler in flow.moves.items()},
        topics={topic: handler for flow in flows for topic, handler in flow.topics.items()},
        choices={action: handler for flow in flows for action, handler in flow.choices.items()},
        kinds={kind: tuple(flow.kinds[kind] for flow in flows if kind in flow.kinds) for kind in Kind},
        texts=tuple(flow.text for flow in flows if flow.text),
        held=tuple(flow.held for flow in flows if flow.held),
    )


def check_dialogue() -> None:
    """Refuse to start on a move nobody handles, a text missing in a language, or a refusal without words.

    Raises FlowsError or TextsError.
    """
    for side in ("dealer", "staff"):
        routes(side)
    missing = list(wordless(all_texts()))
    if missing:
        raise FlowsError("; ".join(missing))


def wordless(texts: Texts) -> Iterator[str]:
    """Refusals a chat may bring that have no text; those of the commands have their words beside them."""
    for module in pkgutil.walk_packages(core.__path__, "core."):
        if module.name.endswith("errors"):
            importlib.import_module(module.name)
    errors = [error for error in _below(DealerError) if not error.__module__.startswith("bot.commands")]
    for code in sorted({error.code for error in errors}):
        if not texts.has(code):
            yield f"refusal {code} has no text"


def _below(kind: type[DealerError]) -> Iterator[type[DealerError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _below(child)


def _clashes(flows: Iterable[Flow]) -> Iterator[str]:
    seen: dict[tuple[str, object], str] = {}
    for flow in flows:
        for sort in ("moves", "topics", "choices"):
            for handled in getattr(flow, sort):
                if (sort, handled) in seen:
                    yield f"{sort}: {handled} is handled by {seen[sort, handled]} and {flow.name}"
                seen[sort, handled] = flow.name


def _gaps(flows: Iterable[Flow]) -> Iterator[str]:
    handled = {kind for flow in flows for kind in flow.moves} | {*REPAIRED, Ask, Answer}
    for kind in get_args(Move):
        if kind not in handled:
            yield f"nobody handles {kind.__name__}"
    topics = {topic for flow in flows for topic in flow.topics}
    for topic in Topic:
        if topic not in topics:
            yield f"nobody answers about {topic}"
