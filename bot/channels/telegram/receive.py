"""An update of the Bot API -> Inbound. Facts: core.telegram.org/bots/api#update and the types below it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import telegram
from telegram.constants import ChatMemberStatus, ChatType, MessageEntityType

from bot.dialog.messages import Inbound, Kind, Media
from core.kit.clock import utc_now

CHANNEL: Final = "telegram"

_COMMAND: Final = re.compile(r"/([A-Za-z]\w{0,31})((?:\s.*)?)", re.ASCII | re.DOTALL)
_GROUPS: Final = (ChatType.GROUP, ChatType.SUPERGROUP)
_GONE: Final = (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)  # BANNED is "kicked": in private, blocked
# What the library raises on a payload that is no update; none of them is its own error.
_MALFORMED: Final = (
    LookupError,
    TypeError,
    AttributeError,
    ValueError,
    ArithmeticError,
    OSError,
    RecursionError,
)


class MalformedUpdateError(ValueError):
    """Not an update as the Bot API describes it."""


def parse(
    payload: Any, *, bot_id: str, bot_username: str = "", now: datetime | None = None
) -> Inbound | None:
    """The message in an update, or None when there is nobody to answer. Raises `MalformedUpdateError`.

    now: the time of a button press, which carries none; by default the present.
    """
    try:
        update = telegram.Update.de_json(payload, None)
        return _Reader(_integer(update.update_id), bot_id, bot_username, now or utc_now()).read(update)
    except _MALFORMED as error:
        raise MalformedUpdateError(f"{type(error).__name__}: {error}") from error


def _integer(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"not an integer: {value!r}")
    return value


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(f"not a text: {value!r}")
    return value.replace("\0", "")  # the one character PostgreSQL cannot keep


def _moment(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError(f"not a time: {value!r}")
    return value


class _Reader:
    """Reads one update; holds what every kind of it needs."""

    def __init__(self, update_id: int, bot_id: str, username: str, now: datetime) -> None:
        self.update_id, self.bot_id, self.username, self.now = update_id, bot_id, username, now

    def read(self, update: telegram.Update) -> Inbound | None:
        if update.callback_query:
            return self._press(update.callback_query)
        if update.my_chat_member:
            return self._membership(update.my_chat_member)
        if update.message:
            return self._message(update.message)
        if update.edited_message:
            return self._edit(update.edited_message)
        return None  # channel posts, polls, reactions: nobody waits for an answer

    def _from(self, user: telegram.User, chat: telegram.Chat | None) -> Inbound:
        group = chat is not None and chat.type in _GROUPS
        where = str(_integer(chat.id if chat and group else user.id))
        return Inbound(
            channel=CHANNEL,
            account=self.bot_id,
            message_id=str(self.update_id),
            sender=str(_integer(user.id)),
            chat=where,
            place=f"group:{where}" if group else "private",
            at=self.now,
            sender_name=_text(user.full_name),
            locale_hint=_text(user.language_code),
        )

    def _press(self, query: telegram.CallbackQuery) -> Inbound | None:
        if query.from_user.is_bot:
            return None
        # The message is absent or only named when it is old: the answer then goes to the person.
        sent_by = self._from(query.from_user, query.message.chat if query.message else None)
        kind = Kind.CHOICE if query.data else Kind.OTHER
        return replace(sent_by, kind=kind, choice=_text(query.data), callback_id=_text(query.id))

    def _membership(self, change: telegram.ChatMemberUpdated) -> Inbound | None:
        if change.from_user.is_bot or change.chat.type == ChatType.CHANNEL:
            return None
        kind = Kind.LEFT if change.new_chat_member.status in _GONE else Kind.ENTERED
        # Nobody has spoken yet: unblocking is followed by a /start of its own, which is what gets the answer.
        return replace(
            self._from(change.from_user, change.chat), kind=kind, at=_moment(change.date), addressed=False
        )

    def _edit(self, message: telegram.Message) -> Inbound | None:
        if message.location:
            return None  # a live location moving
        edited = self._message(message)
        return edited and replace(edited, kind=Kind.EDITED, at=_moment(message.edit_date))

    def _message(self, message: telegram.Message) -> Inbound | None:
        user = message.from_user
        # sender_chat: a channel, or an administrator who hides behind the group; neither is a person.
        if user is None or user.is_bot or message.sender_chat or _is_service(message):
            return None
        text, mentioned = self._words(message)
        kind, media = _content(message)
        if kind is Kind.CONTACT and message.contact:
            text = _own_phone(message.contact, user)
        sent_by = self._from(user, message.chat)
        addressed = sent_by.place == "private" or mentioned or self._is_reply_to_us(message)
        if kind is Kind.TEXT and addressed and (command := _COMMAND.fullmatch(text)):
            kind, text = _command(*command.groups())
        return replace(
            sent_by,
            kind=kind,
            text=text,
            media=media,
            media_group=_text(message.media_group_id),
            at=_moment(message.date),
            addressed=addressed,
        )

    def _is_reply_to_us(self, message: telegram.Message) -> bool:
        answered = message.reply_to_message
        return bool(answered and answered.from_user and str(answered.from_user.id) == self.bot_id)

    def _words(self, message: telegram.Message) -> tuple[str, bool]:
        """The text or caption without our name in it, and whether it named or commanded us."""
        text = _text(message.text if message.text is not None else message.caption)
        entities = message.entities or message.caption_entities
        name, named = f"@{self.username}".lower(), False
        wide = text.encode("utf-16-le", "surrogatepass")  # offsets count UTF-16 units
        for entity in sorted(entities, key=lambda entity: entity.offset, reverse=True):
            start, end = 2 * _integer(entity.offset), 2 * (entity.offset + _integer(entity.length))
            piece = wide[start:end].decode("utf-16-le", "surrogatepass")
            if entity.type == MessageEntityType.BOT_COMMAND:
                command, at, whose = piece.partition("@")
                if not at or f"@{whose}".lower() == name:
                    named = True
                    wide = wide[:start] + command.encode("utf-16-le") + wide[end:]
            elif self._is_our_name(entity, piece, name):
                named = True
                wide = wide[:start] + wide[end:]
        return wide.decode("utf-16-le", "surrogatepass").strip() if named else text, named

    def _is_our_name(self, entity: telegram.MessageEntity, piece: str, name: str) -> bool:
        if entity.type == MessageEntityType.TEXT_MENTION and entity.user:
            return str(entity.user.id) == self.bot_id
        return entity.type == MessageEntityType.MENTION and piece.lower() == name


def _is_service(message: telegram.Message) -> bool:
    """Notices about the chat itself. A group that moved is learnt when we next write to it."""
    return bool(
        message.new_chat_members
        or message.left_chat_member
        or message.new_chat_title
        or message.new_chat_photo
        or message.delete_chat_photo
        or message.group_chat_created
        or message.supergroup_chat_created
        or message.migrate_to_chat_id
        or message.migrate_from_chat_id
        or message.pinned_message
        or message.message_auto_delete_timer_changed
        or message.forum_topic_created
        or message.video_chat_started
        or message.video_chat_ended
    )


def _command(name: str, rest: str) -> tuple[Kind, str]:
    """`/start TOKEN` is coming in; any other command means its words: /order_status is "order status"."""
    if name == "start":
        return Kind.ENTERED, rest.strip()
    return Kind.TEXT, name.replace("_", " ") + rest


def _own_phone(contact: telegram.Contact, user: telegram.User) -> str:
    # Anybody can forward anybody's card: a phone number proves something only about its sender.
    return _text(contact.phone_number) if contact.user_id == user.id else ""


def _content(message: telegram.Message) -> tuple[Kind, Media | None]:
    if message.text is not None:
        return Kind.TEXT, None
    if message.photo:
        return Kind.PHOTO, _media(_largest(message.photo))
    for file in (message.animation, message.video, message.video_note):  # an animation is also a document
        if file:
            return Kind.VIDEO, _media(file)
    for sound in (message.voice, message.audio):
        if sound:
            return Kind.VOICE, _media(sound)
    if message.document:
        return Kind.FILE, _media(message.document)
    if message.sticker:
        return Kind.STICKER, _media(message.sticker)
    if message.location or message.venue:
        return Kind.LOCATION, None
    return (Kind.CONTACT if message.contact else Kind.OTHER), None


def _largest(sizes: Sequence[telegram.PhotoSize]) -> telegram.PhotoSize:
    return max(sizes, key=lambda size: size.width * size.height)


def _media(file: Any) -> Media:
    """`file_id` fetches it, for this bot only; `file_unique_id` is the same for everyone and every time."""
    return Media(
        ref=_text(file.file_id),
        unique=_text(file.file_unique_id),
        name=_text(getattr(file, "file_name", None)),
        mime=_text(getattr(file, "mime_type", None)),
        size=None if file.file_size is None else _integer(file.file_size),
    )
