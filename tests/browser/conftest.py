from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.answering import Answering
from tests.browser.people import DESKTOP, PHONE, SMALL, Visit, open_chromium, visiting
from tests.browser.serving import serving
from tests.databases import Database


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = open_chromium(playwright)
        yield made
        made.close()


@pytest.fixture
def chat(sqlite: Database) -> Answering:
    return Answering(sqlite)


@pytest.fixture
def address(chat: Answering) -> Iterator[str]:
    with serving(chat.app) as where:
        yield where
        chat.stopping = True


@pytest.fixture(params=[DESKTOP, PHONE, SMALL], ids=["desktop", "phone", "small"])
def visit(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Visit]:
    with visiting(browser, address, request.param) as made:
        made.open()
        expect(made.page.locator("#phone-dealer .messages .theirs")).to_have_count(1)
        yield made
