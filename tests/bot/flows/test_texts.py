"""Every word the code asks for exists with its parameters, and every word a text tells people to say does something."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.dialog.examples import NAMES
from bot.dialog.routes import check_dialogue
from bot.dialog.spoken import word_for
from bot.dialog.texts import LOCALES, all_texts, folders, places

ROOT = Path(__file__).parents[3]
DEALERS = {
    "dialog",
    "orders",
    "stock",
    "status",
    "account",
    "handoff",
    "help",
    "claims",
    "returns",
    "smalltalk",
}
CODE = [*(ROOT / "bot" / "dialog").glob("*.py"), *(ROOT / "bot" / "flows").rglob("*.py")]


def asked_for() -> Iterator[tuple[str, str, frozenset[str] | None]]:
    """(where, key, names of parameters) of every literal key in the code; None where parameters are passed on."""
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            where = f"{path.relative_to(ROOT)}:{node.lineno}"
            keywords = {word.arg: word.value for word in node.keywords}
            if node.func.id in ("say", "choice") and node.args and isinstance(node.args[0], ast.Constant):
                names = None if None in keywords else frozenset(filter(None, keywords))
                yield where, node.args[0].value, names
            key = keywords.get("key")
            if node.func.id == "Say" and isinstance(key, ast.Constant) and key.value:
                yield where, key.value, None if "params" in keywords else frozenset()


LITERALS = sorted(asked_for(), key=lambda each: each[:2])


def test_there_are_keys_to_check() -> None:
    assert len(LITERALS) > 150


@pytest.mark.parametrize(("where", "key", "names"), LITERALS, ids=[f"{w} {k}" for w, k, _ in LITERALS])
def test_a_key_in_the_code_has_words(where: str, key: str, names: frozenset[str] | None) -> None:
    assert all_texts().has(key), f"{where}: {key}"
    if names is not None:
        for locale in LOCALES:
            assert places(all_texts().messages[locale][key]) <= names | NAMES, f"{where}: {key} in {locale}"


def test_the_dialogue_fits_together() -> None:
    check_dialogue()


def test_every_text_of_the_dealers_is_used() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in [*CODE, *(ROOT / "bot").glob("*.py"),
                     *(ROOT / "notifications").rglob("*.py")])  # fmt: skip
    built = [re.compile(re.escape(head) + r"[\w.-]+$") for head in re.findall(r'f"([a-z_]+\.[\w.]*)\{', code)]
    for key in (key for key in all_texts().messages["en"] if key.split(".")[0] in DEALERS):
        used = f'"{key}"' in code or any(pattern.match(key) for pattern in built)
        assert used or key.startswith("dialog.kind.") or _is_refusal(key), key


def _is_refusal(key: str) -> bool:
    errors = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "core").rglob("errors.py"))
    return f'"{key}"' in errors


def told() -> Iterator[str]:
    """The words in the dealers' texts after "reply" or "say"."""
    for folder in folders():
        for path in folder.glob("*.yaml"):
            text = path.read_text(encoding="utf-8")
            if path.name.endswith((".zh-Hans.yaml", ".en.yaml")) and folder.name in DEALERS:
                yield from re.findall(r"回「([^」{]+)」", text)
                yield from re.findall(r'[Ss]ay "([^"{]+)"', text)


@pytest.mark.parametrize("word", sorted({*told()} - {"邀请", "invite", "replace it with ..."}))
def test_a_word_people_are_told_to_say_does_something(word: str) -> None:
    assert word_for(word)
