"""The tests are tested: each bug of planted.yaml is planted in a copy of the tree, and only the test that names it is run.

`python -m tests.faults.planted [WORD ...]` prints what became of each (of those with a word in their name) and exits 1 when
a bug survived or could not be planted. First all named tests run without a bug: a test that fails anyway catches nothing.
"""

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
TREE = (
    "bot",
    "core",
    "notifications",
    "tests",
    "docker",
    "pyproject.toml",
    "alembic.ini",
    "README.md",
    "DECISIONS.md",
)
LONGEST = 240.0
"""Seconds one test may take."""
FAILED = 1
"""pytest's exit code for tests that ran and failed; any other says that they did not run."""


@dataclass(frozen=True, slots=True)
class Bug:
    """A mistake somebody might make. changes: (old, new) texts of one file; old stands there exactly once."""

    name: str
    test: str
    file: str
    changes: tuple[tuple[str, str], ...]

    def planted(self, text: str) -> str:
        """The file's text with the bug. Raises ValueError where it no longer fits."""
        for old, new in self.changes:
            if text.count(old) != 1:
                raise ValueError(f"{self.name}: stands {text.count(old)} times in {self.file}: {old!r}")
            text = text.replace(old, new)
        return text


def bugs() -> list[Bug]:
    """All of them, as written down."""
    table = yaml.safe_load((Path(__file__).parent / "planted.yaml").read_text(encoding="utf-8"))
    return [
        Bug(row["bug"], row["test"], row["file"],
            tuple((each["old"], each["new"]) for each in row.get("changes", [row])))
        for row in table
    ]  # fmt: skip


def survived(bug: Bug, copy: Path) -> str:
    """Plant a bug in the copy, run its test, take the bug out again. Empty when it was caught; else what happened."""
    path = copy / bug.file
    sound = path.read_text(encoding="utf-8")
    path.write_text(bug.planted(sound), encoding="utf-8")
    try:
        code, said = run(copy, [bug.test])
    finally:
        path.write_text(sound, encoding="utf-8")
    if code == FAILED:
        return ""
    return "SURVIVED" if code == 0 else f"DID NOT RUN (exit {code})\n{said[-1500:]}"


def run(copy: Path, tests: Sequence[str]) -> tuple[int, str]:
    """pytest's exit code and words. A test that hangs counts as failed: a bug may be a deadlock."""
    asked = [
        sys.executable,
        "-B",
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "--timeout",
        str(LONGEST),
        *tests,
    ]
    process = subprocess.Popen(asked, cwd=copy, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said, _ = process.communicate(timeout=LONGEST + 60)
    except BaseException:
        process.send_signal(signal.SIGINT)  # it stops its database server
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
        raise
    return process.returncode, said


def check(wanted: Sequence[Bug]) -> int:
    """Plant one after another; print the table; how many were not caught."""
    left = 0
    with tempfile.TemporaryDirectory(prefix="dealer-planted-") as folder:
        copy = Path(folder)
        copy_tree(copy)
        code, said = run(copy, list(dict.fromkeys(bug.test for bug in wanted)))
        if code != 0:
            print(said[-4000:])
            print("the named tests fail without any bug")
            return len(wanted)
        for bug in wanted:
            started = time.monotonic()
            outcome = survived(bug, copy)
            left += bool(outcome)
            print(
                f"{outcome or 'caught':10}{time.monotonic() - started:6.1f} s  {bug.name}",
                flush=True,
            )
    print(f"{len(wanted) - left} of {len(wanted)} caught")
    return left


def copy_tree(to: Path) -> None:
    """What the tests need of the project."""
    ignore = shutil.ignore_patterns("__pycache__", ".pytest_cache", ".hypothesis", "node_modules")
    for name in TREE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, to / name, ignore=ignore)
        else:
            shutil.copy(ROOT / name, to / name)


if __name__ == "__main__":
    named = [bug for bug in bugs() if not sys.argv[1:] or any(word in bug.name for word in sys.argv[1:])]
    sys.exit(1 if check(named) else 0)
