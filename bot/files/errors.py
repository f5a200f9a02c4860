"""What is wrong with a file, a row or a cell. Their words are in texts.<locale>.yaml beside this module."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one row. `column` is the column's own name, "" for the whole row."""

    code: str
    column: str = ""
    fields: dict[str, Any] = field(default_factory=dict)


class CellError(ValueError):
    """A cell that cannot be read as what its column holds."""

    def __init__(self, code: str, **fields: Any) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields


class FileRefusedError(Exception):
    """A file nothing was taken from: unreadable, of an unknown kind, or without the columns it needs."""

    def __init__(self, code: str, **fields: Any) -> None:
        super().__init__(code, fields)
        self.code = code
        self.fields = fields
