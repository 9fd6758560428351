"""The form that takes a wave: a preview first, what may be named of the file, and a refusal that keeps both."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from reference import examples
from service.intake import imports
from service.store import schema
from service.store.engine import STORE_VARIABLE, Store
from ui.literal import literal
from words import text

ROOT = Path(__file__).parents[2]
LAIBIN = ROOT / "tests" / "surveys" / "laibin_simulated"
SCRIPT = """
from service.store.engine import Store, store_url
from ui.pages import centre
from words import speaker
centre.show(Store.open(store_url()), speaker({language!r}))
"""
RECORDS = b"""[records.crimes]
best = "smallest"
name = { zh = "\xe6\xa1\x88\xe4\xbb\xb6", en = "Crimes" }
[measures.index]
kind = "index"
best = "largest"
scale = [0, 1]
name = { zh = "\xe6\x8c\x87\xe6\x95\xb0", en = "Index" }
parts.safe = { weight = 0.5 }
parts.crimes = { weight = 0.5, bounds = [0, 100] }
"""
WRONG = examples.csv(examples.wave().assign(town=examples.wave().town.str.lstrip("0")), "utf-8")


@pytest.fixture
def lakeside(fresh_store, monkeypatch):
    store = fresh_store("sqlite")
    imports.import_programme(store, (examples.FOLDER / "programme.toml").read_bytes(), "programme.toml")
    monkeypatch.setenv(STORE_VARIABLE, str(store.engine.url))
    yield store
    store.engine.dispose()


def button(at: AppTest, key: str, language: str):
    return next(b for b in at.button if b.label == text(key, language))


def shown(at: AppTest) -> str:
    return "\n".join(str(e.value) for kind in ("caption", "markdown", "success", "error") for e in at.get(kind))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_file_is_looked_at_first_and_its_choice_stays_after_a_refusal(lakeside, language):
    at = AppTest.from_string(SCRIPT.format(language=language), default_timeout=60).run()
    at.text_input[0].set_value("2026Q1")
    at.file_uploader[0].set_value(("w.csv", WRONG, "text/csv"))
    button(at, "centre.upload.preview", language).click().run()
    assert not at.exception and len(at.error) == 1 and "01" in at.error[0].value
    assert any(list(d.value.columns)[:2] == ["id", "town"] for d in at.dataframe)
    assert text("file.use.weight", language) in shown(at)
    button(at, "centre.upload.go", language).click().run()
    assert len(at.error) == 1 and imports.wave_versions(lakeside, "lakeside").empty
    assert len(at.run().warning) == 1  # what was refused stands in the log until the file is accepted
    button(at, "centre.upload.go", language).click().run()
    assert at.file_uploader[0].value is not None and at.text_input[0].value == "2026Q1"
    at.checkbox(key="wave_zeros").check()
    button(at, "centre.upload.preview", language).click().run()
    assert text("incoming.nothing_wrong", language) in shown(at) and imports.wave_versions(lakeside, "lakeside").empty
    button(at, "centre.upload.go", language).click().run()
    assert not at.error and list(imports.wave_versions(lakeside, "lakeside").interviews) == [60]
    assert at.checkbox(key="wave_zeros").value
    assert not at.warning and text("centre.overtaken", language) in [e.label for e in at.expander]


def test_an_encoding_that_there_is_not_is_a_sentence_and_a_sheet_may_be_named(lakeside):
    at = AppTest.from_string(SCRIPT.format(language="en"), default_timeout=60).run()
    at.text_input[0].set_value("2026Q1")
    at.file_uploader[0].set_value(("w.xlsx", examples.WAVES["wave_title.xlsx"](), "application/octet-stream"))
    at.text_input(key="wave_encoding").set_value("klingon")
    button(at, "centre.upload.go", "en").click().run()
    assert not at.exception and "klingon" in at.error[0].value
    at.text_input(key="wave_encoding").set_value("")
    at.text_input(key="wave_sheet").set_value("\u6570\u636e")
    button(at, "centre.upload.go", "en").click().run()
    assert not at.error and list(imports.wave_versions(lakeside, "lakeside").interviews) == [60]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_known_totals_are_looked_at_first_and_then_imported_by_page(fresh_url, monkeypatch, language):
    url = fresh_url("sqlite")
    store = Store.create(url)
    imports.import_programme(store, (LAIBIN / "programme.toml").read_bytes(), "programme.toml")
    monkeypatch.setenv(STORE_VARIABLE, url)
    at = AppTest.from_string(SCRIPT.format(language=language), default_timeout=60).run()
    at.file_uploader(key="margins_file").set_value(
        ("m.csv", b"margin,category,total,period\na,b,x,2026Q1\n", "text/csv")
    )
    for key in ("look_margins", "go_margins"):
        at.button(key=key).click().run()
        assert not at.exception and len(at.error) == 1 and "m.csv" in at.error[0].value
        assert text("faults.save", language) in "".join(str(frame.proto) for frame in at.get("iframe"))
        assert at.file_uploader(key="margins_file").value is not None
    content = (LAIBIN / "margins.csv").read_bytes()
    at.file_uploader(key="margins_file").set_value(("margins.csv", content, "text/csv"))
    at.button(key="look_margins").click().run()
    assert not at.error and text("incoming.nothing_wrong", language) in shown(at)
    assert any(list(d.value.columns)[:2] == ["margin", "category"] for d in at.dataframe)
    versions = store.table(sa.select(schema.margins.c.period))
    assert versions.empty
    at.button(key="go_margins").click().run()
    assert not at.error and len(store.table(sa.select(schema.margins.c.period))) == 1
    store.engine.dispose()


def test_the_records_of_a_wave_are_looked_at_with_it(fresh_url, monkeypatch):
    url = fresh_url("sqlite")
    store = Store.create(url)
    toml = (examples.FOLDER / "programme.toml").read_bytes() + RECORDS
    imports.import_programme(store, toml, "programme.toml")
    monkeypatch.setenv(STORE_VARIABLE, url)
    at = AppTest.from_string(SCRIPT.format(language="en"), default_timeout=60).run()
    at.text_input[0].set_value("2026Q1")
    at.file_uploader[0].set_value(("w.csv", examples.WAVES["wave_utf8.csv"](), "text/csv"))
    at.file_uploader[1].set_value(("records.txt", examples.FORMS["tab.txt"](examples.records()), "text/csv"))
    at.button(key="look_wave").click().run()
    assert not at.exception and not at.error and "Preview of records.txt" in shown(at)
    assert any(list(d.value.columns)[:3] == ["record", "area", "value"] for d in at.dataframe)
    wrong = examples.csv(examples.records().assign(value="many"), "utf-8")
    at.file_uploader[1].set_value(("records.csv", wrong, "text/csv"))
    at.button(key="look_wave").click().run()
    assert not at.exception and at.error and all("many" in error.value for error in at.error)
    at.text_input(key="records_encoding").set_value("klingon")  # of the records, not of the wave
    at.button(key="look_wave").click().run()
    assert not at.exception and "klingon" in at.error[0].value
    store.engine.dispose()


def test_every_form_that_takes_a_table_has_the_choices_and_a_preview():
    """A row of choices for each file, but for those of a plan, which share one, what is kept nowhere, and templates."""
    taking, alone = {}, ("check.py", "printed.py", "bulletins.py", "plan_settings.py")
    for file in (ROOT / "ui").rglob("*.py"):
        source = file.read_text("utf-8")
        uploads, rows = source.count("uploads.field("), source.count("incoming.choose(")
        assert ".file_uploader(" not in source or file.name == "uploads.py", "a field is one of `uploads`"
        if uploads:
            taking[file.name] = uploads, rows
            assert file.name in alone or "incoming.show_preview(" in source, file.name
    assert taking.pop("check.py") == (2, 0) and taking.pop("printed.py") == (1, 0)  # they keep nothing
    assert taking.pop("bulletins.py") == (1, 0)  # an office's Word file or slides, no table
    assert taking.pop("plan_settings.py") == (3, 0)
    form = (ROOT / "ui" / "panels" / "plan_form.py").read_text("utf-8")  # which shows those settings
    assert form.count("incoming.choose(") == 1 and "incoming.show_preview(" in form
    assert len(taking) >= 4 and all(uploads == rows for uploads, rows in taking.values()), taking


def test_a_wave_without_its_known_totals_is_said_with_the_preview_and_with_the_import(fresh_url, monkeypatch):
    url, folder = fresh_url("sqlite"), LAIBIN
    store = Store.create(url)
    imports.import_programme(store, (folder / "programme.toml").read_bytes(), "programme.toml")
    monkeypatch.setenv(STORE_VARIABLE, url)
    at = AppTest.from_string(SCRIPT.format(language="en"), default_timeout=120).run()
    at.text_input[0].set_value("2026Q1")
    numbers = (folder / "laibin_simulated_2026Q1.csv").read_bytes()
    for button in ("look_wave", "go_wave"):
        at.file_uploader[0].set_value(("numbers.csv", numbers, "text/csv"))
        at.button(key=button).click().run()
        known = {"expected": "2020", "programme": "laibin_simulated", "found": []}
        reason = text("weighting.period", "en", on_page=True, **known)
        assert not at.exception and text("wave.hindered", "en", reason=literal(reason)) in [w.value for w in at.warning]
    store.engine.dispose()
