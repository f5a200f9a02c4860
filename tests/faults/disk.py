"""A disk that remembers: every write and sync of this process's SQLite files, so that a power cut can be played back.

The library's own file system is asked to open each file; then the file's write, truncate and sync are led through here on
their way to it. Whatever opens a database afterwards, the product's engine too, writes through this without knowing.
(Layouts: sqlite.org/c3ref/vfs.html and sqlite.org/c3ref/io_methods.html.)
"""

import _sqlite3
import ctypes
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_POINTER = ctypes.c_void_p
_OPEN = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, _POINTER, _POINTER, ctypes.c_int, _POINTER)
_WRITE = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, _POINTER, ctypes.c_int, ctypes.c_int64)
_TRUNCATE = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, ctypes.c_int64)
_SYNC = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, ctypes.c_int)


class _Vfs(ctypes.Structure):
    _fields_ = (("version", ctypes.c_int), ("file_size", ctypes.c_int), ("longest_path", ctypes.c_int), ("next", _POINTER),
                ("name", ctypes.c_char_p), ("data", _POINTER), ("open", _OPEN), ("rest", _POINTER * 14))  # fmt: skip


class _Methods(ctypes.Structure):
    _fields_ = (("version", ctypes.c_int), ("close", _POINTER), ("read", _POINTER), ("write", _WRITE),
                ("truncate", _TRUNCATE), ("sync", _SYNC), ("rest", _POINTER * 13))  # fmt: skip


class _File(ctypes.Structure):
    _fields_ = (("methods", ctypes.POINTER(_Methods)),)


@dataclass(frozen=True, slots=True)
class Happened:
    """Something in the life of a disk: write | truncate | sync of a file, or mark (something was promised)."""

    kind: str
    file: str
    at: int = 0
    data: bytes = b""


@dataclass
class Disk:
    """The record, from the moment it is put under the library; it stays there to the end of the process."""

    record: list[Happened] = field(default_factory=list)
    _kept: list[Any] = field(default_factory=list)
    _names: dict[int, str] = field(default_factory=dict)

    def install(self) -> None:
        library = ctypes.CDLL(_sqlite3.__file__)
        library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
        system = library.sqlite3_vfs_find(None).contents
        mine = _Vfs.from_buffer_copy(system)
        mine.name, mine.next = b"remembering", None

        def opens(vfs: int, name: int, file: int, flags: int, out: int) -> int:
            status: int = system.open(vfs, name, file, flags, out)
            if status == 0 and name:
                self._names[file] = Path(ctypes.string_at(name).decode()).name
                self._lead(_File.from_address(file))
            return status

        mine.open = _OPEN(opens)
        self._kept += [library, mine]
        if library.sqlite3_vfs_register(ctypes.byref(mine), 1) != 0:
            raise RuntimeError("the library takes no file system")

    def mark(self, what: str) -> None:
        """Something was promised to somebody: from here on it must survive."""
        self.record.append(Happened("mark", what))

    def _lead(self, file: _File) -> None:
        system = file.methods.contents
        mine = _Methods.from_buffer_copy(system)

        def write(handle: int, data: int, size: int, at: int) -> int:
            self.record.append(Happened("write", self._names[handle], at, ctypes.string_at(data, size)))
            return int(system.write(handle, data, size, at))

        def truncate(handle: int, size: int) -> int:
            self.record.append(Happened("truncate", self._names[handle], size))
            return int(system.truncate(handle, size))

        def sync(handle: int, flags: int) -> int:
            status = int(system.sync(handle, flags))
            self.record.append(Happened("sync", self._names[handle]))
            return status

        mine.write, mine.truncate, mine.sync = _WRITE(write), _TRUNCATE(truncate), _SYNC(sync)
        self._kept += [system, mine]
        file.methods = ctypes.pointer(mine)


def after_a_cut(
    record: list[Happened], cut: int, chance: random.Random, before: dict[str, bytes]
) -> dict[str, bytes]:
    """The files as the power comes back: what was synced before the cut, and of the rest whatever the disk had got to."""
    lasts = {one.file: number for number, one in enumerate(record[:cut]) if one.kind == "sync"}
    files = {name: bytearray(content) for name, content in before.items()}
    for number, one in enumerate(record[:cut]):
        if one.kind not in ("write", "truncate"):
            continue
        if number > lasts.get(one.file, -1) and chance.random() < 0.5:
            continue
        content = files.setdefault(one.file, bytearray())
        if one.kind == "truncate":
            del content[one.at :]
            continue
        content.extend(b"\0" * (one.at - len(content)))
        content[one.at : one.at + len(one.data)] = one.data
    return {name: bytes(content) for name, content in files.items()}


def promised(record: list[Happened], cut: int) -> set[str]:
    """What had been promised by then."""
    return {one.file for one in record[:cut] if one.kind == "mark"}
