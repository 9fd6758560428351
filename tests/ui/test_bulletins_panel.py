"""The panel of bulletins: one is made by a form, kept, offered as files, and compared with the figures of today."""

import sqlite3
from contextlib import closing
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from presentation.bulletin.making import Again, made_bulletin
from presentation.bulletin.said import again_sentences
from presentation.bulletin.wording import Asked
from service.bulletins.keeping import bulletin_list
from service.figures import waves
from service.store.engine import STORE_VARIABLE, Store
from ui.panels import bulletins
from words import speaker, text

SCRIPT = """
from service.store.engine import Store, store_url
from ui.panels import bulletins
from ui.faults import explained
from words import speaker
t = speaker({language!r})
explained(lambda: bulletins.{name}(Store.open(store_url()), "ensu2015", t), t)
"""


@pytest.fixture
def own_store(ensu_store, tmp_path, monkeypatch):
    """A copy of the demonstration's store, to be written to."""
    places = (ensu_store[0].engine.url.database, tmp_path / "own.db")
    with closing(sqlite3.connect(places[0])) as original, closing(sqlite3.connect(places[1])) as copy:
        original.backup(copy)
    monkeypatch.setenv(STORE_VARIABLE, f"sqlite:///{places[1]}")
    store = Store.open(f"sqlite:///{places[1]}")
    yield store
    store.engine.dispose()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_bulletin_is_made_by_the_form_and_is_still_what_todays_figures_say(own_store, language, monkeypatch):
    at = AppTest.from_string(SCRIPT.format(language=language, name="show"), default_timeout=60).run()
    assert not at.exception and not at.get("download_button")
    for name in ("number", "title", "signature", "issuer"):
        at.text_input(key=f"bulletin_{name}").set_value("9" if name == "number" else f"{name} 甲")
    at.date_input(key="bulletin_day").set_value(date(2015, 10, 15))
    at.selectbox(key=f"bulletin_measure {language}").set_value("police")
    at.button(key="bulletin_go").click().run()
    (kept,) = bulletin_list(own_store, "ensu2015")
    number = {"zh": "〔2015〕9号", "en": "No. 9 of 2015"}[language]
    assert (kept.kind, kept.language, kept.document.head.number) == ("notice", language, number)
    head, said = kept.document.head, {"zh": "2015年10月15日", "en": "15 October 2015"}[language]
    assert (kept.document.title, head.signature, head.issuer, head.date) == (
        "title 甲",
        "signature 甲",
        "issuer 甲",
        said,
    )
    assert kept.document.measure == "police"
    assert not at.exception and not at.error and len(at.get("download_button")) >= 2
    (made,) = (block.value for block in at.success)
    assert made.startswith(
        {"zh": "已制作：第1号：2015年第3季度通报（中文），第1版；", "en": "Made: No. 1: Notice, 2015 Q3"}[language]
    )
    at.button(key=f"bulletin_again {kept.number}").click().run()
    said = text("bulletin.again.same", language, number=kept.number, digest=kept.digest)
    assert said in [block.value for block in at.success]
    monkeypatch.setattr(bulletins, "NEWEST", 0)
    offered = AppTest.from_string(SCRIPT.format(language=language, name="offered"), default_timeout=60).run()
    assert not offered.exception and len(offered.selectbox) == 1 and not offered.warning
    assert [closed.label for closed in offered.expander] == [text("bulletin.panel.older", language, count=1, marked=0)]


def test_a_bulletin_with_newer_figures_is_marked_in_the_list_and_names_them_without_being_asked(own_store):
    store, t = own_store, speaker("en")
    kept = made_bulletin(store, "ensu2015", "brief", Asked(date(2015, 10, 15)), t)
    run = waves.estimate_wave(store, "ensu2015", "2015Q3", seed="another").run_id
    at = AppTest.from_string(SCRIPT.format(language="en", name="offered"), default_timeout=60).run()
    listed, revised = (frame.value for frame in at.dataframe)
    assert listed[t("bulletin.listed.since")][0] == t("bulletin.mark.newer", runs=[str(run)], count=1)
    assert not at.exception and [block.value for block in at.warning][-1].endswith("revised since it was made:")
    assert (revised[t("bulletin.listed.then")] != revised[t("bulletin.listed.now")]).all() and len(revised) > 0
    assert kept.number == 1


def test_figures_that_wait_for_their_release_are_not_called_uncomputed(own_store):
    kept = made_bulletin(own_store, "ensu2015", "brief", Asked(date(2015, 10, 15)), speaker("en"))
    waiting = again_sentences(kept, Again(True, (), (), (), outdated=True, unreleased=(7, 8)), speaker("en"))
    assert len(waiting) == 1 and "(runs 7, 8)" in waiting[0] and "released" in waiting[0]
    assert "not computed again yet" in again_sentences(kept, Again(True, (), (), (), outdated=True), speaker("en"))[0]
