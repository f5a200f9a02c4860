"""Reading a file in a child process with limits on memory, time and writing: what is in it cannot hurt this one."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from bot.files.errors import FileRefusedError

MEMORY = 1_500_000_000
"""Bytes of address space the child may have."""
SECONDS = 60
"""Seconds of its own work, and seconds it may take, whichever ends first."""

_ROOT = Path(__file__).resolve().parents[2]


def read_in_child(
    content: bytes, name: str, columns: Mapping[str, Sequence[str]], rows_under: Sequence[str]
) -> bytes:
    """What the child said of the file, as JSON. Raises FileRefusedError when it went over a limit."""
    asked = msgspec.json.encode({"name": name, "columns": columns, "rows_under": rows_under})
    try:
        child = subprocess.run(  # noqa: S603 - this very program
            [sys.executable, "-m", "bot.files", asked.decode()],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": str(_ROOT), "PATH": os.defpath, "LANG": "C.UTF-8"},
            timeout=SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        raise FileRefusedError("over_limits", name=name) from None
    return child.stdout
