"""A page sees each message once, in order, across reconnections and processes."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import Request
from fastapi.responses import StreamingResponse

from bot.channels.web import conversation, routes, sessions
from notifications.outbox.sender import Refused, Retry, Sent
from tests.channels.web.office import NOW, Chat, post


def request_of(secret: str) -> Request:
    headers = [(b"cookie", f"chat-me={secret}".encode())]
    return Request(
        {"type": "http", "method": "GET", "path": "/chat/events", "headers": headers, "query_string": b""}
    )


async def stream(chat: Chat, who: str, *, after: int = 0) -> AsyncIterator[dict[str, Any]]:
    """Messages of the stream as a page reads them."""

    def unit(connection: Any) -> str:
        return sessions.sign_in(connection, who, NOW)

    request = request_of(await chat.web.write(unit, who))
    async for chunk in routes._stream(chat.web, request, [routes.Phone("me", who, after)]):
        if chunk.startswith(b"data: "):
            yield json.loads(chunk.removeprefix(b"data: "))


async def take(messages: AsyncIterator[dict[str, Any]], count: int) -> list[str]:
    async with asyncio.timeout(5):
        return [(await anext(messages))["text"] for _ in range(count)]


async def say(chat: Chat, who: str, text: str) -> None:
    def unit(connection: Any) -> conversation.Message:
        return conversation.append(connection, who, key=text, mine=False, body={"text": text}, at=NOW)

    await chat.web.write(unit, who)


async def test_a_stream_gives_what_is_there_and_then_what_comes(chat_on_each: Chat) -> None:
    chat_on_each.signed_in("li")
    await say(chat_on_each, "li", "一")
    messages = stream(chat_on_each, "li")
    assert await take(messages, 1) == ["一"]
    await say(chat_on_each, "li", "二")  # as another process would: nobody wakes this one
    assert await take(messages, 1) == ["二"]


async def test_a_stream_resumes_after_the_last_message_seen(chat: Chat) -> None:
    chat.signed_in("li")
    for text in ("一", "二", "三"):
        await say(chat, "li", text)
    assert await take(stream(chat, "li", after=1), 2) == ["二", "三"]


async def test_a_stream_of_one_chat_never_shows_another(chat: Chat) -> None:
    chat.signed_in("li")
    chat.signed_in("zhao")
    await say(chat, "zhao", "赵的")
    await say(chat, "li", "李的")
    assert await take(stream(chat, "li"), 1) == ["李的"]


async def test_one_stream_serves_both_phones_of_a_page(chat: Chat) -> None:
    secrets = {}
    for slot, who in (("dealer", "li"), ("staff", "wang")):
        secrets[slot] = chat.signed_in(who, slot).cookies[f"chat-{slot}"]
        await say(chat, who, f"给{who}")
    cookie = "; ".join(f"chat-{slot}={secret}" for slot, secret in secrets.items()).encode()
    request = Request(
        {"type": "http", "headers": [(b"cookie", cookie)], "query_string": b"dealer=0&staff=0&x=1"}
    )
    answer = await routes.events(chat.web, request)
    assert isinstance(answer, StreamingResponse)
    chunks = aiter(answer.body_iterator)
    found = [json.loads((await anext(chunks)).removeprefix(b"data: ")) for _ in range(2)]  # type: ignore[union-attr,arg-type]
    assert [(one["slot"], one["text"]) for one in found] == [("dealer", "给li"), ("staff", "给wang")]


def test_a_stream_of_nothing_is_refused(chat: Chat) -> None:
    browser = chat.signed_in("li")
    for query in ("", "?me=", "?me=-1", "?other=1"):
        assert browser.get(f"/chat/events{query}").status_code == 422
    assert browser.get("/chat/events?me=0&staff=0").status_code == 401


async def test_more_than_one_page_of_missed_messages_all_arrive(chat: Chat) -> None:
    chat.signed_in("li")
    for n in range(conversation.CATCH_UP + 5):
        await say(chat, "li", str(n))
    assert await take(stream(chat, "li"), conversation.CATCH_UP + 5) == [
        str(n) for n in range(conversation.CATCH_UP + 5)
    ]


async def test_a_stream_ends_when_the_server_stops_or_the_session_does(chat: Chat) -> None:
    chat.signed_in("li")
    chat.stopping = True
    assert [message async for message in stream(chat, "li")] == []
    chat.stopping = False
    ended = [
        chunk
        async for chunk in routes._stream(chat.web, request_of("expired"), [routes.Phone("me", "li", 0)])
    ]
    assert ended == []


def test_history_comes_in_pages_newest_first_page_oldest_message_on_top(chat: Chat) -> None:
    browser = chat.signed_in("li")
    for n in range(conversation.PAGE + 3):
        chat.deliver("li", str(n))
    newest = browser.get("/chat/messages").json()
    assert [message["seq"] for message in newest["messages"]] == list(range(4, conversation.PAGE + 4))
    assert newest["more"] is True
    older = browser.get("/chat/messages?before=4").json()
    assert ([message["seq"] for message in older["messages"]], older["more"]) == ([1, 2, 3], False)
    missed = browser.get(f"/chat/messages?after={conversation.PAGE}").json()
    assert [message["seq"] for message in missed["messages"]] == [51, 52, 53]


def test_the_persons_own_messages_are_there_after_a_reload(chat: Chat) -> None:
    browser = chat.signed_in("li")
    post(browser, "key-00000001", "锤子3箱")
    chat.deliver("li", "合计 ¥1,260")
    shown = browser.get("/chat/messages").json()["messages"]
    assert [(m["mine"], m["id"], m["text"]) for m in shown] == [
        (True, "key-00000001", "锤子3箱"),
        (False, "", "合计 ¥1,260"),
    ]


def test_a_message_for_nobody_is_refused_for_good_and_a_stopped_lane_is_tried_again(chat: Chat) -> None:
    assert chat.deliver("stranger", "x") == Refused("no such web chat", unreachable=True)
    chat.signed_in("li")
    assert chat.deliver("li", "x") == Sent("li:1")
    chat.database.lane.close()
    assert chat.deliver("li", "y") == Retry("LaneClosedError")
