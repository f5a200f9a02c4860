"""Chat histories as people can export them, made into messages. What is none of these is refused with its line.

Text (.txt, UTF-8, UTF-16 or GB18030), a head above each message or before it on the line:
  `NAME 2026/3/10 09:15[:22]`            WeChat for PC, several messages copied; also - . 年月日, 上午/下午, AM/PM
  `2026-03-10 09:15:22 NAME`             tools that export WeChat to text
  `————— 2026-03-10 —————`, `NAME 09:15`  WeChat's own e-mail export
  `NAME, [10.03.2026 09:15]`             Telegram Desktop, several messages copied (day first)
  `[2026/3/10 09:15] NAME: text`         head and text on one line
Telegram Desktop's export: `result.json` (one chat or the whole account) and `messages.html`, or the folder they are in.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import yaml

MOST_BYTES = 200_000_000
_YEAR_FIRST = r"(?P<y>\d{4})\s?[-/.年]\s?(?P<m>\d{1,2})\s?[-/.月]\s?(?P<d>\d{1,2})\s?日?"
_DAY_FIRST = r"(?P<d2>\d{1,2})[./](?P<m2>\d{1,2})[./](?P<y2>\d{4})"
_DAY = rf"(?:{_YEAR_FIRST}|{_DAY_FIRST})(?:\s*(?:星期|周|礼拜)[一二三四五六日天])?"
_TIME = r"(?P<half>[上下]午|早上|凌晨|中午|晚上)?\s?(?P<h>\d{1,2}):(?P<min>\d{2})(?::\d{2})?(?:\s?(?P<ampm>[AaPp][Mm]))?"
_STAMP = rf"[\[(（]?\s*{_DAY}[,，T\s]+{_TIME}\s*[\])）]?"
_HEADS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^{_STAMP}\s*[-–]?\s*(?P<name>[^:：]{{1,60}}?)\s*[:：]\s+(?P<text>.*)$",
        rf"^(?P<name>\S.{{0,59}}?)\s*,?\s+{_STAMP}\s*[:：]?$",
        rf"^{_STAMP}\s+[-–]?\s*(?P<name>\S.{{0,59}}?)\s*[:：]?$",
    )
)
_DAY_LINE = re.compile(rf"^[\s—–=_*-]*{_DAY}[\s—–=_*-]*$")
_OF_DAY = re.compile(rf"^(?P<name>\S.{{0,59}}?)\s{{1,8}}{_TIME}$")


@dataclass(frozen=True, slots=True)
class Message:
    """One message: who wrote it, when by his own clock, what, and the line or number it stands at."""

    sender: str
    at: datetime
    text: str
    line: int


class UnknownChatError(Exception):
    """Not a chat history we know. line: the first that cannot be read; what stands there."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(line, text)
        self.line, self.text = line, text[:80]


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("chats.yaml").read_text(encoding="utf-8"))
    return words


def read_chat(path: Path) -> list[Message]:
    """The messages of a file, or of a folder of Telegram's export, in their order. Raises UnknownChatError, OSError."""
    if path.is_dir():
        pages = sorted(path.glob("messages*.html"), key=lambda page: (len(page.name), page.name))
        found = [path / "result.json"] if (path / "result.json").exists() else pages
        if not found:
            raise UnknownChatError(0, path.name)
        return [message for page in found for message in read_chat(page)]
    if path.stat().st_size > MOST_BYTES:
        raise UnknownChatError(0, f"> {MOST_BYTES} bytes")
    text = _decoded(path.read_bytes())
    start = text.lstrip()[:1]
    messages = list(_json(text) if start == "{" else _html(text) if start == "<" else _plain(text))
    if not messages:
        raise UnknownChatError(1, text.strip().split("\n", 1)[0])
    quoted = re.compile(_words()["quoted"])
    return [Message(one.sender, one.at, quoted.sub("", one.text).strip(), one.line) for one in messages]


def is_media(text: str) -> bool:
    """Whether a message holds no text, only the mark of a picture, a voice message and the like."""
    return not text or re.match(_words()["media"], text, re.IGNORECASE) is not None


def _decoded(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UnknownChatError(line, repr(raw[error.start : error.start + 20])) from None


def _plain(text: str) -> Iterator[Message]:
    day: date | None = None
    head: tuple[str, datetime, int] | None = None
    held: list[str] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.replace("\u200e", "").replace("\u202f", " ").replace("\xa0", " ").strip()
        found = _head(line, day)
        marked = None if found else _DAY_LINE.match(line)
        if marked:
            day = _day(marked, number, line)
        elif found is None and head is None and line:
            raise UnknownChatError(number, line)
        elif found is None:
            held.append(line)
        if found or marked:
            if head:
                yield Message(head[0], head[1], "\n".join(held).strip(), head[2])
            head, held = None, []
        if found:
            sender, at, rest = _opened(found, day, number, line)
            head, held = (sender, at, number), [rest] if rest else []
    if head:
        yield Message(head[0], head[1], "\n".join(held).strip(), head[2])


def _head(line: str, day: date | None) -> re.Match[str] | None:
    for pattern in _HEADS:
        if match := pattern.match(line):
            return match
    return _OF_DAY.match(line) if day else None


def _opened(match: re.Match[str], day: date | None, number: int, line: str) -> tuple[str, datetime, str]:
    parts = match.groupdict()
    return parts["name"].strip(" ,，"), _moment(match, day, number, line), parts.get("text") or ""


def _moment(match: re.Match[str], day: date | None, number: int, line: str) -> datetime:
    parts = match.groupdict()
    on = day if "y" not in parts else _day(match, number, line)
    assert on is not None
    half = _words()["half_days"].get((parts["half"] or parts["ampm"] or "").lower())
    hour = int(parts["h"])
    if half is not None and hour <= 12:
        hour = hour % 12 + half
    try:
        return datetime.combine(on, time(hour, int(parts["min"])))
    except ValueError:
        raise UnknownChatError(number, line) from None


def _day(match: re.Match[str], number: int, line: str) -> date:
    parts = match.groupdict()
    year, month, day = (parts[name] or parts[f"{name}2"] for name in ("y", "m", "d"))
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise UnknownChatError(number, line) from None


def _json(text: str) -> Iterator[Message]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise UnknownChatError(error.lineno, error.msg) from None
    chats = data["chats"].get("list", []) if isinstance(data.get("chats"), dict) else [data]
    for chat in chats:
        if not isinstance(chat, dict) or not isinstance(chat.get("messages"), list):
            raise UnknownChatError(1, "messages")
        for number, one in enumerate(chat["messages"], 1):
            try:
                if one["type"] == "message":
                    at = datetime.fromisoformat(one["date"]).replace(tzinfo=None)
                    yield Message(str(one.get("from") or "?"), at, _joined(one["text"]), number)
            except (KeyError, TypeError, ValueError):
                raise UnknownChatError(number, json.dumps(one, ensure_ascii=False)) from None


def _joined(text: Any) -> str:
    """Telegram writes a text as a string, or as pieces of which some are links and mentions."""
    if isinstance(text, str):
        return text
    return "".join(piece if isinstance(piece, str) else str(piece["text"]) for piece in text)


class _Page(HTMLParser):
    """The messages of a page of Telegram Desktop: `div.message` with `div.date[title]`, `div.from_name`, `div.text`."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Message] = []
        self.sender = "?"
        self.at: datetime | None = None
        self.field = ""
        self.depth = self.opened = 0
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br" and self.field:
            self.said.append("\n")
        if tag != "div":
            return
        self.depth += 1
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "").split()
        if "message" in classes:
            self.at = None
        if "date" in classes and "title" in given and self.at is None:
            self.at = self._stamp(given["title"])
        for name in ("from_name", "text"):
            if name in classes and self.at is not None and not self.field:
                self.field, self.opened, self.said = name, self.depth, []

    def handle_endtag(self, tag: str) -> None:
        if tag != "div":
            return
        if self.field and self.depth == self.opened:
            said = "".join(self.said).strip()
            if self.field == "from_name":
                self.sender = said.split("\n")[0].strip()
            elif self.at is not None:
                self.found.append(Message(self.sender, self.at, said, self.getpos()[0]))
            self.field = ""
        self.depth -= 1

    def handle_data(self, data: str) -> None:
        if self.field:
            self.said.append(data)

    def _stamp(self, title: str) -> datetime:
        match = re.match(_STAMP, title)
        if match is None:
            raise UnknownChatError(self.getpos()[0], title)
        return _moment(match, None, self.getpos()[0], title)


def _html(text: str) -> Iterator[Message]:
    page = _Page()
    page.feed(text)
    yield from page.found
