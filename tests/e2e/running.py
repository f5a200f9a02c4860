"""The real application in a process of its own, with its database and a fake Telegram: started, killed, started again."""

import contextlib
import multiprocessing
import os
import re
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from limits import RateLimitItemPerSecond

from bot.channels.telegram import pace
from bot.cli import main
from tests.channels.telegram.fake import FakeTelegram
from tests.databases import Database

SECRET = "hook-secret_of_the_end_to_end_tests"
READY_WITHIN = 30.0
HURRY = 200
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(
    ["bot.app", "bot.cli.app", "bot.cli.listen", "bot.migrations"]
)  # imports once for all starts


@dataclass
class App:
    """One installation. `start` and `kill` as often as wanted; the database and the port stay.

    expected: what a logged traceback may mention; any other is a failed test, as is the bot's token in the log.
    hurried: an hour's conversation passes in seconds, and Telegram lets the bot write as much faster.
    """

    database: Database
    telegram: FakeTelegram
    folder: Path
    port: int = 0
    expected: list[str] = field(default_factory=list)
    hurried: bool = False
    role: str = "all"
    _process: multiprocessing.process.BaseProcess | None = None

    def __post_init__(self) -> None:
        self.port = self.port or _free_port()
        self.log = self.folder / f"{self.role}-{self.port}.log"
        self.log.touch()
        if self.hurried:
            self.telegram.rates.chat = self.telegram.rates.overall = (HURRY, HURRY)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, and wait until it is ready."""
        self._process = _processes.Process(
            target=_serve,
            args=(self._environment(), self.port, self.log, self.hurried, self.role),
            daemon=True,
        )
        self._process.start()
        deadline = time.monotonic() + READY_WITHIN
        while self.status("/readyz") != 200:
            assert self._process.is_alive(), f"it stopped: {self.logged()[-3000:]}"
            assert time.monotonic() < deadline, f"not ready: {self.logged()[-3000:]}"
            time.sleep(0.01)
        if self.role != "all":  # the worker sets the webhook, to an address of its own
            return
        self.telegram.wait_for(lambda: self.telegram.webhook, READY_WITHIN, "no webhook was set")

    def kill(self) -> None:
        """kill -9: nothing is finished, nothing is said."""
        assert self._process is not None
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.join(10)
        assert self._process.exitcode == -signal.SIGKILL
        self._process = None

    def restart(self) -> None:
        """As after a power cut."""
        self.kill()
        self.start()

    def stop(self) -> None:
        """SIGTERM; what is in hand is finished first, and the exit is clean."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        process.join(20)
        clean = process.exitcode in (0, -signal.SIGTERM)  # finished, then ended by the signal itself
        if not clean:
            process.kill()
        assert clean, f"exit {process.exitcode}: {self.logged()[-3000:]}"

    def status(self, path: str) -> int:
        """What a GET answers; 0 when nobody does."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def logged(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def check_log(self) -> None:
        """No secret was logged, and no failure that the test does not know of."""
        log = self.logged()
        for secret in (self.telegram.token, self.telegram.token.partition(":")[2], SECRET):
            assert secret not in log, "a secret reached the log"
        for traceback in re.findall(
            r"Traceback \(most recent call last\).*?(?=\n(?:INFO|WARNING|ERROR|timestamp|level)|\Z)",
            log.replace("\\n", "\n"),
            re.DOTALL,
        ):
            assert any(known in traceback for known in self.expected), (
                f"unexpected failure in the log:\n{traceback}"
            )

    def _environment(self) -> dict[str, str]:
        return {
            "DEALER_DATABASE_URL": self.database.url,
            "DEALER_MIGRATE_DATABASE_URL": "postgresql://owner@database/elsewhere",
            "DEALER_SECRET_KEY": "a key of the end-to-end tests, thirty-two and more",
            "DEALER_PUBLIC_URL": self.url,
            "DEALER_TELEGRAM_TOKEN": self.telegram.token,
            "DEALER_TELEGRAM_WEBHOOK_SECRET": SECRET,
            "DEALER_TELEGRAM_API_URL": self.telegram.url,
        }


def _serve(environment: dict[str, str], port: int, log: Path, hurried: bool, role: str) -> None:
    """What runs in the process: `dealer serve`."""
    os.chdir(log.parent)  # no `.env` of a developer
    os.environ.update(environment)
    with log.open("ab") as out:
        os.dup2(out.fileno(), sys.stdout.fileno())
        os.dup2(out.fileno(), sys.stderr.fileno())
    if hurried:
        pace._CHAT = pace._OVERALL = RateLimitItemPerSecond(HURRY)
    sys.argv = ["dealer", "serve", "--port", str(port), "--role", role]
    main()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(database: Database, folder: Path, *, hurried: bool = True) -> Iterator[App]:
    """A Telegram and the application on this database; at the end it stops cleanly and its log is looked at."""
    with FakeTelegram() as telegram:
        app = App(database, telegram, folder, hurried=hurried)
        app.start()
        try:
            yield app
        except BaseException:
            with contextlib.suppress(AssertionError):
                app.stop()
            print(app.logged()[-6000:])
            raise
        app.stop()
        app.check_log()
