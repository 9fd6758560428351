"""Migrations: a store's tables are made, and later changed, by one chain of Alembic revisions and in no other way."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from service.store import schema
from service.store.migrations import OLDEST_SCHEMA, REVISIONS

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent / "migrations"
UNKNOWN = "schema "  # how the revision of a store begins that is older than the first one
ALEMBIC = sa.table("alembic_version", sa.column("version_num"))  # where Alembic keeps the revision of a store
TURN = 5_381_772  # PostgreSQL's advisory lock: whoever migrates holds it


def head() -> str:
    """The revision of the stores that this code writes."""
    return REVISIONS[-1]


def revisions() -> list[str]:
    """Every revision, oldest first."""
    return list(REVISIONS)


def revision_of(connection: sa.Connection) -> str | None:
    """The revision of an open store; None if there is no store, "schema 1" if it is older than the first revision."""
    tables = sa.inspect(connection)
    if not tables.has_table(schema.about.name):
        return None
    stamped = tables.has_table(ALEMBIC.name)
    revision = connection.scalar(sa.select(ALEMBIC.c.version_num)) if stamped else None
    if revision is None:
        stated = connection.scalar(sa.select(schema.about.c.schema))
        return REVISIONS[0] if stated == OLDEST_SCHEMA else f"{UNKNOWN}{stated}"
    return revision


def refusal(revision: str) -> str:
    """The key of the sentence about a store whose revision this code does not know: too old, or of newer code."""
    return "store.old" if revision.startswith(UNKNOWN) else "store.newer"


def upgrade(engine: sa.Engine, to: str | None = None) -> None:
    """Bring the tables to the revision `to` (by default the newest), in one transaction: all of it or nothing.

    SQLite changes a table by copying it, which foreign keys forbid; they are off meanwhile and checked at the end.
    """
    with engine.connect() as connection:
        _foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                _upgrade(connection, to or head())
        finally:
            _foreign_keys(connection, "ON")


def upgrade_within(connection: sa.Connection) -> None:
    """Bring the tables of a PostgreSQL database to the newest revision, in the transaction that is open."""
    _upgrade(connection, head())


def _foreign_keys(connection: sa.Connection, on_or_off: str) -> None:
    if connection.dialect.name == "sqlite":  # not through SQLAlchemy, which would begin a transaction first
        driver: Any = connection.connection.driver_connection
        driver.execute(f"PRAGMA foreign_keys = {on_or_off}")


def _upgrade(connection: sa.Connection, to: str) -> None:
    from alembic import command  # imported here: it costs a third of a command's start, and few commands migrate

    on_sqlite = connection.dialect.name == "sqlite"
    if not on_sqlite:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(TURN)))
    config = _config()
    config.attributes["connection"] = connection
    if revision_of(connection) == REVISIONS[0]:
        command.stamp(config, REVISIONS[0])  # from before there were migrations, or stamped so already
    command.upgrade(config, to)
    if on_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
        raise sa.exc.IntegrityError("PRAGMA foreign_key_check", None, ValueError(f"{broken[0]} -> {broken[2]}"))


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config
