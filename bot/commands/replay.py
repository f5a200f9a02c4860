"""Reading a chat history against the catalogue before going live."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.commands import Answer
from bot.commands.words import texts
from bot.evaluate.world import open_world
from bot.files.writing import check_writable, write_rows
from bot.replay.chat import UnknownChatError, read_chat
from bot.replay.run import Report, Word, catalogue_words, replay
from bot.settings import Settings
from bot.understand.index import Index

MOST_SHOWN = 15


def index_of_file(path: Path) -> Index:
    """The index of a catalogue file (.json). Raises OSError, ValueError, KeyError."""
    with open_world(json.loads(path.read_text(encoding="utf-8"))) as world:
        return world.index


def replayed(
    settings: Settings,
    index: Index,
    *,
    path: Path,
    ours: Sequence[str] = (),
    out: str = "",
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Answer:
    """The report of a history; `out`: a file of proposed names that `dealer import aliases` takes.

    Raises UnknownChatError, OSError, FileRefusedError for an `out` that cannot be written.
    """
    if out:
        check_writable(Path(out))
    messages = read_chat(path)
    unseen = sorted(set(ours) - {message.sender for message in messages})
    report = replay(messages, index, settings.zone, ours=ours, progress=progress)
    aliases = [
        {"sku": one.sku, "alias": one.word, "product": "".join(catalogue_words([one.sku], index)),
         "times": one.times, "example": one.example}
        for one in report.aliases(index)
    ]  # fmt: skip
    lines = _lines(settings, report, aliases, index, ours)
    lines += [_say(settings, "not_in_chat", name=name) for name in unseen]
    if out:
        write_rows(Path(out), aliases or [{"sku": "", "alias": ""}])
        lines.append(_say(settings, "written", count=len(aliases), file=out))
    return Answer(_data(report, aliases), lines)


def unknown_form(settings: Settings, path: Path, error: UnknownChatError) -> str:
    """Why a file is not read, naming its line."""
    return _say(settings, "unknown_form", file=path.name, line=error.line, text=error.text)


def _say(settings: Settings, text: str, /, **fields: Any) -> str:
    return texts().text(settings.locale, f"commands.replay.{text}").format(**fields)


def _lines(
    settings: Settings, report: Report, aliases: list[dict[str, Any]], index: Index, ours: Sequence[str]
) -> list[str]:
    counts = report.counts
    about = sum(counts[name] for name in ("understood", "asked", "unknown"))
    percent = {
        name: round(100 * counts[name] / about) if about else 0 for name in ("understood", "asked", "unknown")
    }
    lines = [
        _say(
            settings,
            "sum",
            about=about,
            senders=len(report.senders),
            talk=counts["talk"],
            media=counts["media"],
        ),
        _say(settings, "rates", **{name: f"{counts[name]} ({percent[name]}%)" for name in percent}),
    ]
    if not ours:
        lines.append(_say(settings, "nobody_ours"))
    for title, words in (("asked_head", report.asked), ("unknown_head", report.unknown)):
        often = sorted((word for word in words.values() if word.count), key=lambda word: -word.count)
        if often:
            lines.append(_say(settings, title, count=len(often)))
        lines += [_word(settings, word, index) for word in often[:MOST_SHOWN]]
    if report.lost:
        lines.append(_say(settings, "lost_head", count=len(report.lost)))
        lines += [f"  {text[:60]}" for text in report.lost[:MOST_SHOWN]]
    if aliases:
        lines.append(_say(settings, "alias_head", count=len(aliases)))
    lines += [_say(settings, "alias", **one) for one in aliases[:MOST_SHOWN]]
    return lines


def _word(settings: Settings, word: Word, index: Index) -> str:
    fields: dict[str, Any] = {"said": word.said, "count": word.count, "example": word.examples[0][:60]}
    if not word.candidates:
        return _say(settings, "unknown_word", **fields)
    several = catalogue_words(word.candidates[:6], index)
    return _say(settings, "asked_word", **fields, candidates=" / ".join(several))


def _data(report: Report, aliases: list[dict[str, Any]]) -> dict[str, Any]:
    def words(found: dict[str, Word]) -> list[dict[str, Any]]:
        return [
            {"word": word.said, "count": word.count, "candidates": list(word.candidates),
             "meant": dict(word.meant), "examples": word.examples}
            for word in sorted(found.values(), key=lambda word: -word.count)
        ]  # fmt: skip

    return {
        "counts": dict(report.counts),
        "senders": len(report.senders),
        "asked": words(report.asked),
        "unknown": words(report.unknown),
        "not_understood": report.lost,
        "aliases": aliases,
    }
