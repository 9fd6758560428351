"""The rule editor: what is wrong is listed, what is right is tried on the newest wave and saved with its reason."""

import json
import sqlite3
from contextlib import closing

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from service.figures.rules_preview import preview_rules
from service.figures.waves import estimate_wave
from service.intake.rule_editing import read_rules, rule_versions, save_rules
from service.store import schema
from service.store.engine import STORE_VARIABLE, Store
from service.store.permissions import LEADER, STATISTICIAN, Actor
from service.store.trail import trail_lines
from words import Fault, text

NAME = "ensu2015"
PAGE = """
from service.store.engine import Store, store_url
from ui.pages import rules
from words import speaker
rules.show(Store.open(store_url()), speaker({language!r}))
"""
MORE = """
[rules.many]
measure = "{measure}"
kind = "not_last"
threshold = 3
name = {{ zh = "不在后三名", en = "Not the last three" }}
"""


@pytest.fixture
def own_store(ensu_store, tmp_path):
    file = tmp_path / "own.db"
    with (
        closing(sqlite3.connect(sa.make_url(ensu_store[1]).database)) as demonstration,
        closing(sqlite3.connect(file)) as own,
    ):
        demonstration.backup(own)
    store = Store.open(f"sqlite:///{file}")
    yield store
    store.engine.dispose()


def other_rules(store) -> str:
    edited = read_rules(store, NAME)
    measure = edited.rules.split('measure = "')[1].split('"')[0]
    return edited.rules + MORE.format(measure=measure)


def test_a_preview_says_what_an_estimate_by_the_saved_rules_stores(own_store):
    edited, changed = read_rules(own_store, NAME), other_rules(own_store)
    preview = preview_rules(own_store, NAME, edited.changed(changed), edited.file)
    assert "many" in set(preview.verdicts.rule) and "many" not in set(preview.before.rule)
    ann = own_store.acting(Actor("ann", STATISTICIAN))
    assert save_rules(ann, NAME, changed, note="document 3", began=edited.version).version == edited.version + 1
    run = estimate_wave(own_store, NAME, preview.wave).run_id
    table = schema.DERIVED["VERDICTS"]
    stored = own_store.table(sa.select(table).where(table.c.run_id == run)).drop(columns="run_id")
    by = ["rule", "area"]
    for column in ("printed", "outcome", "estimate", "lower", "upper"):
        one, other = (v.sort_values(by)[column].to_list() for v in (preview.verdicts, stored))
        assert one == other


def test_a_version_is_saved_with_its_reason_once_and_never_over_somebody_elses(own_store):
    edited, changed = read_rules(own_store, NAME), other_rules(own_store)
    ann = own_store.acting(Actor("ann", STATISTICIAN))
    with pytest.raises(Fault) as fault:
        save_rules(ann, NAME, changed, note=" ", began=edited.version)
    assert fault.value.key == "programme.no_note"
    save_rules(ann, NAME, changed, note="document 3", began=edited.version)
    newest = rule_versions(own_store, NAME).iloc[0]
    assert (newest.version, newest.by, newest.note) == (edited.version + 1, "ann", "document 3")
    line = trail_lines(own_store).set_index("action").details["edit-rules"]
    assert json.loads(line) == {"programme": NAME, "version": edited.version + 1, "note": "document 3"}
    with pytest.raises(Fault) as fault:  # an editor opened before
        save_rules(ann, NAME, edited.rules + "\n# late\n", note="late", began=edited.version)
    assert fault.value.key == "import.overtaken"
    with pytest.raises(Fault) as fault:
        read_rules(own_store.acting(Actor("lea", LEADER)), NAME)
    assert fault.value.key == "permission.denied"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_lists_faults_with_their_lines_then_tries_and_saves_what_is_right(own_store, monkeypatch, language):
    monkeypatch.setenv(STORE_VARIABLE, own_store.engine.url.render_as_string())
    edited, changed = read_rules(own_store, NAME), other_rules(own_store)
    at = AppTest.from_string(PAGE.format(language=language), default_timeout=60).run()
    assert not at.exception and at.info[0].value == text("rules.unchanged", language)
    at.text_area[0].set_value(changed.replace("not_last", "not_lost")).run()
    wrong = next(block.value for block in at.markdown if block.value.startswith("- "))
    assert text("rules.wrong", language, count=wrong.count("\n") + 1) in at.error[0].value
    for line in (4, 16):
        assert text("rules.at_line", language, line=line) in wrong
    at.text_area[0].set_value(changed).run()
    assert at.success[0].value == text("rules.right", language)
    at.button(key="rules_look").click().run()
    assert {"zh": "不在后三名", "en": "Not the last three"}[language] in set(at.dataframe[0].value.iloc[:, 0])
    at.text_input[0].set_value("document 3")
    at.button(key=f"rules_save {edited.version}").click().run()
    assert not at.exception and read_rules(own_store, NAME).version == edited.version + 1
