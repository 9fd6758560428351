"""A refused file of any kind lists all that is wrong at once, and gives the list as a file to send back."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from made_up import BOTH, as_csv, interviews

from programme.measures import Record
from programme.survey import read_programme
from service.fieldwork.call_file import read_calls
from service.files.choice import Choice
from service.files.fault_file import fault_file, fault_table
from service.files.faults import faults_in
from service.intake.margin_file import read_margins
from service.intake.records_file import RecordsFile, read_records
from service.intake.wave_file import read_wave
from service.protection.vault import _checked as read_contacts
from service.samples.bank_files import ExchangeFile, read_banks
from service.samples.frame_file import finding_text, read_frame
from service.samples.shares_file import read_shares
from words import Fault

CASES = Path(__file__).parents[1] / "cases"
PROGRAMME = read_programme((Path(__file__).parents[1] / "programmes" / "harbours.toml").read_bytes(), "p.toml")
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def lines(*rows: str) -> bytes:
    return "\n".join(rows).encode()


def bad_wave() -> bytes:
    table = interviews()
    table.loc[[2, 4, 5], "town"] = "fir"
    table.loc[[3, 9], "w"] = "-1"
    table.loc[7, "noise"] = "loud"
    table.loc[[20, 21], "id"] = table.id[0]
    return as_csv(table.drop(columns="pier"))


EXCHANGES = (
    "area_code,exchange,city_code,local_digits",
    "0772,42,4513,7",
    "0772,12,4513,7",
    ",42,4513,x",
    "0771,5,45,7",
)
# kind of file: (how it is read, its content, each kind of fault with its rows)
KINDS = {
    "wave": (
        lambda content: read_wave(content, "f.csv", PROGRAMME),
        bad_wave(),
        {
            "wave.column": None,
            "wave.area": [4, 6, 7],
            "wave.weight_negative": [5, 11],
            "wave.code": [9],
            "wave.respondent": [22, 23],
        },
    ),
    "margins": (
        lambda content: read_margins(content, "f.csv"),
        lines("margin,category,total,period", "sex,m,x,2020", ",f,3,2020", "sex,m,4,2021", "sex,d,4,soon"),
        {
            "wave.blank": [3],
            "margin_file.total": [2],
            "margin_file.period": [5],
            "margin_file.periods": [4],
            "margin_file.twice": [4],
        },
    ),
    "calls": (
        lambda content: read_calls(content, "f.csv", NOW),
        lines(
            "unit_id,at,interviewer,disposition", "a,2026-01-05 18:30,i,9.9", ",soon,i,1.1", "b,2031-01-05 18:30,i,1.1"
        ),
        {"calls.blank": [3], "calls.disposition": [2], "calls.time": [3], "calls.future": [4]},
    ),
    "shares": (
        lambda content: read_shares(content, "f.csv"),
        lines("area,share", "a,75", "b,0.5", "b,0.6", "c,x"),
        {"shares.twice": [4], "shares.share": [2, 5]},
    ),
    "exchanges": (
        lambda content: read_banks(
            lines("segment7,city_code", "1380772,4513"), "p", ExchangeFile(content, "f"), ["4513"]
        ),
        lines(*EXCHANGES),
        {"wave.blank": [4], "records.number": [4], "phone.row": [3]},
    ),
    "list of numbers": (
        lambda content: read_contacts(content, "f.csv", None, frozenset()),
        lines("unit_id,phone", "a,13800000001", "a,13800000002", "b,12", ",13800000003", "13800000004,13800000004"),
        {
            "contacts.blank": [5],
            "contacts.twice": [3],
            "contacts.not_a_number": [4],
            "contacts.number_as_unit": [6],
        },
    ),
    "frame": (
        lambda content: read_frame(content, "f.csv", by=["area"]),
        lines("unit_id,area,phone", "a,,", "=b,1,", "13800000001,1,", "d,2,#N/A"),
        {"file.look_up": [5], "frame.blank": [2], "frame.formula": [3], "contacts.number_as_unit": [4]},
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_refused_file_of_any_kind_lists_all_that_is_wrong_with_every_row(kind):
    read, content, expected = KINDS[kind]
    with pytest.raises(Fault) as caught:
        read(content)
    assert {f.key: getattr(f, "numbers", None) for f in faults_in(caught.value)} == expected
    for t in BOTH.values():
        sentence = t(caught.value.key, **caught.value.values)
        assert "{" not in sentence and str(len(expected)) in sentence


def test_all_that_is_wrong_comes_as_a_file_with_a_line_for_each_cell():
    with pytest.raises(Fault) as caught:
        read_wave(bad_wave(), "f.csv", PROGRAMME)
    t = BOTH["en"]
    table = fault_table(caught.value, t)
    assert list(table.columns) == ["Row", "Column", "Cell", "What is wrong"]
    assert table.Row.tolist() == ["", 4, 5, 6, 7, 9, 11, 22, 23]
    at_22 = table[table.Row == 22].iloc[0]
    assert "same respondent as in row 2 " in at_22["What is wrong"] and at_22.Cell == interviews().id[0]
    assert not table["What is wrong"].str.contains("rows? ha").any() and "row 7" in table["What is wrong"][4]
    as_text = pd.read_csv(io.BytesIO(fault_file(caught.value, "f.csv", BOTH["zh"])), dtype=str)
    assert list(as_text.columns) == ["行", "列", "单元格内容", "问题"] and len(as_text) == len(table)
    book = openpyxl.load_workbook(io.BytesIO(fault_file(caught.value, "f.xlsx", t)))
    assert book.worksheets[0].max_row == len(table) + 1


def test_a_list_of_faults_shows_no_telephone_number():
    _, content, _ = KINDS["frame"]
    with pytest.raises(Fault) as caught:
        read_frame(content.replace(b"d,2,#N/A", b",2,13912345678"), "f.csv", by=["area"])
    for name in ("f.csv", "f.xlsx"):
        assert b"13800000001" not in fault_file(caught.value, name, BOTH["en"])


def test_records_of_a_wave_list_all_that_is_wrong():
    programme = replace(PROGRAMME, records={"jobs": Record({"en": "jobs"}, largest_is_best=True)})
    content = lines("record,area,value", "jobs,ash,x", "posts,ash,3", "jobs,ash,3", "jobs,yew,3")
    with pytest.raises(Fault) as caught:
        read_records(RecordsFile(content, "r.csv"), programme, ["ash", "birch"])
    found = {f.key for f in faults_in(caught.value)}
    assert found == {"records.unknown", "records.repeated", "records.number", "records.absent"}
    said = caught.value.sentences
    assert "（1）" in said["zh"] and "(1)" not in said["zh"] and " (2) " in said["en"]


# workbook of tests/cases: what is said of it, and in which row or cell
BOOKS = {
    "area_na": ("file.look_up", "row 4"),
    "area_number": ("frame.lost_zeros", "1 → 01, 2 → 02"),
    "area_date": ("frame.day_as_area", "first in row 2, column area"),
    "long_ids": ("file.long_number", "cell A2"),
    "formula_phone": ("file.uncalculated", "cell C2"),
    "phones": ("frame.wrong_number", "r04"),
}


def read_book(name: str, **options):
    file = CASES / "workbook_cells" / f"{name}.xlsx"
    return read_frame(file.read_bytes(), file.name, by=["area"], areas=["01", "02"], **options)


@pytest.mark.parametrize("name", BOOKS)
def test_what_a_spreadsheet_did_to_a_list_is_named_with_its_cell_and_the_way_out(name):
    key, where = BOOKS[name]
    try:
        finding = read_book(name).findings[0]
        found, sentence = finding.key, finding_text(finding)["en"]
    except Fault as fault:
        found, sentence = fault.key, str(fault)
    assert found == key and where in sentence


@pytest.mark.parametrize("name", ["cover_first", "merged_title"])
def test_a_title_and_a_cover_sheet_change_nothing(name):
    frame = read_book(name)
    assert set(frame.units.area) == {"01", "02"} and not frame.findings


def test_lost_zeros_are_restored_when_asked_for_and_said():
    frame = read_book("area_number", choice=Choice(zeros=True))
    assert set(frame.units.area) == {"01", "02"} and not frame.findings
    assert "1 → 01" in BOTH["en"](frame.notes[-1][0], **frame.notes[-1][1])


@pytest.mark.parametrize("file", sorted((CASES / "workbook_dimension").glob("*.xlsx")), ids=lambda file: file.stem)
def test_every_unit_of_a_list_is_read_whatever_its_size_is_said_to_be(file):
    frame = read_frame(file.read_bytes(), file.name, by=["area"])
    assert len(frame.units) == (20 if file.stem.startswith("mixed") else 10)


def test_areas_that_the_programme_does_not_know_and_areas_of_one_version_only_are_findings():
    content = lines("unit_id,area", *(f"u{k},{area}" for area in ("01", "02", "97") for k in (area + "a", area + "b")))
    frame = read_frame(content, "f.csv", by=["area"], areas=["01", "02", "03"], before=["01", "04", "97"])
    said = {f.key: f.values for f in frame.findings}
    assert said["frame.unknown_area"]["found"] == ["97"] and said["frame.unknown_area"]["row"] == 6
    assert said["frame.new_area"]["areas"] == ["02"] and said["frame.gone_area"]["areas"] == ["04"]
    assert said["frame.not_covered"]["areas"] == ["03"]


def test_lost_zeros_of_a_wave_are_a_fault_of_their_own_and_restored_when_asked_for():
    towns = {"ash": "01", "birch": "02", "cedar": "03", "dill": "04", "elder": "05"}
    text = (Path(__file__).parents[1] / "programmes" / "harbours.toml").read_text("utf-8")
    for old, new in towns.items():
        text = text.replace(f"\n{old} = ", f"\n{new} = ")
    programme = read_programme(text.encode(), "p.toml")
    table = interviews()
    table["town"] = table.town.map({old: str(int(new)) for old, new in towns.items()})
    with pytest.raises(Fault, match=r"row 2, column town: “1” looks like the code 01 .* 60 rows .*--zeros"):
        read_wave(as_csv(table), "f.csv", programme)
    wave = read_wave(as_csv(table), "f.csv", programme, choice=Choice(zeros=True))
    assert set(wave.respondents.area) == set(towns.values()) and wave.notes[-1][0] == "file.read.zeros"
