"""The same pages on PostgreSQL as on SQLite, by changing one URL."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from service.store.backup import backup, restore
from service.store.engine import STORE_VARIABLE

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def urls(ensu_store, fresh_url, tmp_path_factory):
    """The demonstration survey on both engines."""
    file = tmp_path_factory.mktemp("either") / "ensu.db"
    backup(ensu_store[0], file)
    server = fresh_url("postgresql")
    restore(file, server).store.engine.dispose()
    return {"sqlite": ensu_store[1], "postgresql": server}


def test_the_app_says_the_same_on_either_engine(urls, monkeypatch):
    said = {}
    for engine, url in urls.items():
        monkeypatch.setenv(STORE_VARIABLE, url)
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        at.query_params["lang"] = "en"
        at.run()
        assert not at.exception and not at.error
        parts = [*at.title, *at.subheader, *at.markdown, *at.caption, *at.info]
        said[engine] = [p.value for p in parts] + [frame.value.to_csv() for frame in at.dataframe]
    assert len(said["sqlite"]) > 8
    assert said["sqlite"] == said["postgresql"]


def test_the_command_line_says_the_same_on_either_engine(urls, rankshift):
    said = {engine: rankshift("league", "--levels", "--store", url) for engine, url in urls.items()}
    assert said["sqlite"].code == 0 and len(said["sqlite"].out) > 2000
    assert said["sqlite"] == said["postgresql"]
