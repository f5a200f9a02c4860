"""The `dealer` command as its user sees it: output, exit codes, and a process that serves and stops."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner, Result

from bot.cli.app import app
from bot.migrations import at_head, migrate
from tests.bot.files.shop import DEALERS, PRODUCTS
from tests.databases import Databases

ROOT = Path(__file__).parents[3]

Dealer = Callable[..., Result]


@pytest.fixture
def dealer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dealer:
    """Run `dealer` with a database of its own."""
    for name in [name for name in os.environ if name.startswith("DEALER_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEALER_DATABASE_URL", f"sqlite:///{tmp_path / 'd.sqlite3'}")
    monkeypatch.setattr("bot.logs.configure", lambda **_: None)
    (tmp_path / "catalogue.json").write_text(json.dumps(PRODUCTS))
    (tmp_path / "dealers.csv").write_text(DEALERS)
    runner = CliRunner()
    return lambda *args: runner.invoke(app, list(args))


def test_help_lists_the_commands_and_every_one_explains_itself(dealer: Dealer) -> None:
    listed = dealer("--help").stdout
    commands = ["demo", "serve", "migrate", "import", "template", "export", "invite", "members", "lint-catalogue", "eval", "check", "parked", "outbox", "jobs", "ship", "deliver", "receive", "adjust", "pay", "price", "credit", "return"]  # fmt: skip
    for command in commands:
        assert command in listed
        said = dealer(command, "--help")
        assert said.exit_code == 0
        assert "--help" in said.stdout


def test_a_brand_is_loaded_and_read_again(dealer: Dealer) -> None:
    assert dealer("import", "catalogue", "catalogue.json").exit_code == 0
    said = dealer("import", "dealers", "dealers.csv", "--json")
    assert said.exit_code == 0
    assert json.loads(said.stdout)["created"] == 2
    lines = [json.loads(line) for line in dealer("export", "accounts", "-").stdout.splitlines()]
    assert lines[0] == {
        "dealer": "N1",
        "limit": "50000.00",
        "balance": "-1200.50",
        "exposure": "0.00",
        "available": "48799.50",
    }
    assert dealer("export", "stock", "stock.xlsx").exit_code == 0
    assert Path("stock.xlsx").exists()
    assert dealer("check").exit_code == 0


def test_rejected_rows_end_with_one_and_stand_in_the_results_file(dealer: Dealer) -> None:
    Path("bad.csv").write_text("编码,名称\nA,甲\nB,\n")
    said = dealer("import", "dealers", "bad.csv", "--results", "out.csv")
    assert said.exit_code == 1
    assert "B" in said.stdout
    assert len(Path("out.csv").read_text(encoding="utf-8-sig").splitlines()) == 3
    assert [
        row["dealer"] for row in map(json.loads, dealer("export", "accounts", "-").stdout.splitlines())
    ] == ["A"]


def test_a_dry_run_writes_nothing(dealer: Dealer) -> None:
    assert dealer("import", "dealers", "dealers.csv", "--dry-run").exit_code == 0
    assert dealer("export", "accounts", "-").stdout == ""


@pytest.mark.parametrize(
    "args",
    [
        ("import", "nonsense", "dealers.csv"),
        ("import", "dealers", "dealers.csv", "--results", "out.pdf"),
        ("import", "dealers"),
        ("export", "nonsense", "-"),
        ("invite", "--role", "owner"),
        ("invite", "--staff", "--dealer", "N1", "--role", "admin"),
        ("invite", "--dealer", "N1", "--role", "admin"),
        ("invite", "--dealer", "N1", "--role", "owner", "--region", "x"),
        ("invite", "--staff", "--role", "admin", "--qr", "code.abc"),
        ("pay", "N1", "5"),
        ("adjust", "--as", "x", "--reason", "r"),
        ("adjust", "--as", "x", "--reason", "r", "--sku", "A", "--dealer", "N1", "--amount", "5"),
        ("price", "A", "5", "--as", "x", "--dealer", "N1", "--level", "A"),
        ("credit", "N1", "--as", "x"),
        ("return", "1", "--as", "x"),
        ("jobs", "run", "expire-invites", "--at", "tomorrow"),
        ("serve", "--role", "half"),
        ("demo", "--host", "0.0.0.0"),
        ("nonsense",),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_two_and_says_what_is_right(dealer: Dealer, args: tuple[str, ...]) -> None:
    said = dealer(*args)
    assert said.exit_code == 2, said.output
    assert said.stderr.strip()
    assert said.stdout == ""


def test_refusals_end_with_one_on_standard_error(dealer: Dealer) -> None:
    for args in (
        ("import", "dealers", "none.csv"),
        ("invite", "--dealer", "N9", "--role", "owner"),
        ("pay", "N1", "5", "--as", "nobody"),
        ("ship", "1", "--as", "nobody"),
        ("jobs", "run", "nonsense"),
        ("parked", "drop", "A7F2K9"),
        ("eval", "none.jsonl", "--catalogue", "catalogue.json", "--out", "out.jsonl"),
    ):
        said = dealer(*args)
        assert said.exit_code == 1, args
        assert said.stderr.strip()
        assert said.stdout == ""


def test_messages_are_in_the_language_of_the_installation(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "没有" in dealer("pay", "N1", "5", "--as", "nobody").stderr
    monkeypatch.setenv("DEALER_LOCALE", "en")
    assert "there is no nobody" in dealer("pay", "N1", "5", "--as", "nobody").stderr


def test_wrong_settings_end_with_two(dealer: Dealer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "DEALER_SECRET_KEY" in dealer("serve").stderr
    monkeypatch.setenv("DEALER_TIMEZONE", "Mars/Olympus")
    said = dealer("check")
    assert said.exit_code == 2
    assert "DEALER_TIMEZONE" in said.stderr


def test_an_old_database_is_not_touched_until_it_is_migrated(dealer: Dealer, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'd.sqlite3'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE something_older (id INTEGER)"))
    said = dealer("import", "dealers", "dealers.csv")
    assert said.exit_code == 2
    assert "dealer migrate" in said.stderr
    assert dealer("migrate").exit_code == 0
    assert at_head(engine)
    engine.dispose()
    assert dealer("import", "dealers", "dealers.csv").exit_code == 0


def test_the_same_commands_work_on_postgresql(
    dealer: Dealer, all_databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = all_databases.empty_postgresql_url()
    monkeypatch.setenv("DEALER_DATABASE_URL", url)
    assert dealer("import", "dealers", "dealers.csv").exit_code == 2
    assert dealer("migrate").exit_code == 0
    assert dealer("import", "dealers", "dealers.csv").exit_code == 0
    assert json.loads(dealer("invite", "--dealer", "N1", "--role", "owner", "--json").stdout)["token"]
    assert dealer("check").exit_code == 0


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start `dealer` in a process of its own."""
    started: list[subprocess.Popen[str]] = []
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DEALER_")}

    def start(*args: str, **env: str) -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "bot.cli", *args],
                cwd=tmp_path,
                text=True,
                env={**clean, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **env},
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        )
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.communicate()


def address_of(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    said = process.stdout.readline()
    return said[said.index("http://") :].strip()


def test_the_demo_serves_takes_commands_and_stops(
    process: Callable[..., subprocess.Popen[str]],
    dealer: Dealer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    serving = process("demo", "--port", "0")
    url = address_of(serving)
    assert httpx2.get(f"{url}/readyz").status_code == 200
    assert "demo" in httpx2.get(url).text
    monkeypatch.setenv("DEALER_DATABASE_URL", f"sqlite:///{tmp_path / 'var' / 'demo.sqlite3'}")
    monkeypatch.setenv("DEALER_LOCALE", "en")
    assert "60.00 CNY" in dealer("price", "CH-101", "60", "--as", "周敏").stdout
    assert len(dealer("export", "orders", "-").stdout.splitlines()) == 16
    assert dealer("migrate").exit_code == 1
    second = process("demo", "--port", "0")
    assert second.wait(20) == 1
    serving.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert serving.wait(15) == 0 or serving.returncode == -signal.SIGTERM
    assert time.monotonic() - began < 12
    assert dealer("price", "CH-101", "61", "--as", "周敏").exit_code == 0


def test_a_port_that_is_taken_ends_with_one(
    process: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    url = address_of(process("demo", "--port", "0"))
    migrate(f"sqlite:///{tmp_path / 'o.sqlite3'}")
    other = process(
        "serve", "--port", url.rpartition(":")[2], DEALER_SECRET_KEY="s" * 40,
        DEALER_DATABASE_URL=f"sqlite:///{tmp_path / 'o.sqlite3'}",
    )  # fmt: skip
    assert other.wait(20) == 1
