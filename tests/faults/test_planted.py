"""The planted bugs still fit the code, and two of them are caught; `make faults-selfcheck` plants all."""

import ast
from pathlib import Path

import pytest

from tests.faults.planted import ROOT, Bug, bugs, copy_tree, survived

BUGS = bugs()


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_bug_still_fits_the_code_it_is_planted_in_and_its_test_exists(bug: Bug) -> None:
    ast.parse(bug.planted((ROOT / bug.file).read_text(encoding="utf-8")))
    file, _, test = bug.test.partition("::")
    assert f"def {test.partition('[')[0]}(" in (ROOT / file).read_text(encoding="utf-8")


def test_a_bug_is_caught_and_a_harmless_change_is_not(tmp_path: Path) -> None:
    copy_tree(tmp_path)
    (bug,) = (each for each in BUGS if each.name == "a button never expires")
    assert survived(bug, tmp_path) == ""
    harmless = Bug("none", bug.test, bug.file, (("LIMIT = 64", "LIMIT = 60 + 4"),))
    assert survived(harmless, tmp_path) == "SURVIVED"


def test_a_bug_that_fits_nowhere_or_twice_is_named() -> None:
    for old in ("no such text", "def "):
        with pytest.raises(ValueError, match="stands"):
            Bug("x", "t", "f", ((old, ""),)).planted("def a(): ...\ndef b(): ...")
