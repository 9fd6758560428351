"""The survey centre's page of samples: a plan with its tables, approval, draw, releases, proof; faults in words."""

import base64
import io
import re
import sys
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from sampling import Wanted
from service.drawing import draws, releases
from service.intake import imports
from service.protection import keys
from service.protection.keys import Key
from service.samples import frames, proof_files, samples
from service.store import audit
from service.store.engine import STORE_VARIABLE, Store
from service.store.permissions import ADMINISTRATOR, CENTRE, Actor
from service.store.trail import trail_lines
from words import text

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "service"))
from township_list import FILE, FRAME, NAME, as_csv, programme, residents  # noqa: E402

FRAME_KEY, KEY, WAVE = Key(bytes(range(64))), Key(bytes(range(1, 65))), "2026Q1"
TOWNSHIP = "451302001"
SHARES = f"area,share\n{TOWNSHIP},0.75\n".encode()


@pytest.fixture
def store(fresh_store, monkeypatch, tmp_path):
    """A store with the simulated frame, without numbers, and the frames' key in the environment."""
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))
    monkeypatch.setenv(keys.FRAME_VARIABLE, base64.b64encode(FRAME_KEY.secret).decode())
    made = fresh_store("sqlite").acting(Actor("ann", CENTRE))
    monkeypatch.setenv(STORE_VARIABLE, str(made.engine.url))
    imports.import_programme(made, programme(), "simulated.toml")
    table = residents(12).drop(columns=["phone", "name"])
    frames.import_frame(made, NAME, FRAME, as_csv(table), FILE, frame_key=FRAME_KEY)
    yield made
    made.engine.dispose()


def page(language: str = "en", role: str = CENTRE) -> AppTest:
    script = f"""
from service.store.permissions import Actor
from service.store.engine import Store, store_url
from ui.pages import samples
from ui.faults import explained
from words import speaker
t = speaker({language!r})
explained(lambda: samples.show(Store.open(store_url()).acting(Actor("ann", {role!r})), t), t)
"""
    return AppTest.from_string(script, default_timeout=90).run()


def said(at: AppTest) -> str:
    parts = [*at.title, *at.subheader, *at.caption, *at.info, *at.error, *at.markdown]
    return "\n".join(str(p.value) for p in parts)


def begin_plan(at: AppTest, wave: str, interviews: int) -> None:
    """The six things with the defaults of the command, which the page's form does not begin with."""
    at.text_input(key="plan_wave").set_value(wave)
    at.number_input(key="plan_interviews").set_value(interviews)
    at.number_input(key="plan_minimum").set_value(Wanted.minimum)
    at.number_input(key="plan_response").set_value(Wanted.response_rate)


def test_a_wave_is_planned_approved_drawn_and_released_on_the_page(store):
    at = page()
    begin_plan(at, WAVE, 210)
    at.button(key="plan_go").click().run()
    assert not at.exception and not at.error
    assert "210 interviews in 70 areas" in said(at) and text("sample.draft", "en") in said(at)
    assert samples.read_plan(store, NAME, WAVE).wanted == Wanted(210)  # the rest begins with the defaults
    assert any(len(table.value) == 71 for table in at.dataframe)
    assert at.button(key="approve 1").disabled  # until it is confirmed
    at.checkbox(key="approve_sure_1").check().run()
    at.button(key="approve 1").click().run()
    slip = samples.read_plan(store, NAME, WAVE).slip
    assert not at.error and slip in [code.value for code in at.code]
    assert at.button(key="draw 1").disabled
    at.checkbox(key="draw_sure_1").check().run()
    at.button(key="draw 1").click().run()
    sample = samples.read_sample(store, NAME, WAVE)
    assert not at.error and sample.record.seed in said(at)
    at.button(key="release 1").click().run()
    assert not at.error and len(samples.read_sample(store, NAME, WAVE).releases) == 1
    assert text("sample.short.rule", "en") in said(at)  # nobody was called: every area needs more than the first half
    at.multiselect(key="areas 2").set_value([TOWNSHIP])
    at.button(key="release 2").click().run()
    at.button(key="short 3").click().run()
    released = samples.read_sample(store, NAME, WAVE)
    assert not at.error and released.releases.strata[1] == [TOWNSHIP] and len(released.releases) == 3
    at.button(key="proof").click().run()
    assert not at.exception and not at.error


def test_the_plan_is_shown_by_every_design_and_level_with_the_n_for_the_chance_wanted(store):
    at = page("zh")
    begin_plan(at, WAVE, 700)
    at.number_input(key="plan_chance").set_value(0.5)
    at.number_input(key="plan_q").set_value(0.25)
    at.file_uploader(key="plan_shares").upload("shares.csv", SHARES)
    at.button(key="plan_go").click().run()
    assert not at.exception and not at.error
    wanted = samples.read_plan(store, NAME, WAVE).wanted
    assert (wanted.q, wanted.assumed.chance, wanted.shares) == (0.25, 0.5, {TOWNSHIP: 0.75})
    (power,) = [table.value for table in at.dataframe if len(table.value) == 2 + 8 * 3]
    assert power.columns[2] == text("sample.column.needed", "zh", chance=0.5)
    assert text("sample.not_reached", "zh", most=160.0) in set(power.iloc[:, 2])
    assert len(set(power.iloc[:, 1])) == 4  # three levels, and none for the list of the last
    (buttons,) = [h.proto.body for h in at.get("html") if '<button data-picture="' in h.proto.body]
    (wave,) = at.selectbox(key="wave samples zh").options
    for words in (text("sample.power", "zh"), text("sample.draft", "zh"), wave, text("note.simulated", "zh")):
        assert words in buttons  # what is taken away says of what it is


def test_a_wave_that_continues_another_keeps_the_part_asked_for(store):
    drawn(store, release=1)
    at = page()
    begin_plan(at, "2026Q2", 140)
    at.selectbox(key="plan_after").set_value(WAVE)
    at.number_input(key="plan_keep").set_value(0.5)
    at.button(key="plan_go").click().run()
    assert not at.error
    wanted = samples.read_plan(store, NAME, "2026Q2").wanted
    assert (wanted.after, wanted.keep) == (WAVE, 0.5)
    assert at.selectbox(key="wave samples en").value == "2026Q2" and text("sample.draft", "en") in said(at)
    older = text("sample.older_frame", "en", frame=FRAME, version=1, newest=2)
    assert older not in [w.value for w in at.warning]
    newer = residents(12).drop(columns=["phone", "name"]).iloc[1:]
    frames.import_frame(store, NAME, FRAME, as_csv(newer), FILE, frame_key=FRAME_KEY)
    assert older in [w.value for w in at.run().warning]


CONSTRAINTS = "domain,share,margin\nall,0.9,0.05\n"
BY_PAGE_AND_COMMAND = {
    "sorted and screened": (
        {"plan_sort": "sex,age", "plan_call_dead": 0.1, "plan_public": "the lottery"},
        ["--sort", "sex,age", "--call-dead", 0.1, "--public", "the lottery"],
    ),
    "balanced, in rotation groups": (
        {"plan_balance": "age, sex", "plan_rotation": "2-1-1", "plan_respondents": True, "plan_again": 0.6},
        ["--balance", "age,sex", "--rotation", "2-1-1", "--respondents", "--again", 0.6],
    ),
    "unequal": (
        {"plan_unequal": "pivotal", "plan_size": "adults", "plan_census": True},
        ["--draw", "pivotal", "--size", "adults", "--census"],
    ),
    "two stages, villages by constraints": (
        {
            "plan_icc": 0.05,
            "plan_psu_cost": 40.0,
            "plan_cost": 10.0,
            "plan_psu": 2,
            "plan_pps": "pivotal",
            "plan_kish": True,
        },
        ["--icc", 0.05, "--psu-cost", 40, "--cost", 10, "--psu", 2, "--pps", "pivotal", "--kish"],
    ),
}


@pytest.mark.parametrize("case", BY_PAGE_AND_COMMAND)
def test_every_field_of_the_form_gives_the_plan_that_the_command_gives(store, rankshift, monkeypatch, tmp_path, case):
    monkeypatch.setenv(STORE_VARIABLE, str(store.engine.url))  # `rankshift` took it away
    people = residents(12).drop(columns=["phone", "name"])
    people = people.assign(psu=people.area + people.unit_id.str[-1:].map(lambda i: "-a" if i in "02468" else "-b"))
    number = pd.Series(range(len(people)))
    people = people.assign(age=18 + number % 60, sex=number.map(lambda i: "fm"[i % 2]), adults=1 + number % 4)
    at = page()
    at.text_input(key="list_name 0").set_value(FRAME)
    at.text_input(key="list_keep 0").set_value("age, sex, adults")
    at.file_uploader(key="list_file 0").set_value((FILE, as_csv(people.astype(str)), "text/csv"))
    at.button(key="go_list 0").click().run()
    assert not at.exception and not at.error
    kept = frames.load_frame(store, frames.current_frame(store, NAME, FRAME).version_id)
    assert {"age", "sex", "adults", "psu"} <= set(kept)
    fields, options = BY_PAGE_AND_COMMAND[case]
    begin_plan(at, WAVE, 420)
    if "plan_icc" in fields:
        at.file_uploader(key="plan_constraints").upload("c.csv", CONSTRAINTS.encode())
        (tmp_path / "c.csv").write_text(CONSTRAINTS, "utf-8")
        options = [*options, "--constraints", tmp_path / "c.csv"]
    for widget in [*at.text_input, *at.number_input, *at.checkbox, *at.selectbox]:
        if widget.key in fields:
            widget.set_value(fields[widget.key])
    at.button(key="plan_go").click().run()
    assert not at.exception and not at.error, [e.value for e in at.error]
    said = rankshift("sample", "plan", "2026Q2", 420, *options, "--store", store.engine.url)
    assert said.code == 0, said.err
    by_page, by_command = (samples.read_plan(store, NAME, wave) for wave in (WAVE, "2026Q2"))
    assert by_page.wanted == by_command.wanted != Wanted(420)
    pd.testing.assert_frame_equal(by_page.allocation, by_command.allocation)
    assert by_page.foresight.plain() == by_command.foresight.plain()


def test_constraints_and_costs_of_files_make_the_plan_on_the_page_and_their_margins_are_shown(store):
    at = page()
    begin_plan(at, WAVE, 900)
    at.file_uploader(key="plan_constraints").upload("c.csv", b"domain,share,margin\nall,0.9,0.03\n451302001,0.8,0.3\n")
    at.file_uploader(key="plan_costs").upload("k.csv", b"stratum,cost\n451302001,80\n")
    at.button(key="plan_go").click().run()
    assert "--cost" in at.error[0].value
    at.number_input(key="plan_cost").set_value(12.0)
    at.button(key="plan_go").click().run()
    assert not at.exception and not at.error
    wanted = samples.read_plan(store, NAME, WAVE).wanted
    assert [c.domain for c in wanted.constraints] == ["all", "451302001"] and wanted.costs == {"451302001": 80.0}
    expected = text("sample.constraint.expected", "en")
    (margins,) = [table.value[expected] for table in at.dataframe if expected in table.value.columns]
    assert [float(m.strip("±")) <= most for m, most in zip(margins, (3.0, 30.0), strict=True)] == [True, True]


def test_a_bad_file_of_shares_is_one_sentence(store):
    at = page()
    begin_plan(at, WAVE, 210)
    at.file_uploader(key="plan_shares").upload("shares.csv", b"area,share\n451302001,75\n")
    at.button(key="plan_go").click().run()
    assert [e.value for e in at.error] == [
        text("shares.share", "en", file="shares.csv", row=2, column="share", found="75", count=1)
    ]
    assert samples.sample_waves(store, NAME).empty


def test_the_call_sheet_is_the_survey_centres_and_opening_it_is_recorded(store, monkeypatch):
    monkeypatch.setenv(keys.KEY_VARIABLE, base64.b64encode(KEY.secret).decode())
    table = residents(13).drop(columns=["name"])
    day = date.today() + timedelta(days=30)
    frames.import_frame(store, NAME, FRAME, as_csv(table), FILE, frame_key=FRAME_KEY, key=KEY, delete_on=day)
    sample = drawn(store)
    at = page()
    assert "sheet" not in [b.key for b in at.button]  # nothing is released yet
    releases.release_next(store, NAME, WAVE)
    at = page()
    assert text("samples.sheet.note", "en") in said(at) and not _sheets(store)
    at.button(key="sheet").click().run()
    assert not at.error and not at.exception
    (link,) = [frame.proto.srcdoc for frame in at.get("iframe")]
    saved = pd.read_csv(io.BytesIO(base64.b64decode(re.search('base64,([^"]+)', link)[1])), dtype=str)
    released = samples.read_sample(store, NAME, WAVE).released
    assert list(saved.unit_id) == list(released.unit_id) and 0 < len(released) < len(sample.units)
    phones = table.set_index("unit_id").phone
    assert list(saved.phone) == list(phones[saved.unit_id])
    assert f'download="{NAME}_{WAVE}_call-sheet.csv"' in link and f"{len(released):,}" in link
    saved_by_address = [button.label for button in at.get("download_button")]
    # the sheet's would have an address that asks for no role
    assert saved_by_address == [text("monitor.save", "en"), text("rates.save", "en")]
    assert len(_sheets(store)) == 1
    assert not [phone for phone in table.phone if phone in said(at)]
    at = page(role=ADMINISTRATOR)
    assert "sheet" not in [b.key for b in at.button] and "proof" in [b.key for b in at.button]


def test_a_call_sheet_without_numbers_is_one_sentence(store, monkeypatch):
    monkeypatch.setenv(keys.KEY_VARIABLE, base64.b64encode(KEY.secret).decode())
    drawn(store, release=1)
    at = page()
    at.button(key="sheet").click().run()
    assert not at.exception and len(at.error) == 1 and FRAME in at.error[0].value


def drawn(store: Store, *, release: int = 0) -> samples.Sample:
    draws.make_plan(store, NAME, WAVE, Wanted(140))
    draws.approve_plan(store, NAME, WAVE, frame_key=FRAME_KEY)
    sample = draws.draw_wave(store, NAME, WAVE, frame_key=FRAME_KEY)
    for _ in range(release):
        sample = releases.release_next(store, NAME, WAVE)
    return sample


def _sheets(store: Store) -> list[str]:
    lines = trail_lines(store.acting(Actor("eve", ADMINISTRATOR)))
    return [action for action in lines.action if action == "call-sheet"]


def test_a_plan_that_cannot_be_is_one_sentence_in_the_readers_language(store):
    at = page("zh")
    assert at.title[0].value == text("samples.title", "zh")
    begin_plan(at, WAVE, 100)
    at.button(key="plan_go").click().run()
    too_few = text("sampling.too_few_for_minimum", "zh", found=100, minimum=2, areas=70, expected=140)
    assert [e.value for e in at.error] == [too_few]
    at.number_input(key="plan_interviews").set_value(280)
    at.number_input(key="plan_psu").set_value(2)
    at.selectbox(key="plan_pps").set_value("pivotal")
    at.button(key="plan_go").click().run()  # two stages from a list without sampling units
    units = frames.frame_list(store, NAME).units[0]
    assert [e.value for e in at.error] == [text("sampling.without_psu", "zh", count=units)]
    assert samples.sample_waves(store, NAME).empty


def test_the_proof_of_the_page_is_the_proof_of_the_command(store, tmp_path):
    drawn(store)
    content = proof_files.zipped(proof_files.draw_proof(store, NAME, WAVE))
    zipfile.ZipFile(io.BytesIO(content)).extractall(tmp_path / "proof")
    slip = samples.read_plan(store, NAME, WAVE).slip
    assert proof_files.verify_folder(tmp_path / "proof", published=slip)[1].holds


def test_without_a_frame_the_page_says_how_to_take_one_in(fresh_url, monkeypatch):
    url = fresh_url("sqlite")
    monkeypatch.setenv(STORE_VARIABLE, url)
    imports.import_programme(Store.create(url), programme(), "simulated.toml")
    assert text("samples.no_frame", "en") in said(page())
