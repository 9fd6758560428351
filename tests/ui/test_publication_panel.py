"""A wave released to leaders by page: nothing without the tick, then a record, and refusals in the reader's words."""

import sqlite3
from contextlib import closing

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from service.figures.publish import publication_list
from service.store.engine import STORE_VARIABLE, Store
from words import text

PAGE = """
from service.store.engine import Store, store_url
from ui.panels import publication
from words import speaker
publication.show(Store.open(store_url()), "ensu2015", speaker({language!r}))
"""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_wave_is_released_by_page_once_the_tick_is_set(ensu_store, monkeypatch, tmp_path, language):
    file = tmp_path / "own.db"
    with (
        closing(sqlite3.connect(sa.make_url(ensu_store[1]).database)) as demonstration,
        closing(sqlite3.connect(file)) as own,
    ):
        demonstration.backup(own)
    url = f"sqlite:///{file}"
    monkeypatch.setenv(STORE_VARIABLE, url)
    store = Store.open(url)
    at = AppTest.from_string(PAGE.format(language=language), default_timeout=60).run()
    assert text("publish.none", language) in [caption.value for caption in at.caption]
    at.button[0].click().run()
    assert at.warning[0].value == text("publish.unsure", language) and publication_list(store, "ensu2015") == []
    at.selectbox[0].set_value("2015Q2")
    at.checkbox[0].set_value(True)
    at.button[0].click().run()
    (made,) = publication_list(store, "ensu2015")
    assert (made.wave, made.number, len(made.runs)) == ("2015Q2", 1, 2)
    assert not at.exception and at.dataframe[0].value.iloc[0, 1] == "1"
    at.selectbox[0].set_value("2015Q2")
    at.checkbox[0].set_value(True)
    at.button[0].click().run()
    assert at.error[0].value == text("publish.same", language, wave="2015Q2")
    store.engine.dispose()
