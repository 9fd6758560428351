"""Migrations: a store's tables are made, and later changed, by one line of Alembic revisions and in no other way."""

from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from service.store import schema
from service.store.migrations.versions import schema2

FOLDER = Path(__file__).parent / "migrations"
UNKNOWN = "schema "  # begins what is said of a store of code before the first revision
TURN = 5_381_772  # PostgreSQL's advisory lock that one process at a time migrates under


@cache
def _history() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def head() -> str:
    """The revision of a store this code writes."""
    return str(_history().get_current_head())


def revisions() -> list[str]:
    """Every revision, oldest first."""
    return [step.revision for step in reversed(list(_history().walk_revisions()))]


def found(connection: sa.Connection) -> str | None:
    """The revision of an opened store; None for a place without one, "schema 1" for one older than the first."""
    if not sa.inspect(connection).has_table(schema.about.name):
        return None
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        told = connection.scalar(sa.select(schema.about.c.schema))
        return schema2.revision if told == schema2.SCHEMA else f"{UNKNOWN}{told}"
    return revision


def refusal(revision: str) -> str:
    """The key of what is said about a store of a revision not known here: too old, or of newer code."""
    return "store.old" if revision.startswith(UNKNOWN) else "store.newer"


def upgrade(engine: sa.Engine, to: str | None = None) -> None:
    """Bring the tables from the revision found to `to` (the newest), in one transaction: all of it or nothing.

    SQLite changes a table by copying it, which its foreign keys forbid; they are off meanwhile and checked at the end.
    """
    with engine.connect() as connection:
        _foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                _upgrade(connection, to or head())
        finally:
            _foreign_keys(connection, "ON")


def _foreign_keys(connection: sa.Connection, on_or_off: str) -> None:
    if connection.dialect.name == "sqlite":  # past SQLAlchemy, which would begin a transaction first
        driver: Any = connection.connection.driver_connection
        driver.execute(f"PRAGMA foreign_keys = {on_or_off}")


def _upgrade(connection: sa.Connection, to: str) -> None:
    on_sqlite = connection.dialect.name == "sqlite"
    if not on_sqlite:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(TURN)))
    config = _config()
    config.attributes["connection"] = connection
    if found(connection) == schema2.revision:
        command.stamp(config, schema2.revision)  # a store of before there were migrations, or one already stamped so
    command.upgrade(config, to)
    if on_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
        raise sa.exc.IntegrityError("PRAGMA foreign_key_check", None, ValueError(f"{broken[0]} -> {broken[2]}"))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config
