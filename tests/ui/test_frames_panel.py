"""Frames by page: lists of every kind and number banks, findings and faults in the reader's language, missing keys."""

import base64
import io
import json
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from service.intake import imports
from service.protection import keys, vault
from service.protection.keys import Key
from service.samples import frames, master
from service.store import audit
from service.store.engine import STORE_VARIABLE
from service.store.permissions import ADMINISTRATOR, CENTRE, Actor
from words import text

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "service"))
import changping  # noqa: E402
from township_list import NAME, as_csv, programme, residents  # noqa: E402

KEY, FRAME_KEY = Key(bytes(range(64))), Key(bytes(range(1, 65)))
LATER = date.today() + timedelta(days=30)


@pytest.fixture
def store(fresh_store, monkeypatch, tmp_path):
    """A store with the simulated townships, no frame, and both keys in the environment."""
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))
    monkeypatch.setenv(keys.FRAME_VARIABLE, base64.b64encode(FRAME_KEY.secret).decode())
    monkeypatch.setenv(keys.KEY_VARIABLE, base64.b64encode(KEY.secret).decode())
    monkeypatch.setenv(keys.FILE_VARIABLE, str(tmp_path / "no-key"))
    monkeypatch.setenv(keys.FRAME_FILE_VARIABLE, str(tmp_path / "no-frame-key"))
    made = fresh_store("sqlite")
    monkeypatch.setenv(STORE_VARIABLE, str(made.engine.url))
    imports.import_programme(made, programme(), "simulated.toml")
    yield made.acting(Actor("ann", CENTRE))
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


def send_list(at: AppTest, table, *, name="people", file="simulated.csv", content=None, accept=False, day=None) -> None:
    at.text_input(key="list_name 0").set_value(name)
    at.text_input(key="list_by 0").set_value("area, mode" if "phone" in table else "area")
    at.file_uploader(key="list_file 0").set_value((file, content or as_csv(table), "text/csv"))
    at.checkbox(key="list_accept 0").set_value(accept)
    if day is not None:
        at.date_input(key="list_day 0").set_value(day)
    at.button(key="go_list 0").click().run()
    assert not at.exception


def parquet(table) -> bytes:
    table.to_parquet(buffer := io.BytesIO())
    return buffer.getvalue()


def test_a_list_with_numbers_is_taken_in_by_page_and_its_numbers_are_in_the_vault_alone(store):
    at, table = page(), residents(9)
    send_list(at, table, day=LATER)
    assert not at.error and "telephone numbers in the vault" in at.success[0].value
    assert list(frames.frame_list(store, NAME).units) == [len(table)]
    assert list(vault.contact_lists(store).numbers) == [len(table)]
    shown = "\n".join(str(e.value) for e in [*at.success, *at.caption, *at.markdown, *at.dataframe])
    assert not [number for number in table.phone if number in shown]
    assert at.file_uploader(key="list_file 1").value is None and at.text_input(key="plan_wave") is not None


def test_a_parquet_list_gives_the_frame_that_the_csv_gives(store):
    at, table = page(), residents(4).drop(columns=["phone", "name"])
    send_list(at, table, file="simulated.parquet", content=parquet(table))
    by_page = frames.frame_list(store, NAME)
    by_command = frames.import_frame(store, NAME, "again", as_csv(table), "simulated.csv", frame_key=FRAME_KEY)
    again = frames.current_frame(store, NAME, "again")
    assert by_command.units == by_page.units[0] and (again.digest, again.numbers) == (
        by_page.digest[0],
        by_page.numbers[0],
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_findings_refuse_a_list_until_they_are_accepted_and_the_form_keeps_what_was_put_in(store, language):
    table = residents(4).query("area != '451302001'").drop(columns=["phone", "name"])
    at = page(language)
    send_list(at, table)
    told = text("frame.not_covered", language, count=1, areas=["451302001"])
    assert told in at.error[0].value and frames.frame_list(store, NAME).empty
    assert at.text_input(key="list_name 0").value == "people"
    at.checkbox(key="list_accept 0").set_value(True)
    at.button(key="go_list 0").click().run()
    assert not at.exception and not at.error and any(told in warning.value for warning in at.warning)
    assert frames.frame_list(store, NAME).findings[0][0]["key"] == "frame.not_covered"


@pytest.mark.parametrize(
    ("changes", "day", "says"),
    [
        ({}, None, text("frames.needs_day", "zh")),
        ({"file": "broken.parquet", "content": b"PAR1" + b"x" * 50}, LATER, "不能作为Parquet文件读取"),
        ({"file": "broken.xlsx", "content": b"PK\x03\x04" + b"x" * 50}, LATER, "XLSX"),
        ({"name": "no name"}, LATER, "不能作抽样框名称"),
        ({"content": b"unit_id,phone\nx,13912345678\n"}, LATER, "缺少列area"),
    ],
)
def test_what_cannot_be_taken_in_is_one_sentence(store, changes, day, says):
    at = page("zh")
    send_list(at, residents(9), day=day, **changes)
    assert len(at.error) == 1 and text("outcome.refused", "zh") in at.error[0].value
    assert says in at.error[0].value
    assert frames.frame_list(store, NAME).empty


def test_number_banks_with_landlines_are_taken_in_by_page_and_their_plan_asks_where_people_live(store):
    example = (ROOT / "data" / "programmes" / "s02_laibin.toml").read_bytes()
    imports.import_programme(store, changping.programme(example), "simulated.toml")
    at = page()
    at.selectbox(key="programme en").set_value(changping.NAME).run()
    at.text_input(key="banks_name 0").set_value(changping.FRAME)
    at.text_input(key="banks_cities 0").set_value(changping.CITY)
    at.number_input(key="banks_mobiles 0").set_value(300)
    at.number_input(key="banks_landlines 0").set_value(100)
    at.file_uploader(key="banks_prefixes 0").set_value((changping.PREFIXES_FILE, changping.prefixes(), "text/csv"))
    at.checkbox(key="banks_accept 0").set_value(True)
    at.button(key="go_banks 0").click().run()
    assert text("frames.needs_day", "en") in at.error[0].value
    at.date_input(key="banks_day 0").set_value(LATER)
    at.button(key="go_banks 0").click().run()
    assert "exchanges" in at.error[0].value
    at.file_uploader(key="banks_exchanges 0").set_value(("x.csv", changping.exchanges(), "text/csv"))
    at.button(key="go_banks 0").click().run()
    assert not at.exception and not at.error and "400 units in 2 strata" in at.success[0].value
    at.text_input(key="plan_wave").set_value("2026Q1")
    at.number_input(key="plan_response").set_value(1.0)
    at.number_input(key="plan_minimum").set_value(2)
    at.number_input(key="plan_interviews").set_value(100)
    at.button(key="plan_go").click().run()
    assert not at.exception and any("In which of these do you live" in caption.value for caption in at.caption)


def test_by_page_too_a_master_sample_is_drawn_from_a_published_line_and_one_without_is_said_to_have_none(store):
    at = page()
    for field, given in (("name", "laibin"), ("cities", "4513"), ("public", "the  (made-up) lottery of 1 December")):
        at.text_input(key=f"banks_{field} 0").set_value(given)
    at.number_input(key="banks_mobiles 0").set_value(300)
    at.checkbox(key="banks_accept 0").set_value(True)
    at.text_input(key="banks_value 0").set_value("03 11")
    at.date_input(key="banks_day 0").set_value(LATER)
    at.button(key="go_banks 0").click().run()
    assert "No line fixes the master sample of laibin" in at.error[0].value
    at.text_input(key="banks_value 0").set_value(" ")
    at.button(key="go_banks 0").click().run()
    lines = [made["line"] for made in master.lines_committed(store, NAME)]
    assert [code.value for code in at.code if code.value in lines] == lines and len(lines) == 1
    assert frames.frame_list(store, NAME).empty and at.text_input(key="banks_name 0").value == "laibin"
    at.text_input(key="banks_value 0").set_value("03 11")
    at.button(key="go_banks 0").click().run()
    assert not at.exception and not at.error and "300 units" in at.success[0].value
    assert any("drawn from its published line" in info.value for info in at.info)
    record = json.loads(master.master_proof(store, NAME, "laibin", key=KEY, frame_key=FRAME_KEY)["record.json"])
    assert (record["line"], record["value"]) == (lines[0], "3 11")
    for field, given in (("name", "plain"), ("cities", "4513")):
        at.text_input(key=f"banks_{field} 1").set_value(given)
    at.number_input(key="banks_mobiles 1").set_value(300)
    at.checkbox(key="banks_accept 1").set_value(True)
    at.date_input(key="banks_day 1").set_value(LATER)
    at.button(key="go_banks 1").click().run()
    assert not at.error and any("nobody can check" in info.value for info in at.info)


def test_without_keys_the_page_says_how_to_make_them(store, monkeypatch):
    monkeypatch.delenv(keys.KEY_VARIABLE)
    at = page()
    send_list(at, residents(4), day=LATER)
    assert text("frames.needs_key", "en") in at.error[0].value
    monkeypatch.delenv(keys.FRAME_VARIABLE)
    at = page("zh")
    assert "rankshift frame new-key" in at.warning[0].value and not at.file_uploader


def test_who_may_not_take_frames_in_is_told_who_may(store):
    at = page(role=ADMINISTRATOR)
    assert at.info[1].value == text("frames.centre_only", "en") and not at.file_uploader


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_list_is_looked_at_first_and_its_file_and_choice_stay_after_a_refusal(store, language):
    at, table = page(language), residents(4).drop(columns=["phone", "name"])
    at.text_input(key="list_name 0").set_value("people")
    at.text_input(key="list_by 0").set_value("area")
    at.file_uploader(key="list_file 0").set_value(("l.csv", as_csv(table.assign(area="")), "text/csv"))
    at.checkbox(key="list_0_zeros").check()
    for key in ("look_list 0", "go_list 0"):
        at.button(key=key).click().run()
        assert not at.exception and len(at.error) == 1 and "area" in at.error[0].value
        assert text("faults.save", language) in "".join(str(frame.proto) for frame in at.get("iframe"))
        assert at.file_uploader(key="list_file 0").value is not None and at.checkbox(key="list_0_zeros").value
    at.file_uploader(key="list_file 0").set_value(("l.csv", as_csv(table), "text/csv"))
    at.button(key="look_list 0").click().run()
    assert not at.error and text("incoming.nothing_wrong", language) in at.success[0].value
    assert any("unit_id" in d.value.columns for d in at.dataframe) and frames.frame_list(store, NAME).empty


def test_exchanges_are_looked_at_beside_the_prefixes(store):
    example = (ROOT / "data" / "programmes" / "s02_laibin.toml").read_bytes()
    imports.import_programme(store, changping.programme(example), "simulated.toml")
    at = page()
    at.text_input(key="banks_cities 0").set_value(changping.CITY)
    at.file_uploader(key="banks_prefixes 0").set_value((changping.PREFIXES_FILE, changping.prefixes(), "text/csv"))
    lost = changping.exchanges().replace(b"010,", b"10,")
    at.file_uploader(key="banks_exchanges 0").set_value(("x.csv", lost, "text/csv"))
    at.button(key="look_banks 0").click().run()
    assert not at.exception and len(at.success) == 1 and len(at.error) == 1 and "010" in at.error[0].value
    at.checkbox(key="banks_0_zeros").check()
    at.button(key="look_banks 0").click().run()
    assert not at.error and len(at.success) == 2
    assert any(list(d.value.columns)[:2] == ["area_code", "exchange"] for d in at.dataframe)


def test_assumed_shares_are_looked_at_before_a_plan_is_made(store):
    at = page()
    send_list(at, residents(4).drop(columns=["phone", "name"]))
    for cells, wrong in ((b"0.9", False), (b"nine", True)):
        at.file_uploader(key="plan_shares").set_value(("s.csv", b"area,share\n451302001," + cells + b"\n", "text/csv"))
        at.button(key="plan_look").click().run()
        assert not at.exception and bool(at.error) == wrong
        assert any(list(d.value.columns) == ["area", "share"] for d in at.dataframe)
