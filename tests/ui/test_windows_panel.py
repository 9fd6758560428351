"""Any two windows from the page: refused with its reason before it starts, else a job with exactly these windows."""

import pytest
from streamlit.testing.v1 import AppTest

from service.care import jobs
from service.store.engine import STORE_VARIABLE
from words import text

PAGE = """
from service.figures.league import read_league
from service.store.engine import Store, store_url
from ui.panels import windows
from words import speaker
store = Store.open(store_url())
windows.show(store, read_league(store, "ensu2015"), speaker({language!r}))
"""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_windows_in_the_wrong_order_are_refused_and_others_become_a_job(ensu_store, monkeypatch, language):
    monkeypatch.setenv(STORE_VARIABLE, ensu_store[1])
    begun = []
    monkeypatch.setattr(jobs, "start", lambda store, *what, **windows: begun.append((what, windows)))
    at = AppTest.from_string(PAGE.format(language=language), default_timeout=60).run()
    before, after = (at.multiselect(key=f"compare {side} {language}") for side in ("before", "after"))
    before.set_value(["2015Q3"])
    after.set_value(["2015Q1"])
    at.run()
    assert not at.exception and not [b for b in at.button if b.key == "compare_go"]
    assert at.error[0].value == text("compare.order", language, before="2015Q3", after="2015Q1")
    at.multiselect(key=f"compare before {language}").set_value(["2015Q2", "2015Q1"])
    at.multiselect(key=f"compare after {language}").set_value(["2015Q3"])
    at.run()
    assert not at.error
    at.button(key="compare_go").click().run()
    assert begun == [((jobs.COMPARE, "ensu2015"), {"before": "2015Q1+2015Q2", "after": "2015Q3"})]
