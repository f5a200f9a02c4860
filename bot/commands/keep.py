"""Keeping an installation well: is it set up safely, and a copy of everything."""

from collections.abc import Sequence
from pathlib import Path

from bot.backup import backup as write_backup
from bot.commands import Answer, Place
from bot.commands.words import say
from bot.doctor import examine


def doctor(place: Place, *, problems: Sequence[str]) -> Answer:
    """What makes serving unsafe: settings first, then the database; and what is worth knowing. Refused by what is unsafe."""
    found = list(examine(place.settings, place.reader))
    data = [{"code": "setting", "unsafe": True, "text": problem} for problem in problems]
    data += [
        {"code": one.code, "unsafe": one.unsafe, "text": say(place, f"doctor.{one.code}", **one.fields)}
        for one in found
    ]
    unsafe = any(one["unsafe"] for one in data)
    lines = [
        say(place, "doctor.unsafe" if one["unsafe"] else "doctor.note", text=one["text"]) for one in data
    ]
    return Answer(data, [*lines, say(place, "doctor.ill" if unsafe else "doctor.well")], ok=not unsafe)


def backup(place: Place, *, path: Path) -> Answer:
    """Every row of every table into one file."""
    rows = write_backup(place.reader, path, place.clock())
    return Answer({"path": str(path), "rows": rows}, [say(place, "backup.done", path=path, rows=rows)])
