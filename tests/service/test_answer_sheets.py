"""Call sheets go out with script and lists, and come back filled in: calls and answers together, or neither."""

import pandas as pd
import pytest
from half_rung import FRAME_KEY, WANTED
from made_up import ANN, MAY, NAME, PROGRAMME, TOWNS, as_csv, begin_survey

from service.drawing import draws, releases
from service.fieldwork import calls
from service.fieldwork.answering import sheets
from service.fieldwork.answering.responses import import_responses, preview_responses, responses_of
from service.fieldwork.calling.assigning import assign_numbers
from service.fieldwork.calling.interviewers import list_interviewers
from service.files.faults import faults_in
from service.files.read import read_file
from service.protection.keys import Key
from service.samples import frames
from service.samples.samples import read_sample
from service.store.permissions import Actor
from service.store.trail import trail_lines
from words import Fault, speaker

KEY = Key(bytes(range(64, 128)))
T = speaker("zh")
QUESTIONNAIRE = """
[questionnaire]
introduction = { zh = "您好，我是虚构的访问员。", en = "Hello, I am made up." }
closing = { zh = "谢谢。", en = "Thank you." }
[questionnaire.screener.here]
text = { zh = "您住在本镇吗？", en = "Do you live here?" }
answers = { yes = { zh = "是", en = "yes" }, no = { zh = "不是", en = "no" } }
eligible = "yes"
"""


def listed(store):
    """The made-up May with telephone numbers, one release of ten out, dealt out to two interviewers."""
    at = begin_survey(store, PROGRAMME + QUESTIONNAIRE.encode()).acting(ANN)
    people = pd.DataFrame([(f"{t}-{i}", t) for t in TOWNS for i in range(12)], columns=["unit_id", "area"])
    people["phone"] = [f"139{10000000 + k}" for k in range(len(people))]
    sealed = {"key": KEY, "delete_on": pd.Timestamp("2099-01-01").date()}
    frames.import_frame(at, NAME, "made_up", as_csv(people), "made_up.csv", frame_key=FRAME_KEY, **sealed)
    draws.make_plan(at, NAME, MAY, WANTED)
    draws.approve_plan(at, NAME, MAY, frame_key=FRAME_KEY)
    draws.draw_wave(at, NAME, MAY, frame_key=FRAME_KEY)
    releases.release_next(at, NAME, MAY)
    list_interviewers(at, NAME, MAY, ["ina", "ivo"])
    assign_numbers(at, NAME, MAY)


@pytest.fixture
def store(prepared):
    return prepared("sqlite", listed)[0].acting(ANN)


def table(content: bytes) -> pd.DataFrame:
    return read_file(content, "sheet.xlsx", ["unit_id", "at"]).table


def test_a_sheet_has_an_interviewer_s_open_numbers_and_everybody_s_sheets_have_each_number_once(store):
    released = set(read_sample(store, NAME, MAY).released.unit_id)
    own = {name: table(sheets.answer_sheet(store, NAME, MAY, T, interviewer=name)) for name in ("ina", "ivo")}
    assert set(own["ina"].unit_id) | set(own["ivo"].unit_id) == released
    assert not set(own["ina"].unit_id) & set(own["ivo"].unit_id)
    assert set(own["ina"].interviewer) == {"ina"} and "phone" not in own["ina"]
    everybody = table(sheets.answer_sheet(store, NAME, MAY, T)).set_index("unit_id").interviewer
    assert all((everybody[sheet.unit_id] == name).all() for name, sheet in own.items())
    assert next(c for c in own["ina"] if ". " in c) == "here. 您住在本镇吗？"
    with pytest.raises(Fault, match="eve"):
        sheets.answer_sheet(store, NAME, MAY, T, interviewer="eve")


def test_numbers_are_left_out_masked_or_whole_and_whole_ones_are_in_the_trail(store):
    masked = table(sheets.answer_sheet(store, NAME, MAY, T, numbers=sheets.MASKED, key=KEY))
    assert masked.phone.str.fullmatch(r"139\*{4}\d{4}").all()
    whole = table(sheets.answer_sheet(store, NAME, MAY, T, numbers=sheets.WHOLE, key=KEY))
    assert whole.phone.str.fullmatch(r"139\d{8}").all()
    lines = trail_lines(store.acting(Actor("eve", "administrator")))
    assert list(lines.action).count("call-sheet") == 1
    with pytest.raises(Fault, match="may not do this"):
        sheets.answer_sheet(store.acting(Actor("eve", "administrator")), NAME, MAY, T, numbers=sheets.WHOLE, key=KEY)


def filled(store) -> pd.DataFrame:
    """A sheet in which one person answered, one refused, one lives elsewhere, and the others were not called."""
    sheet = table(sheets.answer_sheet(store, NAME, MAY, T, interviewer="ina", numbers=sheets.MASKED, key=KEY))
    questions = {name.partition(". ")[0]: name for name in sheet}
    first, second, third = sheet.index[:3]
    sheet.loc[[first, second, third], "at"] = "2024-05-06 18:30"
    sheet.loc[first, "disposition"] = "1.1 完成访问"
    sheet.loc[first, [questions[c] for c in ("here", "noise", "pier", "market")]] = [
        "yes 是",
        "refused 不回答",
        "good 好",
        "fair",
    ]
    sheet.loc[second, "disposition"] = "2.11 拒访"
    sheet.loc[third, questions["here"]] = "no 不是"
    return sheet


def test_a_filled_in_sheet_brings_answers_and_calls_in_one_import(store):
    sheet = filled(store)
    look = preview_responses(store, NAME, MAY, as_csv(sheet), "ina.csv")
    assert look.fault is None and look.first.pier.iloc[0] == "good" and look.uses["market"] == "item"
    assert responses_of(store, NAME, MAY).empty
    recorded = import_responses(store, NAME, MAY, as_csv(sheet), "ina.csv")
    assert recorded.states == {"complete": 1, "ineligible": 1} and recorded.attempts == 1
    answers = responses_of(store, NAME, MAY).set_index("unit_id").answers
    assert answers[sheet.unit_id.iloc[0]] == {"here": "yes", "noise": "refused", "pier": "good", "market": "fair"}
    fieldwork = calls.read_fieldwork(store, NAME, MAY)
    assert (fieldwork.releases.finished.sum(), fieldwork.open) == (3, 7)
    again = import_responses(store, NAME, MAY, as_csv(sheet), "ina.csv")
    assert (again.new, again.attempts, again.known) == (0, 0, 3)
    left = table(sheets.answer_sheet(store, NAME, MAY, T, interviewer="ina"))
    assert not set(left.unit_id) & set(sheet.unit_id.iloc[:3])


def test_a_sheet_that_nobody_filled_in_is_refused_in_words(store):
    with pytest.raises(Fault) as caught:
        import_responses(store, NAME, MAY, as_csv(table(sheets.answer_sheet(store, NAME, MAY, T))), "sheet.csv")
    assert caught.value.key == "response.no_rows"


def test_one_wrong_cell_keeps_the_whole_sheet_out_and_all_wrong_cells_are_named(store):
    sheet = filled(store)
    first, second, third = sheet.index[:3]
    sheet.loc[first, "disposition"] = "2.11 拒访"
    sheet.loc[second, "disposition"] = "gone fishing"
    sheet.loc[third, "interviewer"] = "eve"
    with pytest.raises(Fault) as caught:
        import_responses(store, NAME, MAY, as_csv(sheet), "ina.csv")
    named = {fault.key for fault in caught.value.faults}
    look = preview_responses(store, NAME, MAY, as_csv(sheet), "ina.csv").fault
    assert look is not None and {fault.key for fault in look.faults} == named
    assert named == {"response.stated_outcome", "calls.disposition", "response.interviewer"}
    assert responses_of(store, NAME, MAY).empty and calls.read_fieldwork(store, NAME, MAY).open == 10


def test_numbers_never_released_are_one_kind_of_fault_with_answers_or_without(store):
    sheet, sample = filled(store), read_sample(store, NAME, MAY)
    waiting = list(sample.units.unit_id[~sample.out][:2])
    sheet.loc[sheet.index[:2], "unit_id"] = waiting  # one answered, one refused
    with pytest.raises(Fault) as refused:
        import_responses(store, NAME, MAY, as_csv(sheet), "ina.csv")
    for fault in (refused.value, preview_responses(store, NAME, MAY, as_csv(sheet), "ina.csv").fault):
        assert fault is not None
        (kind,) = faults_in(fault)
        assert (kind.key, kind.numbers, kind.each["found"]) == ("response.not_released", [2, 3], waiting)


def test_the_script_says_what_is_read_out_in_its_order_and_whom_to_ask_in_a_household(store):
    from service.intake.imports import current_programme

    lines = sheets.script_lines(current_programme(store, NAME)[1].questionnaire, T, kish=True)
    assert (
        lines[0].startswith("您好")
        and lines[1].startswith("here. 您住在本镇吗？  [yes 是  no 不是]  （答yes的继续")
        and lines[-1] == "谢谢。"
    )
    assert "E1: 1 2 3 3 3 5" in lines and lines.index("E1: 1 2 3 3 3 5") < [x[:5] for x in lines].index("noise")
