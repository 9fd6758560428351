"""A new survey centre at the page: the same wave in six formats, chosen in the file field, gives the same estimates.

From the first start with its one-time password to the figures; the commands init and import-programme went before.
"""

import subprocess

import pandas as pd
import pytest
import sqlalchemy as sa
from browsing import (
    COMMAND,
    PATIENCE,
    ROOT,
    click_until,
    fill,
    free_port,
    new_tab,
    one_time,
    own_password,
    serving,
    settle,
    shot,
    sign_in,
)

from presentation.times import wave_text
from service.figures.league import newest_run
from service.protection import people
from service.store import schema
from service.store.engine import Store
from words import speaker, text

EXAMPLES = ROOT / "data" / "examples"
SAVED = {  # wave -> the file, and a word of what the page says that it recognised
    "2026-01": ("wave_gbk.csv", "GB18030"),
    "2026-02": ("wave_semicolon.csv", "1.25"),
    "2026-03": ("wave_title.xlsx", "\u6570\u636e"),
    "2026-04": ("wave_labels.sav", "SPSS"),
    "2026-05": ("wave_labels.dta", "Stata"),
    "2026-06": ("limesurvey_texts.csv", "why[1]"),
}


@pytest.fixture
def centre(browser, tmp_path):
    """(a tab at the centre's page, the store's URL): administrator signed in, the example files' programme imported."""
    url = f"sqlite:///{tmp_path / 'own.db'}"
    for command in (["init"], ["import-programme", str(EXAMPLES / "programme.toml")]):
        subprocess.run([*COMMAND, *command, "--store", url], cwd=ROOT, check=True, capture_output=True)
    said = tmp_path / "said.txt"
    with serving(url, said, port=free_port(), environment={"RANKSHIFT_LANGUAGE": "en"}) as address:
        tab = new_tab(browser, "en")
        tab.goto(f"{address}/centre?lang=en")
        tab.get_by_role("heading", name=text("sign_in.title", "en")).wait_for(timeout=PATIENCE)
        settle(tab)
        first = one_time(said.read_text("utf-8"))
        sign_in(tab, people.FIRST, first)
        own_password(tab, first, "seventy townships, all alike")
        tab.get_by_role("heading", name=text("centre.title", "en")).wait_for(timeout=PATIENCE)
        settle(tab)
        yield tab, url
        tab.context.close()


def test_one_wave_in_six_formats_by_the_file_field_gives_the_same_estimates_to_the_digit(centre):
    tab, url = centre
    encoding = tab.get_by_label(text("incoming.encoding", "en"), exact=True)
    click_until(tab, tab.get_by_text(text("centre.upload", "en")).first, encoding)
    fill(tab, text("incoming.encoding", "en"), "klingon")  # refused: the file and what was typed stay
    for wave, (name, recognised) in SAVED.items():
        fill(tab, text("centre.upload.wave", "en"), wave)
        tab.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(EXAMPLES / name)
        tab.get_by_test_id("stFileUploader").filter(has_text=name).wait_for(timeout=PATIENCE)
        if wave == min(SAVED):
            _go(tab)
            tab.get_by_test_id("stAlertContentError").filter(has_text="klingon").wait_for(timeout=PATIENCE)
            settle(tab)
            assert tab.get_by_test_id("stFileUploader").filter(has_text=name).count() == 1
            fill(tab, text("incoming.encoding", "en"), "")
        fill(tab, text("centre.upload.wave", "en"), wave)  # nothing changes unless a redraw emptied it
        _go(tab)
        done = tab.get_by_test_id("stAlertContentSuccess").filter(has_text="60 interviews")
        done.filter(has_text=wave_text(wave, speaker("en"))).wait_for(timeout=PATIENCE)
        settle(tab)
        tab.get_by_test_id("stCaptionContainer").filter(has_text=recognised).first.wait_for(timeout=PATIENCE)
        waves = tab.locator("table.printed").filter(has_text=name).first  # has it at once
        waves.wait_for(state="attached", timeout=PATIENCE)
    shot(tab, "same_wave_en")
    tab.get_by_role("button", name=text("jobs.start", "en")).click()
    tab.get_by_text(text("jobs.note", "en")).wait_for(timeout=PATIENCE)
    tab.get_by_text(text("jobs.note", "en")).wait_for(state="hidden", timeout=2 * PATIENCE)
    tab.get_by_text(f"lakeside: {text('job.done', 'en')}").wait_for(timeout=PATIENCE)
    store = Store.open(url)
    digests = store.table(sa.select(schema.waves.c.wave, schema.waves.c.digest))
    estimates = _estimates(store)
    store.engine.dispose()
    assert list(digests.wave) == list(SAVED) and len(set(digests.digest)) == 1
    assert len(estimates["2026-01"]) == 10  # two measures of four towns, and of all
    for of_wave in estimates.values():
        pd.testing.assert_frame_equal(of_wave, estimates["2026-01"], check_exact=True)


def _go(tab) -> None:
    tab.get_by_role("button", name=text("centre.upload.go", "en"), exact=True).click(timeout=PATIENCE)


def _estimates(store: Store) -> dict[str, pd.DataFrame]:
    """The newest estimates of each wave."""
    table, of_wave = schema.DERIVED["ESTIMATES"], {}
    for wave in SAVED:
        run = newest_run(store, "estimate", programme="lakeside", wave=wave)
        rows = store.table(sa.select(table).where(table.c.run_id == run["run_id"]).order_by("measure", "domain"))
        of_wave[wave] = rows.drop(columns="run_id")
    return of_wave
