"""What is shipped is what is locked, by hash, and the bill of materials says so. Advisories are not looked up here."""

import re
from importlib.metadata import distributions

import pytest

from tests.sbom import LOCK, ROOT, SBOM, components, sbom


def test_the_bill_of_materials_is_the_locks() -> None:
    """`make lock` writes both."""
    assert SBOM.read_text(encoding="utf-8") == sbom(LOCK.read_text(encoding="utf-8"))


def test_a_package_locked_without_a_hash_is_refused() -> None:
    lock = LOCK.read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="packages are locked"):
        sbom(re.sub(r"(^alembic==[\w.]+) \\\n(?: +--hash=\S+(?: \\)?\n)+", r"\1\n", lock, flags=re.MULTILINE))


def test_every_lock_names_hashes_and_no_registry() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text(encoding="utf-8")
        assert components(text)
        assert "index-url" not in re.sub(r"^#.*$", "", text, flags=re.MULTILINE)


def test_what_is_installed_is_what_is_locked() -> None:
    locked: dict[str, set[str]] = {}  # some packages have another version for newer Pythons
    for component in components(LOCK.read_text(encoding="utf-8")):
        locked.setdefault(component["name"].lower().replace("_", "-"), set()).add(component["version"])
    installed = {each.name.lower().replace("_", "-"): each.version for each in distributions()}
    wrong = {
        name for name, versions in locked.items() if name in installed and installed[name] not in versions
    }
    assert wrong == set()
