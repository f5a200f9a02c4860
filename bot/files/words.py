"""Saying in somebody's language what became of a file."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bot.dialog.texts import Texts, load_texts
from bot.files.errors import Fault, FileRefusedError
from bot.files.importing import Report, Result

SHOWN = 20


@cache
def texts() -> Texts:
    """The words of this folder."""
    return load_texts((Path(__file__).parent,))


def say(text: str, locale: str, /, **fields: Any) -> str:
    """One sentence."""
    return texts().text(locale, f"files.{text}").format(**fields)


def reason_of(fault: Fault, locale: str) -> str:
    """Why a row was not taken; a refusal without words of its own here is named by its code."""
    key = f"files.{fault.code}"
    if not texts().has(key):
        return f"{fault.code} {fault.fields or ''}".strip()
    return texts().text(locale, key).format(**fault.fields)


def refusal(error: FileRefusedError, locale: str) -> str:
    """Why nothing was taken from a file."""
    return say(f"file.{error.code}", locale, **error.fields)


def reasons(result: Result, locale: str, headers: Mapping[str, str]) -> str:
    """Everything wrong with a row, in one cell."""
    parts = [
        f"{headers.get(fault.column, fault.column)}: {reason_of(fault, locale)}"
        if fault.column
        else reason_of(fault, locale)
        for fault in result.faults
    ]
    return "; ".join(parts)


def told(report: Report, locale: str) -> list[str]:
    """A file's results for a person: what was ignored, the first rows that were rejected, and the sums."""
    lines = [say("ignored", locale, columns=", ".join(report.ignored))] if report.ignored else []
    if report.unread:
        lines.append(say("unread", locale, sheets=", ".join(report.unread)))
    if report.hidden_rows:
        shown = ", ".join(map(str, report.hidden_rows[:SHOWN]))
        more = " …" if len(report.hidden_rows) > SHOWN else ""
        lines.append(say("hidden_rows", locale, count=len(report.hidden_rows), rows=shown + more))
    if report.hidden_columns:
        lines.append(say("hidden_columns", locale, columns=", ".join(report.hidden_columns)))
    if report.totals:
        lines.append(say("totals", locale, rows=", ".join(map(str, report.totals))))
    rejected = [result for result in report.results if result.done == "rejected"]
    for result in rejected[:SHOWN]:
        for fault in result.faults:
            key = "row.column" if fault.column else "row"
            fields = {
                "row": result.row,
                "key": result.key,
                "column": report.headers.get(fault.column, fault.column),
            }
            lines.append(say(key, locale, reason=reason_of(fault, locale), **fields))
    if len(rejected) > SHOWN:
        lines.append(say("more", locale, count=len(rejected) - SHOWN))
    sums = {done: report.count(done) for done in ("created", "updated", "unchanged", "rejected")}
    lines.append(say("summary.dry" if report.dry_run else "summary", locale, file=report.file, **sums))
    return lines


def as_json(report: Report, locale: str) -> dict[str, Any]:
    """A file's results for a program."""
    return {
        "kind": report.kind,
        "file": report.file,
        "sha256": report.sha256,
        "dry_run": report.dry_run,
        "ignored": list(report.ignored),
        "unread": list(report.unread),
        "totals": list(report.totals),
        "hidden_rows": list(report.hidden_rows),
        "hidden_columns": list(report.hidden_columns),
        **{done: report.count(done) for done in ("created", "updated", "unchanged", "rejected")},
        "rows": [
            {
                "row": result.row,
                "key": result.key,
                "result": result.done,
                "reason": reasons(result, locale, report.headers),
                "faults": [{"code": fault.code, "column": fault.column} for fault in result.faults],
            }
            for result in report.results
        ],
    }


def result_rows(report: Report, locale: str) -> list[dict[str, Any]]:
    """Every row's result, for a file people read."""
    heads = {name: say(f"head.{name}", locale) for name in ("row", "key", "result", "reason")}
    return [
        {
            heads["row"]: result.row,
            heads["key"]: result.key,
            heads["result"]: say(f"done.{result.done}", locale),
            heads["reason"]: reasons(result, locale, report.headers),
        }
        for result in report.results
    ]
