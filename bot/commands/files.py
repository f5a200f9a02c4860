"""Files in and out."""

import sys
from pathlib import Path

from bot.commands import Answer, Place, loader, read
from bot.files.exporting import EXPORTS, export_rows
from bot.files.importing import import_file, kind_named
from bot.files.words import as_json, result_rows, say, told
from bot.files.writing import check_writable, write_rows


def bring(place: Place, *, kind: str, path: str, dry_run: bool = False, results: str = "") -> Answer:
    """Import a file; `results` names a file that says what became of every row."""
    locale = place.settings.locale
    if results:
        check_writable(Path(results))
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
    lines = [] if path == "-" else [say("exported", place.settings.locale, rows=len(rows), file=path)]
    return Answer({"kind": kind, "rows": len(rows)}, lines)


def template(place: Place, *, kind: str, path: str) -> Answer:
    """An empty workbook with the headers of a kind of file, in the installation's language."""
    locale = place.settings.locale
    of_kind = kind_named(kind)
    headings = of_kind.headings()
    heads = {
        column.name: column.name if locale == "en" else headings[column.name][0] for column in of_kind.columns
    }
    write_rows(Path(path), [dict.fromkeys(heads.values(), "")])
    needed = ", ".join(heads[column.name] for column in of_kind.columns if column.required)
    return Answer({"kind": kind, "columns": heads}, [say("template", locale, file=path, columns=needed)])
