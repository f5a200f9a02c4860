"""A browser as a person uses it: look at one phone, write, press, and see what came."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Playwright, expect

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
SMALL = {"width": 360, "height": 740}


def open_chromium(playwright: Playwright) -> Browser:
    """Debian's Chromium, keeping to itself."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))


@dataclass
class Visit:
    """One window: what it asked for and what it complained of is written down and checked at the end."""

    context: BrowserContext
    page: Page
    address: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._dialog)
        self.lost: list[str] = []

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        (self.lost if "ERR_INTERNET_DISCONNECTED" in message.text else self.complaints).append(message.text)

    def _dialog(self, dialog: Any) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def open(self, path: str = "/") -> "Visit":
        """Go to a page of the product."""
        self.page.goto(self.address + path)
        return self

    def phone(self, slot: str) -> "Phone":
        """One of the phones, brought into view where only one is shown."""
        tab = self.page.locator(f"#tab-{slot}")
        if tab.count() and tab.is_visible():
            tab.click()
        return Phone(self.page.locator(f"#phone-{slot}"))

    def check(self) -> None:
        """Nothing was asked of another host and nothing went wrong."""
        foreign = [url for url in self.asked if not url.startswith((self.address, "blob:", "data:"))]
        assert foreign == []
        assert self.complaints == []


@dataclass
class Phone:
    """One phone of a page."""

    root: Locator

    @property
    def box(self) -> Locator:
        """Where one writes."""
        return self.root.locator("textarea")

    @property
    def received(self) -> Locator:
        """What the assistant said."""
        return self.root.locator(".messages .theirs")

    @property
    def sent(self) -> Locator:
        """What the person said, arrived or not."""
        return self.root.locator(".message.mine")

    def say(self, text: str) -> None:
        """Write a sentence and send it."""
        self.box.fill(text)
        self.root.locator(".send").click()

    def personas(self) -> list[str]:
        """Who can be chosen."""
        options = self.root.locator("select option")
        expect(options.first).to_be_attached()
        return [str(option.get_attribute("value")) for option in options.all()]

    def become(self, persona: str) -> None:
        """Hand the phone to somebody else."""
        self.root.locator("select").select_option(persona)
        expect(self.root.locator("select")).to_be_enabled()
        expect(self.root.locator("select")).to_have_value(persona)

    def dress(self, style: str) -> None:
        """Choose how the phone looks: wechat or telegram."""
        choice = self.root.locator(f'.style [data-style="{style}"]')
        choice.click()
        expect(choice).to_have_attribute("aria-pressed", "true")

    def button(self, label: str) -> Locator:
        """The newest button of this name."""
        return self.root.locator(".choice", has_text=label).last

    def hears(self, text: str) -> Locator:
        """Wait for the assistant to say something; gives the message."""
        message = self.received.filter(has_text=text).last
        expect(message).to_be_visible(timeout=10_000)
        return message


@contextmanager
def visiting(browser: Browser, address: str, size: dict[str, int], **more: Any) -> Iterator[Visit]:
    """A fresh window of a size, checked for foreign requests and complaints when it closes."""
    mobile = size["width"] < 700
    options = {"locale": "zh-CN", "is_mobile": mobile, "has_touch": mobile} | more
    context = browser.new_context(viewport=size, **options)  # type: ignore[arg-type]
    visit = Visit(context, context.new_page(), address)
    try:
        yield visit
        visit.check()
    finally:
        context.close()


def overflowing(page: Page) -> Sequence[str]:
    """Elements that stick out of the window or of the phone they are on, where nothing scrolls them."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("body *")].filter((element) => {
            const box = element.getBoundingClientRect();
            if (!box.width || !box.height || element.closest(".try ul, svg, h1")) return false;
            return box.right > innerWidth + 1 || box.left < -1;
        }).map((element) => element.className || element.tagName)"""
    )
    return found
