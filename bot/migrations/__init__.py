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
            settings = config()
            settings.attributes["connection"] = connection
            command.upgrade(settings, revision)
    finally:
        engine.dispose()


def at_head(engine: Engine) -> bool:
    """Whether the database has every migration and no unknown one."""
    return revisions(engine) == {head()}


def head() -> str:
    """The newest migration."""
    return str(ScriptDirectory.from_config(config()).get_current_head())


def revisions(engine: Engine) -> set[str]:
    """The migrations a database stands at; empty for one that was never migrated."""
    with engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads())


def config() -> Config:
    """Alembic's settings, without a file."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    made.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return made
