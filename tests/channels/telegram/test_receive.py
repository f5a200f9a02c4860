"""Every kind of update, from payloads as the Bot API describes them, becomes the right message or none."""

import copy
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.receive import MalformedUpdateError, parse
from bot.dialog.messages import Inbound, Kind, Media

PAYLOADS = {
    path.stem: json.loads(path.read_text()) for path in (Path(__file__).parent / "payloads").glob("*.json")
}
NOW = datetime(2026, 10, 8, 9, 0, tzinfo=UTC)
SENT = datetime.fromtimestamp(1791443100, UTC)
LI, GROUP = "5012033871", "-1002214470365"


def received(name: str) -> Inbound | None:
    return parse(PAYLOADS[name], bot_id="110201543", bot_username="dealer_desk_bot", now=NOW)


IN_PRIVATE = Inbound(
    channel="telegram",
    account="110201543",
    message_id="",
    sender=LI,
    chat=LI,
    at=SENT,
    sender_name="李 建国",
    locale_hint="zh-hans",
)
IN_GROUP = replace(
    IN_PRIVATE, sender="6120448902", chat=GROUP, place=f"group:{GROUP}", sender_name="Wang", locale_hint="en"
)


def private(kind: Kind = Kind.TEXT, text: str = "", **fields: Any) -> Inbound:
    return replace(IN_PRIVATE, kind=kind, text=text, **fields)


def group(text: str = "", *, addressed: bool, **fields: Any) -> Inbound:
    return replace(IN_GROUP, text=text, addressed=addressed, **fields)


def file(tag: str, size: int | None, mime: str = "", name: str = "") -> Media:
    ref, unique = f"BQACAgUAAxkBAAID{tag}fBqQnB1cZ8Wd3", f"AgAD{tag}AAKx"
    return Media(ref=ref, unique=unique, size=size, mime=mime, name=name)


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PRESS = "438291745011882091"

EXPECTED: dict[str, Inbound | None] = {
    "text": private(text="羊角锤 0.75kg 3箱，线手套两打，周四要"),
    "text_forwarded": private(text="老板，手套 10 打"),
    "text_reply": private(text="这个再来一箱"),
    "text_styled": private(text="要 <b>三箱</b> *急* https://example.com"),
    "start": private(Kind.ENTERED),
    "start_with_token": private(Kind.ENTERED, "q8Zk3mXv_Tn4-Lw0pRb7YcUe2HsJ9aGdFiOoKxMt6Q"),
    "command": private(text="help"),
    "photo": private(Kind.PHOTO, "招待费 268 元", media=file("PH1y", 96312)),
    "album_first": private(
        Kind.PHOTO, "两张发票", media=file("AL1y", 96312), media_group="13790243716054331"
    ),
    "album_second": private(Kind.PHOTO, media=file("AL2y", 96312), media_group="13790243716054331"),
    "document": private(Kind.FILE, media=file("DOC", 48211, XLSX, "九月订单.xlsx")),
    "voice": private(Kind.VOICE, media=file("VOI", 18340, "audio/ogg")),
    "audio": private(Kind.VOICE, media=file("AUD", 402114, "audio/mpeg", "memo.mp3")),
    "video": private(Kind.VIDEO, media=file("VID", 1840021, "video/mp4", "VID_0101.mp4")),
    "video_note": private(Kind.VIDEO, media=file("VNO", 640210)),
    "animation": private(Kind.VIDEO, media=file("ANI", 88122, "video/mp4", "ok.mp4")),
    "sticker": private(Kind.STICKER, media=file("STK", 21044)),
    "location": private(Kind.LOCATION),
    "venue": private(Kind.LOCATION),
    "contact_own": private(Kind.CONTACT, "+8613800138000"),
    "contact_of_another": private(Kind.CONTACT),
    "contact_without_account": private(Kind.CONTACT),
    "dice": private(Kind.OTHER),
    "edited_text": private(Kind.EDITED, "羊角锤 5箱", at=SENT + timedelta(seconds=40)),
    "live_location_moves": None,
    "press": private(Kind.CHOICE, choice="1.h3Kq.9f", callback_id=f"{PRESS}4", at=NOW),
    "press_of_inaccessible": private(Kind.CHOICE, choice="1.old.9f", callback_id=f"{PRESS}5", at=NOW),
    "press_without_message": private(Kind.CHOICE, choice="1.inl.9f", callback_id=f"{PRESS}6", at=NOW),
    "press_in_group": group(
        addressed=True, kind=Kind.CHOICE, choice="1.grp.9f", callback_id=f"{PRESS}7", at=NOW
    ),
    "press_of_game": private(Kind.OTHER, callback_id=f"{PRESS}8", at=NOW),
    "blocked": private(Kind.LEFT, addressed=False),
    "unblocked": private(Kind.ENTERED, addressed=False),
    "added_to_group": group(addressed=False, kind=Kind.ENTERED),
    "removed_from_group": group(addressed=False, kind=Kind.LEFT),
    "added_to_channel": None,
    "group_chatter": group("中午吃什么", addressed=False),
    "group_mention": group("👷 查一下手套库存", addressed=True),
    "group_mention_of_another": group("@laochen 发货了吗", addressed=False),
    "group_text_mention": group("在吗", addressed=True),
    "group_command": group("help", addressed=True),
    "group_command_for_another_bot": group("/help@weather_bot", addressed=False),
    "group_start_with_token": group("q8Zk3mXv", addressed=True, kind=Kind.ENTERED),
    "group_reply_to_bot": group("要两箱", addressed=True),
    "group_reply_to_person": group("收到", addressed=False),
    "group_photo_mention": group("这张发票", addressed=True, kind=Kind.PHOTO, media=file("GPHy", 96312)),
    "group_anonymous_admin": None,
    "group_linked_channel_post": None,
    "group_migrated_to": None,
    "group_migrated_from": None,
    "group_member_joined": None,
    "other_bot": None,
    "channel_post": None,
    "poll": None,
    "reaction": None,
    "kind_of_the_future": None,
}


@pytest.mark.parametrize("name", sorted(PAYLOADS))
def test_each_recorded_update_becomes_its_message(name: str) -> None:
    expected = EXPECTED[name]
    message_id = str(PAYLOADS[name]["update_id"])
    assert received(name) == (expected and replace(expected, message_id=message_id))


def test_every_expectation_has_its_payload() -> None:
    assert EXPECTED.keys() == PAYLOADS.keys()


def test_before_our_name_is_known_only_replies_and_bare_commands_address_us() -> None:
    for name, addressed in (("group_mention", False), ("group_command", False), ("group_reply_to_bot", True)):
        inbound = parse(PAYLOADS[name], bot_id="110201543")
        assert inbound is not None
        assert inbound.addressed is addressed


@pytest.mark.parametrize(
    ("text", "kind", "means"),
    [
        ("/order_status 1008-0031", Kind.TEXT, "order status 1008-0031"),
        ("/start", Kind.ENTERED, ""),
        ("/start  abc ", Kind.ENTERED, "abc"),
        ("/started", Kind.TEXT, "started"),
        ("/3箱", Kind.TEXT, "/3箱"),
        ("/usr/bin", Kind.TEXT, "/usr/bin"),
        ("/", Kind.TEXT, "/"),
        ("3箱 /help", Kind.TEXT, "3箱 /help"),
    ],
)
def test_a_command_means_its_words_even_where_nobody_marked_it(text: str, kind: Kind, means: str) -> None:
    payload = copy.deepcopy(PAYLOADS["text"])
    payload["message"]["text"] = text
    inbound = parse(payload, bot_id="1")
    assert inbound is not None
    assert (inbound.kind, inbound.text) == (kind, means)


def test_a_null_character_is_dropped_because_postgresql_cannot_keep_it() -> None:
    payload = copy.deepcopy(PAYLOADS["text"])
    payload["message"]["text"] = "羊角锤\x00 3箱\x07"
    inbound = parse(payload, bot_id="1")
    assert inbound is not None
    assert inbound.text == "羊角锤 3箱\x07"


def test_reading_leaves_the_payload_as_it_was() -> None:
    before = copy.deepcopy(PAYLOADS)
    for name in PAYLOADS:
        received(name)
    assert before == PAYLOADS


@pytest.mark.parametrize(
    "payload",
    [
        {},
        [],
        "text",
        None,
        7,
        {"update_id": "7"},
        {"update_id": True},
        {"update_id": 7, "message": []},
        {"update_id": 7, "message": {"message_id": 1}},
        {"update_id": 7, "message": {"message_id": 1, "date": "soon", "chat": {"id": 1, "type": "private"}}},
        {"update_id": 7, "callback_query": {"id": "1", "data": "x"}},
        {"update_id": 7, "my_chat_member": {"chat": {"id": 1, "type": "private"}}},
    ],
)
def test_what_is_no_update_is_called_malformed(payload: Any) -> None:
    with pytest.raises(MalformedUpdateError):
        parse(payload, bot_id="1")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("message", "text"), 12),
        (("message", "text"), ["a"]),
        (("message", "date"), 10**30),
        (("message", "date"), None),
        (("message", "from", "id"), "5012033871"),
        (("message", "from", "id"), 1.5),
        (("message", "from", "language_code"), {"zh": 1}),
        (("message", "from"), "李"),
        (("message", "chat"), 5),
    ],
)
def test_a_field_of_the_wrong_type_is_malformed(path: tuple[str, ...], value: Any) -> None:
    payload = copy.deepcopy(PAYLOADS["text"])
    inner = payload
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    with pytest.raises(MalformedUpdateError):
        parse(payload, bot_id="1")


_junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every place inside a JSON value, as container and key."""
    keys = (
        list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    )
    return [(value, key) for key in keys] + [place for key in keys for place in _places(value[key])]


@given(name=st.sampled_from(sorted(PAYLOADS)), spoil=st.data(), junk=_junk)
def test_whatever_stands_in_a_field_the_update_is_read_or_called_malformed(
    name: str, spoil: st.DataObject, junk: Any
) -> None:
    payload = copy.deepcopy(PAYLOADS[name])
    container, key = spoil.draw(st.sampled_from(_places(payload)))
    container[key] = junk
    try:
        inbound = parse(payload, bot_id="110201543", bot_username="dealer_desk_bot")
    except MalformedUpdateError:
        return
    if inbound is not None:
        assert inbound.sender.lstrip("-").isdecimal()
        assert inbound.chat.lstrip("-").isdecimal()
        assert all(isinstance(value, str) for value in (inbound.text, inbound.choice, inbound.sender_name))
        assert inbound.at.tzinfo is not None
