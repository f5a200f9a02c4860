"""Words as WeCom shows them: texts, and a card where there are buttons to press.

Limits: developer.work.weixin.qq.com, sending app messages (path 90236): text 2048 bytes; a card's title 36 and text 160
characters as they are shown, at most 6 buttons.
"""

from typing import Any, Final

from bot.channels.wechat.render import cut, text_of
from bot.dialog.messages import Button, Words

MAX_BUTTONS: Final = 6
_TITLE: Final = 36
_UNDER: Final = 160
_LABEL: Final = 10
_ELLIPSIS: Final = "…"


def pressable(words: Words) -> tuple[Button, ...]:
    """The buttons that go on a card; none when they are too many for one."""
    buttons = tuple(button for button in words.buttons if not button.url)
    return buttons if len(buttons) <= MAX_BUTTONS else ()


def texts_of(words: Words) -> list[str]:
    """The text messages; links stand under the words."""
    links = [f"{button.label}: {button.url}" for button in words.buttons if button.url]
    return cut("\n".join(filter(None, (text_of(words), *links))))


def fits_card(words: Words) -> bool:
    """Whether the card alone can say it all."""
    title, _, under = text_of(words).partition("\n")
    links = any(button.url for button in words.buttons)
    return len(title) <= _TITLE and len(under) <= _UNDER and not links


def card_of(words: Words, task_id: str) -> dict[str, Any]:
    """The card, with as much of the words as it takes."""
    title, _, under = text_of(words).partition("\n")
    card: dict[str, Any] = {
        "card_type": "button_interaction",
        "main_title": {"title": _short(title, _TITLE)},
        "task_id": task_id,
        "button_list": [
            {"text": _short(button.label, _LABEL), "style": 1 if not number else 2, "key": button.handle}
            for number, button in enumerate(pressable(words))
        ],
    }
    if under:
        card["sub_title_text"] = _short(under, _UNDER)
    return card


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + _ELLIPSIS
