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


@contextmanager
def demo_running(folder: Path) -> Iterator[str]:
    """Start it on a free port; gives the address it prints, once it is ready."""
    said = folder / "said.txt"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DEALER_")}
    with said.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "demo", "--port", "0"],
            cwd=folder,
            env=environment | {"PYTHONPATH": str(ROOT)},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _ready(process, said)
    finally:
        process.terminate()
        process.wait(20)


def _ready(process: "subprocess.Popen[bytes]", said: Path) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, said.read_text()
        found = _ADDRESS.search(said.read_text())
        if found is not None:
            with urllib.request.urlopen(found.group() + "/readyz", timeout=5) as answer:
                assert answer.status == 200
            return found.group()
        time.sleep(0.1)
    raise AssertionError(said.read_text())
