"""`dealer demo` as a newcomer starts it, in a folder of its own, for as long as a test needs it."""

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


class DemoProcess:
    """The running command; it may be killed and started again on its port and data."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._said = folder / "said.txt"
        self._process: subprocess.Popen[bytes] | None = None
        self.address = ""

    def start(self) -> None:
        """Start, on the same port as before, and wait until it is ready."""
        port = self.address.rpartition(":")[2] or "0"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DEALER_")}
        with self._said.open("w") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "demo", "--port", port],
                cwd=self._folder,
                env=environment | {"PYTHONPATH": str(ROOT)},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self.address = self._wait(self._process)

    def _wait(self, process: "subprocess.Popen[bytes]") -> str:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert process.poll() is None, self._said.read_text()
            found = _ADDRESS.search(self._said.read_text())
            if found is not None:
                with urllib.request.urlopen(found.group() + "/readyz", timeout=5) as answer:
                    assert answer.status == 200
                return found.group()
            time.sleep(0.1)
        raise AssertionError(self._said.read_text())

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(20)

    def stop(self) -> None:
        """Ask it to end; open pages do not hold it up."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(20)


@contextmanager
def demo_running(folder: Path) -> Iterator[DemoProcess]:
    """Start it on a free port, and stop it at the end."""
    process = DemoProcess(folder)
    process.start()
    try:
        yield process
    finally:
        process.stop()
