"""Unsafe databases are named before anything is served on them."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from bot.doctor import examine, refused
from bot.migrations import migrate
from bot.settings import Settings
from core.db.engine import read_engine
from tests.databases import Database, Databases, as_application

KEY = "a key of the tests of the doctor, thirty-two and more"


def settings(url: str, **more: str) -> Settings:
    return Settings(database_url=url, secret_key=KEY, _env_file=None, **more)


def found(made: Settings) -> dict[str, bool]:
    reader = read_engine(made.database_url)
    try:
        return {one.code: one.unsafe for one in examine(made, reader)}
    finally:
        reader.dispose()


@pytest.fixture
def migrated(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/d.sqlite3"
    migrate(url)
    return url


def test_a_sound_sqlite_has_only_notes(migrated: str) -> None:
    assert not any(found(settings(migrated)).values())
    assert "no_row_security" in found(settings(migrated))


def test_a_database_behind_is_named(sqlite: Database) -> None:
    assert found(settings(sqlite.url))["not_at_head"]


def test_a_file_everybody_may_write_is_named(migrated: str) -> None:
    Path(migrated.removeprefix("sqlite:///")).chmod(0o666)
    assert found(settings(migrated))["writable"]


def test_a_damaged_reference_is_named(migrated: str) -> None:
    with sqlite3.connect(migrated.removeprefix("sqlite:///")) as connection:
        connection.execute("INSERT INTO accounts (dealer_id) VALUES (99)")
    assert found(settings(migrated))["corrupt"]


def test_a_connection_with_other_durability_is_refused(migrated: str) -> None:
    """The pragmas are read back from a live connection: an engine made without ours has synchronous = NORMAL or less."""
    bare = create_engine(migrated)
    with bare.begin() as connection:
        connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
    assert {one.code for one in refused(settings(migrated), bare)} == {"pragma"}
    ours = read_engine(migrated)
    assert refused(settings(migrated), ours) == []
    ours.dispose()
    bare.dispose()


def test_on_postgresql_the_owner_and_a_superuser_are_refused(all_databases: Databases) -> None:
    owner = all_databases.empty_postgresql_url()
    migrate(owner)
    app = as_application(owner)
    assert {"role_bypasses", "role_owns", "same_role"} <= found(
        settings(owner, migrate_database_url=owner)
    ).keys()
    good = settings(app, migrate_database_url=owner)
    reader = read_engine(app)
    assert refused(good, reader) == []
    assert found(good) == {"durability": True}  # test servers are hasty, and that is said
    with create_engine(owner).begin() as connection:
        connection.exec_driver_sql("ALTER TABLE orders NO FORCE ROW LEVEL SECURITY")
    assert [one.fields for one in refused(good, reader)] == [{"table": "orders"}]
    reader.dispose()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"secret_key": ""}, "SECRET_KEY"),
        ({"secret_key": "short"}, "SECRET_KEY"),
        ({"public_url": "http://shop.example.com"}, "PUBLIC_URL"),
        ({"telegram_api_url": "http://example.com"}, "TELEGRAM_API_URL"),
        ({"wechat_api_url": "ftp://example.com"}, "WECHAT_API_URL"),
        ({"wecom_api_url": "http://10.0.0.1"}, "WECOM_API_URL"),
        ({"telegram_token": "1:a", "telegram_mode": "webhook"}, "WEBHOOK_SECRET"),
        ({"telegram_token": "1:a", "telegram_webhook_secret": "spaces here"}, "WEBHOOK_SECRET"),
        ({"telegram_mode": "polling"}, "half set"),
        ({"telegram_webhook_secret": "abc"}, "half set"),
        ({"wechat_app_id": "wx"}, "half set"),
        ({"wechat_aes_key": "short"}, "AES_KEY"),
        ({"wecom_corp_id": "ww"}, "half set"),
        ({"database_url": "postgresql://app@h/d"}, "MIGRATE_DATABASE_URL"),
    ],
)
def test_unsafe_settings_are_named(change: dict[str, str], named: str) -> None:
    made = Settings(**{"secret_key": KEY, "database_url": "sqlite:///x", **change}, _env_file=None)
    assert any(named in problem for problem in made.problems())


@pytest.mark.parametrize("role", ["web", "worker"])
def test_sqlite_is_for_one_process(role: str) -> None:
    assert any("SQLite" in problem for problem in settings("sqlite:///x").problems(role=role))
