"""The methods of the Bot API the fake answers, each with the checks and refusals of the real one.

Facts: core.telegram.org/bots/api; wording of refusals after tdlib/telegram-bot-api, Client.cpp.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.channels.telegram.limits import ApiError, bad_request, checked_keyboard, checked_text
from tests.channels.telegram.people import Chat, Message

if TYPE_CHECKING:
    from tests.channels.telegram.fake import FakeTelegram

Params = Mapping[str, Any]
Method = Callable[["FakeTelegram", Params], Any]

METHODS: dict[str, Method] = {}
DEFAULT_UPDATES = ("message", "edited_message", "channel_post", "callback_query", "my_chat_member", "poll", "inline_query")  # fmt: skip
_MAX_POLL = 50.0
_PRESS_ANSWERABLE = 15.0


@dataclass
class Webhook:
    """Where updates go."""

    url: str
    secret: str | None
    set_at: float = field(default_factory=time.time)


def method(function: Method) -> Method:
    METHODS[function.__name__.lower()] = function
    return function


@method
def getMe(telegram: "FakeTelegram", params: Params) -> Any:
    return telegram.me


@method
def setWebhook(telegram: "FakeTelegram", params: Params) -> Any:
    url = str(params.get("url", ""))
    if not url:
        return deleteWebhook(telegram, params)
    where = urlsplit(url)
    if where.scheme != "https" and where.hostname != "127.0.0.1":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = params.get("secret_token")
    if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", str(secret)):
        raise bad_request("secret token contains unallowed characters")
    _allow(telegram, params)
    telegram.webhook = Webhook(url, None if secret is None else str(secret))
    telegram.changed.notify_all()
    return True


@method
def deleteWebhook(telegram: "FakeTelegram", params: Params) -> Any:
    telegram.webhook = None
    if params.get("drop_pending_updates") in (True, "true", "True"):
        telegram.pending.clear()
    telegram.changed.notify_all()
    return True


@method
def getWebhookInfo(telegram: "FakeTelegram", params: Params) -> Any:
    return {
        "url": telegram.webhook.url if telegram.webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(telegram.pending),
        "allowed_updates": list(telegram.allowed_updates),
    }


@method
def getUpdates(telegram: "FakeTelegram", params: Params) -> Any:
    if telegram.webhook:
        raise ApiError(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")  # fmt: skip
    telegram.poller += 1
    telegram.changed.notify_all()
    mine = telegram.poller
    _allow(telegram, params)
    offset = int(params.get("offset") or 0)
    if offset > 0:
        telegram.pending[:] = [each for each in telegram.pending if each.update["update_id"] >= offset]
    elif offset < 0:
        del telegram.pending[:offset]
    limit = min(max(int(params.get("limit") or 100), 1), 100)
    telegram.changed.wait_for(
        lambda: telegram.pending or telegram.poller != mine or telegram.webhook or telegram.closing,
        min(float(params.get("timeout") or 0), _MAX_POLL),
    )
    if telegram.poller != mine:
        raise ApiError(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")  # fmt: skip
    if telegram.webhook:
        raise ApiError(409, "Conflict: terminated by setWebhook request")
    return [each.update for each in telegram.pending[:limit]]


def _allow(telegram: "FakeTelegram", params: Params) -> None:
    if "allowed_updates" in params:  # left out, the last list stays
        telegram.allowed_updates = tuple(params["allowed_updates"]) or DEFAULT_UPDATES


@method
def setMyCommands(telegram: "FakeTelegram", params: Params) -> Any:
    language = str(params.get("language_code") or "")
    if language and not re.fullmatch("[a-z]{2}", language):
        raise bad_request("invalid language code specified")
    commands = params.get("commands") or []
    for each in commands:
        if not re.fullmatch("[a-z0-9_]{1,32}", each["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(each["description"]) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    telegram.commands[language] = {each["command"]: each["description"] for each in commands}
    return True


@method
def sendMessage(telegram: "FakeTelegram", params: Params) -> Any:
    chat = _writable(telegram, params)
    text = checked_text(str(params.get("text", "")), str(params.get("parse_mode", "")))
    return _deliver(telegram, chat, params, Message(telegram.next_number(), chat.id, text))


@method
def sendPhoto(telegram: "FakeTelegram", params: Params) -> Any:
    content, _ = _file(telegram, params, "photo")
    if not content.startswith((b"\x89PNG", b"\xff\xd8\xff")):
        raise bad_request("IMAGE_PROCESS_FAILED")
    if len(content) > 10_000_000:
        raise bad_request("file is too big")
    chat = _writable(telegram, params)
    return _deliver(
        telegram, chat, params, Message(telegram.next_number(), chat.id, _caption(params), photo=content)
    )


@method
def sendDocument(telegram: "FakeTelegram", params: Params) -> Any:
    content, name = _file(telegram, params, "document")
    if len(content) > 50_000_000:
        raise bad_request("file is too big")
    chat = _writable(telegram, params)
    message = Message(telegram.next_number(), chat.id, _caption(params), document=content, file_name=name)
    return _deliver(telegram, chat, params, message)


@method
def sendChatAction(telegram: "FakeTelegram", params: Params) -> Any:
    _writable(telegram, params)
    return True


@method
def editMessageText(telegram: "FakeTelegram", params: Params) -> Any:
    message = _own(telegram, params)
    if message.photo or message.document:
        raise bad_request("there is no text in the message to edit")
    text = checked_text(str(params.get("text", "")), str(params.get("parse_mode", "")))
    return _edit(telegram, message, text, checked_keyboard(params.get("reply_markup")))


@method
def editMessageCaption(telegram: "FakeTelegram", params: Params) -> Any:
    message = _own(telegram, params)
    if not (message.photo or message.document):
        raise bad_request("there is no caption in the message to edit")
    return _edit(telegram, message, _caption(params), checked_keyboard(params.get("reply_markup")))


@method
def editMessageReplyMarkup(telegram: "FakeTelegram", params: Params) -> Any:
    message = _own(telegram, params)
    return _edit(telegram, message, message.text, checked_keyboard(params.get("reply_markup")))


@method
def answerCallbackQuery(telegram: "FakeTelegram", params: Params) -> Any:
    if len(str(params.get("text") or "")) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    press = telegram.press(str(params.get("callback_query_id", "")))
    if press is None or press.answered or time.monotonic() - press.at > _PRESS_ANSWERABLE:
        raise ApiError(
            400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
        )
    press.answered, press.answer = True, str(params.get("text") or "")
    telegram.changed.notify_all()
    return True


@method
def getFile(telegram: "FakeTelegram", params: Params) -> Any:
    file_id = str(params.get("file_id", ""))
    if file_id not in telegram.files:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    content = telegram.files[file_id]
    if len(content) > 20 << 20:
        raise bad_request("file is too big")
    unique = telegram.unique_of(content)
    return {
        "file_id": file_id,
        "file_unique_id": unique,
        "file_size": len(content),
        "file_path": f"files/{file_id}",
    }


def _writable(telegram: "FakeTelegram", params: Params) -> Chat:
    try:
        chat = telegram.chats[int(params.get("chat_id", 0))]
    except (KeyError, ValueError) as error:
        raise ApiError(400, "Bad Request: chat not found") from error
    if chat.moved_to:
        raise ApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.moved_to)  # fmt: skip
    if not chat.writable:
        raise ApiError(403, f"Forbidden: {chat.refusal}")
    return chat


def _caption(params: Params) -> str:
    return checked_text(str(params.get("caption", "")), str(params.get("parse_mode", "")), caption=True)


def _file(telegram: "FakeTelegram", params: Params, name: str) -> tuple[bytes, str]:
    """An uploaded file, or one Telegram has already."""
    given = params.get(name)
    if isinstance(given, tuple):
        return given
    if given in telegram.files:
        return telegram.files[given], ""
    raise bad_request(f"there is no {name} in the request")


def _deliver(telegram: "FakeTelegram", chat: Chat, params: Params, message: Message) -> Any:
    message.keyboard = checked_keyboard(params.get("reply_markup"))
    telegram.rates.check(chat.id)
    chat.inbox.append(message)
    telegram.changed.notify_all()
    return telegram.as_json(message)


def _own(telegram: "FakeTelegram", params: Params) -> Message:
    chat = _writable(telegram, params)
    for message in chat.inbox:
        if message.id == int(params.get("message_id", 0)):
            return message
    raise bad_request("message to edit not found")


def _edit(telegram: "FakeTelegram", message: Message, text: str, keyboard: list[list[dict[str, str]]]) -> Any:
    if (message.text, message.keyboard) == (text, keyboard):
        raise ApiError(400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")  # fmt: skip
    telegram.rates.check(message.chat)
    message.text, message.keyboard, message.edits = text, keyboard, message.edits + 1
    telegram.changed.notify_all()
    return telegram.as_json(message)
