"""Bringing a database to the newest schema, and knowing whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from core.db.engine import write_engine

FOLDER = Path(__file__).parent


def migrate(url: str, revision: str = "head") -> None:
    """Upgrade the database at `url` (on PostgreSQL: the owner's address) in one transaction."""
    engine = write_engine(url, guarded=False)
    try:
        with engine.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        engine.dispose()


def at_head(engine: Engine) -> bool:
    """Whether the database has every migration and no unknown one."""
    return revisions(engine) == set(ScriptDirectory.from_config(_config()).get_heads())


def revisions(engine: Engine) -> set[str]:
    """The migrations a database stands at; empty for one that was never migrated."""
    with engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config
