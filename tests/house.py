"""House checks that linters do not have. `python -m tests.house` prints each breach and exits 1 when there is one."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = ("bot", "core", "notifications")
FILE_LINES = 400
FUNCTION_LINES = 50
MONEY = ("core/kit/money.py", "core/pricing", "core/credit", "core/orders", "core/stock")
WORDLESS = ("core", "notifications", "bot/turn.py", "bot/flows", "bot/store", "bot/channels")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def check(path: Path, tree: ast.Module, text: str) -> Iterator[tuple[int, str]]:
    """Every breach in one file: line and what is wrong."""
    name = path.relative_to(ROOT).as_posix()
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield 1, f"{lines} lines; {FILE_LINES} is the limit"
    if not ast.get_docstring(tree):
        yield 1, "no module docstring"
    for node in ast.walk(tree):
        yield from _functions(node)
        yield from _commits(name, node)
        yield from _sql(node)
        yield from _calls_out(node)
        if name.startswith(MONEY):
            yield from _floats(node)
    if name.startswith(WORDLESS):
        yield from _words(tree)


def _functions(node: ast.AST) -> Iterator[tuple[int, str]]:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    if length > FUNCTION_LINES:
        yield node.lineno, f"{node.name} has {length} lines; {FUNCTION_LINES} is the limit"


def _commits(name: str, node: ast.AST) -> Iterator[tuple[int, str]]:
    called = (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    )
    if called and not name.startswith("core/db/"):
        yield node.lineno, "only a lane commits"  # type: ignore[attr-defined]


def _sql(node: ast.AST) -> Iterator[tuple[int, str]]:
    if not isinstance(node, ast.Call):
        return
    function = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if (
        function in ("text", "exec_driver_sql")
        and node.args
        and isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
    ):
        yield node.lineno, "SQL built from text"


def _calls_out(node: ast.AST) -> Iterator[tuple[int, str]]:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    if node.func.attr in ("AsyncClient", "Client") and "event_hooks" not in {
        word.arg for word in node.keywords
    }:
        yield node.lineno, "an HTTP client that may call any address"


def _floats(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        yield node.lineno, "a float where money or goods are counted"
    if isinstance(node, ast.Name) and node.id == "float":
        yield node.lineno, "a float where money or goods are counted"


def _words(tree: ast.Module) -> Iterator[tuple[int, str]]:
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        said = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        if said and CHINESE.search(node.value):
            yield node.lineno, f"words in code: {node.value[:20]!r}"


def breaches() -> Iterator[str]:
    """Every breach of the tree, as `file:line: what`."""
    for folder in SOURCES:
        for path in sorted(path for path in (ROOT / folder).rglob("*.py") if path.parent.name != "versions"):
            text = path.read_text(encoding="utf-8")
            for line, what in check(path, ast.parse(text), text):
                yield f"{path.relative_to(ROOT)}:{line}: {what}"
    for path in sorted((ROOT / "tests").rglob("*.py")):
        if path.read_text(encoding="utf-8").count("\n") > FILE_LINES:
            yield f"{path.relative_to(ROOT)}:1: over {FILE_LINES} lines"


def main() -> int:
    """Print the breaches; 1 when there is one."""
    found = list(breaches())
    for line in found:
        print(line)
    print(f"house: {len(found)} breaches" if found else "house: in order")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
