"""What the container does, tried without one: its entrypoint, its settings, and the role it runs as on PostgreSQL."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psycopg
import pytest
import yaml

from bot.settings import Settings
from tests.databases import Databases

DOCKER = Path(__file__).parents[2] / "docker"
ENTRYPOINT = DOCKER / "entrypoint.sh"
SECRET = "a secret of forty characters or so, for tests"


def run(*args: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(ENTRYPOINT), *args],
        cwd=cwd,
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def environment(settings: dict[str, str]) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DEALER_")}
    return {**plain, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", **settings}


def test_serving_without_a_secret_is_refused_by_name(tmp_path: Path) -> None:
    done = run("serve", cwd=tmp_path)
    assert done.returncode == 2
    assert "DEALER_SECRET_KEY" in done.stderr


def test_serving_an_unmigrated_postgresql_names_the_command(tmp_path: Path, all_databases: Databases) -> None:
    url = all_databases.empty_postgresql_url()
    done = run(
        "serve",
        cwd=tmp_path,
        DEALER_SECRET_KEY=SECRET,
        DEALER_DATABASE_URL=url,
        DEALER_MIGRATE_DATABASE_URL=url,
    )
    assert done.returncode == 2
    assert "dealer migrate" in done.stderr


def test_migrating_first_then_serving_answers_and_ends_on_sigterm(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "DEALER_SECRET_KEY": SECRET,
        "DEALER_MIGRATE": "1",
        "DEALER_DATABASE_URL": f"sqlite:///{tmp_path}/d.sqlite3",
    }
    process = subprocess.Popen(
        ["sh", str(ENTRYPOINT), "serve", "--port", str(port)],
        cwd=tmp_path,
        env=environment(settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert answers(f"http://127.0.0.1:{port}/readyz", 45)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait(5)


def answers(url: str, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=2) as response:
                return bool(response.status == 200)
        except OSError:
            time.sleep(0.2)
    return False


def test_the_image_runs_as_nobody_special() -> None:
    text = (DOCKER / "Dockerfile").read_text()
    assert re.search(r"^USER dealer$", text, re.MULTILINE)
    assert text.index("USER dealer") < text.index("ENTRYPOINT")
    assert "--require-hashes" in text


def test_every_setting_of_the_compose_file_exists() -> None:
    compose = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    known = {f"DEALER_{name.upper()}" for name in Settings.model_fields} | {"DEALER_MIGRATE"}
    for service in ("migrate", "web", "worker"):
        assert set(compose["services"][service]["environment"]) <= known
    asked = set(re.findall(r"\$\{(\w+)", (DOCKER / "compose.yaml").read_text()))
    assert asked == set(re.findall(r"^#?(\w+)=", (DOCKER / "env.example").read_text(), re.MULTILINE))


def test_the_application_role_works_with_rows_and_owns_nothing(
    tmp_path: Path, all_databases: Databases
) -> None:
    owner = all_databases.empty_postgresql_url()
    statements = re.search(r"<<'SQL'\n(.*)\nSQL", (DOCKER / "role.sh").read_text(), re.DOTALL)
    assert statements is not None
    plain = owner.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as connection:
        name = connection.info.dbname
        role = f"app_{name}"
        sql = statements.group(1).replace(":'password'", "'x'").replace("DATABASE dealer", f"DATABASE {name}")
        connection.execute(re.sub(r"\bapp\b", role, sql))
    assert (
        run("migrate", cwd=tmp_path, DEALER_DATABASE_URL=owner, DEALER_MIGRATE_DATABASE_URL=owner).returncode
        == 0
    )
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"SET ROLE {role}")
        connection.execute("INSERT INTO persons (name, created_at) VALUES ('a', now())")
        assert connection.execute("SELECT count(*) FROM persons").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DROP TABLE persons")
