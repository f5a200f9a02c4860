"""The pages say everything in every language, load nothing from elsewhere and carry no script of their own."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.channels import web
from bot.channels.web import pages, routes
from bot.channels.web.words import EN, HANS, HANT, preferred, words
from bot.dialog.messages import Name
from tests.channels.web.office import Chat

FOLDER = Path(web.__file__).parent
SOURCES = [*FOLDER.glob("static/*.js"), *FOLDER.glob("templates/*.html")]
DYNAMIC = {
    "side.",
    "phone.",
    "state.",
    "join.",
    "sent.failed.",
    "style.",
}  # completed by slot, state, reason ...


def test_every_language_has_every_text_with_the_same_values() -> None:
    texts = words()
    assert set(texts) == {HANS, HANT, EN}
    for key, text in texts[HANS].items():
        for locale in (HANT, EN):
            assert texts[locale][key].strip()
            assert set(re.findall(r"\{\w+\}", texts[locale][key])) == set(re.findall(r"\{\w+\}", text)), key


def named_in_sources() -> set[str]:
    found: set[str] = set()
    for path in SOURCES:
        text = path.read_text()
        found |= set(re.findall(r"""data-t(?:-label|-title|-placeholder)?="([a-z_.]+)\"""", text))
        found |= set(re.findall(r"""\bt\(\s*"([a-z_.]+)\"""", text))
        found |= set(re.findall(r"""\b(?:say|action)\([\w.]+, "([a-z_.]+)\"""", text))
        found |= set(re.findall(r"""\baction\("([a-z_.]+)\"""", text))
        found |= set(re.findall(r"""\bshowNotice\("([a-z_.]+)\"""", text))
        found |= set(re.findall(r"""\{\{ t(?:\.|\[["'])([a-z_.]+)""", text))
    return {key for key in found if key not in DYNAMIC}


def test_every_text_the_page_names_exists() -> None:
    assert named_in_sources() - words()[HANS].keys() == set()


def test_no_text_is_left_over() -> None:
    source = "".join(path.read_text() for path in SOURCES)
    unused = {
        key
        for key in words()[HANS]
        if f'"{key}"' not in source
        and f"'{key}'" not in source
        and f"t.{key}" not in source
        and not any(key.startswith(start) for start in DYNAMIC)
    }
    assert unused == set()


@pytest.mark.parametrize("address", ["/", "/chat", "/join/abc"])
def test_pages_carry_no_inline_script_or_style_and_load_only_their_own(chat: Chat, address: str) -> None:
    html = chat.browser().get(address).text
    assert not re.search(r"\son\w+=", html)
    assert " style=" not in html
    assert "<style" not in html
    for script in re.findall(r"<script[^>]*>", html):
        assert 'type="application/json"' in script or ' src="/chat/static/' in script
    for loaded in re.findall(r"""(?:src|href|action)="([^"]+)\"""", html):
        assert loaded.startswith("/")
        assert not loaded.startswith("//")


def test_static_files_name_no_other_host() -> None:
    for name, content in pages.static_files().items():
        found = re.findall(rb"https?://[^\s\"')`]+", content)
        assert set(found) <= {b"http://www.w3.org/2000/svg"}, name


def test_scripts_make_no_markup_of_strings() -> None:
    for path in FOLDER.glob("static/*.js"):
        for forbidden in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
        ):
            assert forbidden not in path.read_text(), path.name


def test_static_files_are_kept_for_good_under_their_version_only(chat: Chat) -> None:
    browser = chat.browser()
    fresh = browser.get(f"/chat/static/{pages.static_version()}/chat.css")
    assert "immutable" in fresh.headers["cache-control"]
    assert fresh.headers["content-type"].startswith("text/css")
    assert browser.get("/chat/static/older/chat.css").headers["cache-control"] == "no-store"
    for name in ("nothing.css", "..%2froutes.py", "%2e%2e/models.py"):
        assert browser.get(f"/chat/static/{pages.static_version()}/{name}").status_code == 404


@pytest.mark.parametrize(
    ("chosen", "accepted", "shown"),
    [
        ("", "zh-CN,zh;q=0.9,en;q=0.8", HANS),
        ("", "zh-TW,zh;q=0.9", HANT),
        ("", "zh-Hant-HK", HANT),
        ("", "en-GB,en;q=0.9", EN),
        ("", "fr-FR,en;q=0.5", EN),
        ("", "fr", HANS),
        ("", "", HANS),
        ("en", "zh-CN", EN),
        ("<script>", "zh-CN", HANS),
    ],
)
def test_a_page_speaks_the_readers_language(chosen: str, accepted: str, shown: str) -> None:
    assert preferred(chosen, accepted) == shown


def test_outside_the_demo_the_front_door_leads_to_the_chat(chat: Chat) -> None:
    app = FastAPI()
    app.include_router(routes.router(chat.web))
    answer = TestClient(app, follow_redirects=False).get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/chat")


@pytest.mark.parametrize(
    ("brand", "zh", "en"),
    [
        ("青屿食品 Qingyu Foods (fictional)", "青屿食品", "Qingyu Foods (fictional)"),
        ("铁匠坊", "铁匠坊", ""),
        ("Smithy", "Smithy", ""),
        ("TCL 王牌", "TCL 王牌", ""),
        ("", "", ""),
    ],
)
def test_a_brand_in_two_scripts_is_shown_in_the_readers(brand: str, zh: str, en: str) -> None:
    assert routes.in_each(Name(zh=brand)) == Name(zh=zh, en=en)


def test_a_hostile_token_stays_text(chat: Chat) -> None:
    html = chat.browser().get("/join/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E").text
    assert "<script>alert" not in html
