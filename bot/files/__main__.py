"""The child that reads a file: its bytes on standard input, what is asked as its argument, a sheet as JSON out."""

import resource
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from bot.files.child import MEMORY, SECONDS
from bot.files.errors import FileRefusedError
from bot.files.sheet import parse

_WIDEST = 2**53


def main() -> None:
    """Give up what is not needed, then read."""
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(limit, (most, most))
    asked = msgspec.json.decode(sys.argv[1])
    try:
        sheet = parse(sys.stdin.buffer.read(), asked["name"], asked["columns"], asked["rows_under"])
        said: Any = {"sheet": _portable(sheet)}
    except FileRefusedError as error:
        said = {"refused": error.code, "fields": error.fields}
    sys.stdout.buffer.write(msgspec.json.encode(said))


def _portable(value: Any) -> Any:
    """Values that mean the same as JSON; the readers of cells take a number written as text for the number."""
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) < _WIDEST else str(value)
    if isinstance(value, float):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return {key: _portable(one) for key, one in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [_portable(one) for one in value]
    if is_dataclass(value):
        return {one.name: _portable(getattr(value, one.name)) for one in fields(value)}
    midnight = isinstance(value, datetime) and value.time() == datetime.min.time()
    return value.date().isoformat() if midnight else str(value)


if __name__ == "__main__":
    main()
