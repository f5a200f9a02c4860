"""「提醒设置」: topics on and off, quiet hours; and the buttons of alerts that belong to no other flow."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.dialog.api import Flow, Says, Turn, choice, say
from bot.dialog.messages import Say
from bot.understand.normalise import normalise
from core.people.policy import may
from notifications.attention import see_alert
from notifications.preferences import TOPICS, Preference, preference_of, set_quiet, toggle_topic

_NEEDS = {
    "stock": ("stock.plan",),
    "contracts": ("contracts.read",),
    "account": ("account.read",),
    "rebates": ("account.read",),
    "claims": ("claims.approve", "claims.submit"),
}
"""Topics only those hear of who may do one of these."""
NIGHT = (22 * 60, 8 * 60)


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))
    return words


def short(turn: Turn) -> Says | None:
    """Short requests that are whole messages."""
    text = normalise(turn.inbound.text).text.strip(" 。.!！?？")
    words = _words()
    if any(re.fullmatch(pattern, text) for pattern in words["settings"]):
        return (_shown(turn, preference_of(turn.session, turn.actor.subject)),)
    if any(re.fullmatch(pattern, text) for pattern in words["loud"]):
        return _quiet(turn, None)
    for pattern in words["topic"]:
        if match := re.fullmatch(pattern, text):
            topic = words["topics"].get(match["topic"]) or words["topics"][match["topic"].removesuffix("s")]
            return _switched(turn, topic, on=bool(re.match(words["turn_on"], text)))
    for pattern in words["quiet"]:
        if match := re.fullmatch(pattern, text):
            return _hours(turn, match["from"], match["to"], evening=bool(re.search(words["evening"], text)))
    return None


def toggle(turn: Turn, topic: str) -> Says:
    """One topic off, or on again."""
    if topic not in _topics(turn):
        return (_shown(turn, preference_of(turn.session, turn.actor.subject)),)
    return (_shown(turn, toggle_topic(turn.session, turn.actor, topic)),)


def _switched(turn: Turn, topic: str, *, on: bool) -> Says:
    wish = preference_of(turn.session, turn.actor.subject)
    return toggle(turn, topic) if (topic in wish.muted) == on else (_shown(turn, wish),)


def quiet(turn: Turn, arg: str) -> Says:
    """The night, or no quiet hours."""
    return _quiet(turn, NIGHT if arg == "night" else None)


def seen(turn: Turn, arg: str) -> Says:
    """Somebody has seen an alert: nobody else need be asked."""
    new = see_alert(turn.session, turn.actor, int(arg))
    return (say("reminders.seen" if new else "reminders.seen_before"),)


def _hours(turn: Turn, start: str, end: str, *, evening: bool) -> Says:
    first, last = _minutes(start), _minutes(end)
    if evening and first is not None and first < 12 * 60:
        first += 12 * 60
    if first is None or last is None or first == last:
        return (say("reminders.bad_hours"),)
    return _quiet(turn, (first, last))


def _minutes(text: str) -> int | None:
    hour, _, minute = text.replace("：", ":").partition(":")
    minutes = int(hour) * 60 + int(minute or 0)
    return minutes % 1440 if minutes <= 1440 and int(minute or 0) < 60 else None


def _quiet(turn: Turn, hours: tuple[int, int] | None) -> Says:
    return (_shown(turn, set_quiet(turn.session, turn.actor, hours)),)


def _topics(turn: Turn) -> tuple[str, ...]:
    side = "staff" if turn.actor.side == "staff" else "dealer"
    return tuple(
        topic
        for topic in TOPICS[side]
        if topic not in _NEEDS or any(may(turn.actor, action) for action in _NEEDS[topic])
    )


def _shown(turn: Turn, wish: Preference) -> Say:
    lines = tuple(
        say("reminders.off" if topic in wish.muted else "reminders.on", topic=say(f"reminders.topic.{topic}"))
        for topic in _topics(turn)
    )
    hours = say("reminders.no_quiet")
    if wish.quiet is not None:
        start, end = (f"{minutes // 60}:{minutes % 60:02}" for minutes in wish.quiet)
        hours = say("reminders.quiet", start=start, end=end)
    switches = tuple(
        choice(
            "reminders.turn_on" if topic in wish.muted else "reminders.turn_off", "alert-topic", topic,
            topic=say(f"reminders.topic.{topic}"),
        )
        for topic in _topics(turn)
    )  # fmt: skip
    night = choice("reminders.night" if wish.quiet is None else "reminders.loud", "alert-quiet",
                   "night" if wish.quiet is None else "off")  # fmt: skip
    return Say(key="reminders.settings", lines=(*lines, hours), choices=(*switches, night))


FLOW = Flow(
    name="reminders",
    side="both",
    choices={
        "alert-topic": toggle,
        "alert-quiet": quiet,
        "alert-seen": seen,
    },
    text=short,
)
