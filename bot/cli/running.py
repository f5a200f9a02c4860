"""One writer a SQLite file: a serving process holds the lock beside it and takes commands over a socket there.

A writing command that finds the lock held hands its name and arguments over and shows what comes back; otherwise it runs
by itself, holding the lock shared so that no server starts meanwhile. The socket is a Unix one, for its owner only
(mode 0600): whoever can use it can open the file anyway. One JSON value a line: {"command", "args"} in;
{"progress": [done, total]} any number of times and one {"answer"} | {"refused"} | {"usage"} | {"failed"} out.
"""

import fcntl
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from sqlalchemy import make_url

from bot.commands import COMMANDS, Place
from bot.commands.run import perform

MOST_BYTES = 1_000_000
PATIENCE = 3600


class HeldError(RuntimeError):
    """Another process holds the database and does not answer, or serves already."""


def beside(url: str, ending: str) -> Path:
    """The lock or the socket of a SQLite file."""
    path = Path(make_url(url).database or "")
    return path.with_name(path.name + ending)


@contextmanager
def hold(url: str, *, alone: bool) -> Iterator[bool]:
    """Hold the lock of a SQLite file: alone to serve, else shared with other commands. False when a server has it."""
    path = beside(url, ".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def hand_over(
    url: str, command: str, args: Mapping[str, Any], progress: Callable[[int, int], None]
) -> dict[str, Any]:
    """Let the running process do it; its last line. Raises HeldError when it does not answer."""
    path = beside(url, ".sock")
    try:
        with _short(path) as name, socket.socket(socket.AF_UNIX) as line:
            line.settimeout(PATIENCE)
            line.connect(name)
            with line.makefile("rw", encoding="utf-8") as talk:
                talk.write(json.dumps({"command": command, "args": args}) + "\n")
                talk.flush()
                for said in talk:
                    heard: dict[str, Any] = json.loads(said)
                    if "progress" not in heard:
                        return heard
                    progress(*heard["progress"])
    except OSError as error:
        raise HeldError(str(path)) from error
    raise HeldError(str(path))


@contextmanager
def listening(place: Place) -> Iterator[None]:
    """Take commands from this machine while the block runs."""
    path = beside(place.settings.database_url, ".sock")
    with suppress(FileNotFoundError):
        path.unlink()
    before = os.umask(0o177)
    try:
        server = socket.socket(socket.AF_UNIX)
        with _short(path) as name:
            server.bind(name)
    finally:
        os.umask(before)
    server.listen()
    threading.Thread(target=_accept, args=(server, place), name="commands", daemon=True).start()
    try:
        yield
    finally:
        server.close()
        with suppress(FileNotFoundError):
            path.unlink()


def _accept(server: socket.socket, place: Place) -> None:
    while True:
        try:
            line, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(line, place), name="command", daemon=True).start()


def _serve(line: socket.socket, place: Place) -> None:
    with suppress(OSError), line, line.makefile("rw", encoding="utf-8") as talk:
        answer = _answer(talk, place)
        talk.write(json.dumps(answer, default=str) + "\n")
        talk.flush()


def _answer(talk: IO[str], place: Place) -> dict[str, Any]:
    def progress(done: int, total: int) -> None:
        talk.write(json.dumps({"progress": [done, total]}) + "\n")
        talk.flush()

    try:
        asked = json.loads(talk.readline(MOST_BYTES))
        command, args = asked["command"], asked["args"]
    except (ValueError, KeyError, TypeError):
        return {"usage": "?"}
    if command not in COMMANDS or not isinstance(args, dict):
        return {"usage": str(command)}
    return perform(replace(place, progress=progress), command, args)


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name of the socket that fits the kernel's 108 bytes however deep the folder lies."""
    if len(os.fsencode(path)) < 100:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
