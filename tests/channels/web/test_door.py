"""Who gets in, as whom, and what every response carries."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import select

from bot.channels.web import demo, guard, routes, sessions
from bot.channels.web.models import web_chats, web_sessions
from bot.dialog.messages import Kind
from core.kit.ids import digest
from tests.channels.web.office import LIVE, ORIGIN, Chat, post
from tests.databases import Database

A_KEY = "3f9c2d1e7a5b4c60"


def test_opening_a_join_link_spends_nothing(chat: Chat) -> None:
    browser = chat.browser()
    answer = browser.get(f"/join/{LIVE}")
    assert answer.status_code == 200
    assert f'action="/join/{LIVE}"' in answer.text
    assert not chat.taken
    assert not browser.cookies
    assert chat.rows == (0, 0, 0)


def test_pressing_enter_makes_a_session_and_tells_the_joining_dialogue(chat_on_each: Chat) -> None:
    browser = chat_on_each.browser()
    answer = browser.post(f"/join/{LIVE}", content=b"")
    assert (answer.status_code, answer.headers["location"]) == (303, "/chat")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    (inbound,) = chat_on_each.taken
    assert (inbound.kind, inbound.text) == (Kind.ENTERED, LIVE)
    assert post(browser, A_KEY, "你好").status_code == 200
    assert chat_on_each.taken[1].sender == inbound.sender


def test_only_the_hash_of_a_secret_is_stored(chat: Chat) -> None:
    browser = chat.browser()
    browser.post(f"/join/{LIVE}", content=b"")
    secret = browser.cookies["chat-me"]
    with chat.database.reader.begin() as connection:
        stored = connection.execute(select(web_sessions)).one()
    assert stored.secret_hash == digest(secret)
    assert secret not in [str(value) for value in stored]


def test_a_dead_link_opens_nothing(chat: Chat) -> None:
    answer = chat.browser().post("/join/used-or-guessed", content=b"")
    assert answer.status_code == 410
    assert "set-cookie" not in answer.headers
    assert not chat.taken
    assert chat.count(web_chats) == 0


def test_a_dead_link_leads_someone_who_is_in_to_their_chat(chat: Chat) -> None:
    answer = chat.signed_in("li").post("/join/used-before", content=b"")
    assert (answer.status_code, answer.headers["location"]) == (303, "/chat")
    assert not chat.taken


def test_a_second_invite_reaches_the_same_person(chat: Chat) -> None:
    chat.signed_in("li").post(f"/join/{LIVE}", content=b"")
    assert [inbound.sender for inbound in chat.taken] == ["li"]
    assert chat.count(web_chats) == 1


def test_guessing_links_is_slowed_down(chat: Chat) -> None:
    browser = chat.browser()
    seen = [browser.post(f"/join/guess-{n}", content=b"").status_code for n in range(62)]
    assert seen == [410] * 60 + [429] * 2
    assert browser.post(f"/join/{LIVE}", content=b"").status_code == 429


def test_a_session_ends_by_time_and_by_leaving(chat: Chat) -> None:
    leaver, other = chat.signed_in("li"), chat.signed_in("li")
    assert leaver.post("/chat/leave", content=b"").status_code == 204
    assert leaver.get("/chat/messages").status_code == 401
    assert other.get("/chat/messages").status_code == 200
    chat.now += sessions.LIFETIME
    assert other.get("/chat/messages").status_code == 401
    chat.signed_in("zhao")
    assert chat.count(web_sessions) == 1  # the expired one is cleared when someone comes in


def test_a_stolen_cookie_is_worth_nothing_after_leaving(chat: Chat) -> None:
    leaver = chat.signed_in("li")
    stolen = leaver.cookies["chat-me"]
    leaver.post("/chat/leave", content=b"")
    thief = chat.browser()
    thief.cookies.set("chat-me", stolen)
    assert thief.get("/chat/messages").status_code == 401


def test_over_https_the_cookie_is_secure_and_bound_to_its_host(sqlite: Database) -> None:
    answer = Chat(sqlite, secure=True).browser().post(f"/join/{LIVE}", content=b"")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-chat-me=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_nobody_reads_or_writes_without_a_session(chat: Chat) -> None:
    browser = chat.browser()
    for address in ("/chat/messages", "/chat/events?me=0", "/chat/files/x", "/chat/pictures/1"):
        assert browser.get(address).status_code == 401
    assert post(browser, A_KEY, "x").status_code == 401
    assert browser.post("/chat/leave", content=b"").status_code == 401
    assert chat.rows == (0, 0, 0)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "same-site"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "none"},
    ],
)
def test_no_other_site_can_write(chat: Chat, headers: dict[str, str]) -> None:
    browser = chat.signed_in("li")
    for address in unsafe_addresses(chat):
        answer = browser.post(address, content=b"{}", headers=headers)
        assert (answer.status_code, answer.json()) == (403, {"error": "foreign"}), address
    assert not chat.taken
    assert chat.rows == (0, 0, 1)


def test_a_body_of_unknown_or_excessive_length_is_not_read(chat: Chat) -> None:
    browser = chat.signed_in("li")
    for address in unsafe_addresses(chat):
        too_long = browser.post(address, content=b"", headers={"Content-Length": str(guard._MAX_BODY + 1)})
        assert too_long.status_code == 413
        unknown = browser.post(address, content=iter([b"{}"]))
        assert unknown.status_code == 411


def unsafe_addresses(chat: Chat) -> list[str]:
    found = [
        route.path.format(token=LIVE, version="v", name="n", file="f", seq=1)
        for route in all_routes(chat)
        if "POST" in route.methods
    ]
    assert len(found) == 5
    return found


def all_routes(chat: Chat) -> list[APIRoute]:
    found = [*routes.router(chat.web).routes, *demo.router(chat.demo).routes]
    assert all(isinstance(route, guard.GuardedRoute) for route in found)
    return found  # type: ignore[return-value]


def test_every_response_carries_the_headers_whatever_happens(chat: Chat) -> None:
    chat.stopping = True
    for browser in (chat.browser(), chat.signed_in("li")):
        for route in all_routes(chat):
            address = route.path.format(token=LIVE, version="v", name="chat.css", file="f", seq=1)
            for method in route.methods:
                answer = browser.request(method, address, content=b"")
                for name in guard.HEADERS:
                    assert name in answer.headers, (method, address, answer.status_code)
                policy = answer.headers["content-security-policy"]
                assert "default-src 'none'" in policy
                assert "unsafe" not in policy


def test_a_fault_is_answered_without_its_details(chat: Chat) -> None:
    browser = chat.signed_in("li")
    chat.database.lane.close()
    answer = post(browser, A_KEY, "x")
    assert (answer.status_code, answer.json()) == (503, {"error": "unavailable"})


def test_the_two_phones_of_one_browser_are_two_people(chat: Chat) -> None:
    browser = chat.browser()
    for slot, persona in (("dealer", "li"), ("staff", "wang")):
        answer = browser.post("/demo/persona", json={"slot": slot, "persona": persona, "locale": "en"})
        assert answer.status_code == 204
    post(browser, A_KEY, "锤子3箱", slot="dealer")
    post(browser, A_KEY, "有哪些单", slot="staff")
    assert [inbound.sender for inbound in chat.taken[2:]] == ["demo-li", "demo-wang"]
    assert browser.get("/demo/state").json()["chosen"] == {"dealer": "li", "staff": "wang"}
    assert chat.became == [("demo-li", "li", "en"), ("demo-wang", "wang", "en")]


def test_a_persona_is_greeted_though_notices_came_before(chat: Chat) -> None:
    chat.signed_in("demo-li")
    chat.deliver("demo-li", "合同8天后到期", kind="alert")
    browser = chat.browser()
    body = {"slot": "dealer", "persona": "li", "locale": "zh-Hans"}
    browser.post("/demo/persona", json=body)
    assert [inbound.kind for inbound in chat.taken] == [Kind.ENTERED]
    chat.deliver("demo-li", "李老板好")
    browser.post("/demo/persona", json=body)
    assert len(chat.taken) == 1


def test_a_persona_is_greeted_once_and_their_phone_remembers(chat: Chat) -> None:
    body: dict[str, Any] = {"slot": "dealer", "persona": "li", "locale": "zh-Hans"}
    browser = chat.browser()
    browser.post("/demo/persona", json=body)
    assert [inbound.kind for inbound in chat.taken] == [Kind.ENTERED]
    chat.deliver("demo-li", "李老板好")
    browser.post("/demo/persona", json=body | {"persona": "chen"})
    browser.post("/demo/persona", json=body)
    assert [inbound.sender for inbound in chat.taken] == ["demo-li", "demo-chen"]
    shown = browser.get("/chat/messages?slot=dealer").json()["messages"]
    assert [message["text"] for message in shown] == ["李老板好"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"slot": "dealer", "persona": "wang", "locale": "en"}, 404),
        ({"slot": "dealer", "persona": "nobody", "locale": "en"}, 404),
        ({"slot": "dealer", "persona": "li", "locale": "fr"}, 404),
        ({"slot": "me", "persona": "li", "locale": "en"}, 422),
        ({}, 422),
    ],
)
def test_only_the_sides_own_personas_can_be_chosen(chat: Chat, body: dict[str, str], status: int) -> None:
    assert chat.browser().post("/demo/persona", json=body).status_code == status
    assert not chat.became


async def test_phones_are_open_before_anyone_looks_and_only_once(chat: Chat) -> None:
    await demo.open_phones(chat.demo)
    await demo.open_phones(chat.demo)
    assert [persona for _, persona, _ in chat.became] == ["li", "chen", "wang"]


def test_the_next_day_comes(chat: Chat) -> None:
    browser = chat.browser()
    before = browser.get("/demo/state").json()["today"]
    after = browser.post("/demo/next-day", json={}).json()["today"]
    assert (before, after) == ("2026-03-10", "2026-03-11")
    assert chat.now.date() - timedelta(days=1) == chat.now.date().replace(day=10)
