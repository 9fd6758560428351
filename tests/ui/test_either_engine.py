"""The same pages on PostgreSQL as on SQLite, by changing one URL."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from service.store.backup import backup, restore
from service.store.engine import STORE_VARIABLE
from service.store.permissions import ADMINISTRATOR

ROOT = Path(__file__).parents[2]
OTHERS = ("centre", "samples")  # a browser opens the leader's, the statistician's and the page of people on PostgreSQL


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
        at.query_params["lang"], at.query_params["role"] = "en", ADMINISTRATOR
        at.run()
        said[engine] = {"leader": shown(at)}
        numbers = {page["url_pathname"]: number for number, page in at._registered_pages.items()}
        for path in OTHERS:
            at._page_hash = numbers[path]
            said[engine][path] = shown(at.run())
    assert len(said["sqlite"]["leader"]) > 8 and all(said["sqlite"].values())
    assert said["sqlite"] == said["postgresql"]


def shown(at: AppTest) -> list[str]:
    """The texts and tables of a page that has neither a fault nor an error."""
    assert not at.exception and not at.error
    parts = [*at.title, *at.subheader, *at.markdown, *at.caption, *at.info]
    return [part.value for part in parts] + [frame.value.to_csv() for frame in at.dataframe]


def test_the_command_line_says_the_same_on_either_engine(urls, rankshift):
    said = {engine: rankshift("league", "--levels", "--store", url) for engine, url in urls.items()}
    assert said["sqlite"].code == 0 and len(said["sqlite"].out) > 2000
    assert said["sqlite"] == said["postgresql"]
