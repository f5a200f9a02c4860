"""Files in and out."""

import sys
from pathlib import Path

from bot.commands import Answer, Place, loader, read
from bot.files.exporting import EXPORTS, export_rows
from bot.files.importing import import_file
from bot.files.words import as_json, result_rows, say, told
from bot.files.writing import write_rows


def bring(place: Place, *, kind: str, path: str, dry_run: bool = False, results: str = "") -> Answer:
    """Import a file; `results` names a file that says what became of every row."""
    locale = place.settings.locale
    report = import_file(
        place.lane,
        loader(place),
        kind,
        Path(path),
        now=place.clock(),
        dry_run=dry_run,
        progress=place.progress,
    )
    lines = told(report, locale)
    if results:
        write_rows(Path(results), result_rows(report, locale))
        lines.append(say("results", locale, file=results))
    return Answer(as_json(report, locale), lines, ok=report.count("rejected") == 0)


def take_out(place: Place, *, kind: str, path: str) -> Answer:
    """Export a kind to a file, or to standard output for "-"; how many rows there were."""
    if kind not in EXPORTS:
        raise KeyError(kind)
    rows = read(place, lambda session: export_rows(session, kind))
    write_rows(None if path == "-" else Path(path), rows, out=sys.stdout)
    return Answer({"kind": kind, "rows": len(rows)})
