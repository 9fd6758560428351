"""Files people open: XLSX with numbers as numbers and nothing live in it, CSV that Excel reads and does not run."""

import csv
import io
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest
from made_up import BOTH, JUNE, MAY, NAME, changed, interviews, whole_survey

from presentation import league_table
from presentation.league_notes import league_notes
from service.figures.league import read_league
from service.files.write import csv_bytes, file_name, workbook_bytes


@pytest.fixture(scope="module")
def store(fresh_store):
    """A survey whose first area is named like a formula."""
    made = fresh_store("sqlite")
    programme = changed(('zh = "白蜡港", en = "Ashhaven"', 'zh = "=1+1", en = "=1+1"'))
    whole_survey(made, interviews(1), interviews(2), programme)
    yield made
    made.engine.dispose()


def workbook(store, measure: str, language: str):
    content = league_table.league_workbook(read_league(store, NAME, measure=measure), BOTH[language])
    return content, openpyxl.load_workbook(io.BytesIO(content))


def columns(sheet) -> dict[str, list]:
    """Heading -> cells below it."""
    return {column[0].value: list(column[1:]) for column in sheet.iter_cols()}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_numbers_are_numbers_and_carry_their_formats(store, language):
    heading = {
        c: BOTH[language](f"column.{c}") for c in ("rank", "n", "estimate", "change", "se", "p_holm", "places", "deff")
    }
    league = read_league(store, NAME, measure="disturbed")
    cells = columns(workbook(store, "disturbed", language)[1].worksheets[0])
    for column in heading.values():
        assert {cell.data_type for cell in cells[column]} == {"n"}, column
    assert [cell.value for cell in cells[heading["estimate"]]] == pytest.approx(list(league.table.estimate), rel=1e-12)
    assert [cell.value for cell in cells[heading["rank"]]] == list(league.table["rank"])


def test_shares_are_shown_in_per_cent_and_scores_in_points(store):
    for measure, estimate, change in (("disturbed", "0.0%", "+0.0%;-0.0%;0.0%"), ("upkeep", "0.0", "+0.0;-0.0;0.0")):
        cells = columns(workbook(store, measure, "en")[1].worksheets[0])
        for column, expected in (
            ("Estimate", estimate),
            ("Lower", estimate),
            ("Change", change),
            ("p (Holm)", "0.0000"),
        ):
            assert {cell.number_format for cell in cells[column]} == {expected}, column


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sheet_of_notes_says_what_it_is_how_people_were_asked_and_which_runs_made_it(store, language):
    league = read_league(store, NAME)
    book = workbook(store, "disturbed", language)[1]
    t = BOTH[language]
    assert book.sheetnames == [{"zh": "2024年6月", "en": "2024-06"}[language], t("notes.title")]
    notes = [row[0] for row in book.worksheets[1].iter_rows(values_only=True)]
    assert notes == league_notes(league, t)
    said = "\n".join(notes)
    assert (
        t("note.simulated") in said
        and league.programme.note[language] in said
        and league.programme.source[language] in said
    )
    for run in league.runs.values():
        assert run["version"] in said
    assert len(league.runs) == 2


def test_nothing_in_the_workbook_is_a_formula_or_a_link(store):
    content, book = workbook(store, "disturbed", "en")
    for sheet in book:
        assert all(cell.data_type != "f" and cell.hyperlink is None for row in sheet.iter_rows() for cell in row)
    names = [cell.value for cell in columns(book.worksheets[0])["Area"]]
    assert "=1+1" in names
    with ZipFile(io.BytesIO(content)) as parts:
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist())


def test_a_workbook_with_a_column_of_nothing_can_be_written():
    table = pd.DataFrame({"area": ["a", "b"], "nothing": [None, None], "some": ["x", None], "number": [1.0, None]})
    content = workbook_bytes(table, title="t", formats={}, notes=["n"], notes_title="notes")
    cells = columns(openpyxl.load_workbook(io.BytesIO(content)).worksheets[0])
    assert [cell.value for cell in cells["nothing"]] == [None, None]
    assert [cell.value for cell in cells["number"]] == [1, None]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_csv_starts_with_a_mark_has_technical_names_and_neutralises_formulas(store, language):
    league = read_league(store, NAME, measure="disturbed")
    content = league_table.league_csv(league, BOTH[language])
    assert content.startswith(b"\xef\xbb\xbf")
    assert not content.startswith(b"\xef\xbb\xbf" * 2)
    table = pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")
    assert list(table.columns[:4]) == ["rank", "area", "code", "estimate"]
    assert league.programme.simulated and table.columns[-1] == "simulated" and table.simulated.all()
    assert list(table.code) == list(league.table.index)
    assert list(table.estimate) == pytest.approx(list(league.table.estimate), rel=1e-12)
    assert table.change.lt(0).any() and pd.api.types.is_float_dtype(table.change)  # a minus sign is not a formula
    assert "'=1+1" in set(table.area) and "=1+1" not in set(table.area)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "＝1+1",
        "＋1",
        "－1",
        "＠A1",
        "\ufeff=1",
        "\u3000=1",
    ],
)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    table = pd.DataFrame({"name": [text, "plain"], "value": [-1.5, 2]})
    rows = list(csv.reader(io.StringIO(csv_bytes(table).decode("utf-8-sig"), newline="")))
    assert rows == [["name", "value"], ["'" + text, "-1.5"], ["plain", "2.0"]]


def test_a_league_without_comparison_has_files_without_columns_of_change(store):
    league = read_league(store, NAME, wave=MAY)
    for t in BOTH.values():
        rows = league_table.league_rows(league, t)
        assert not {"change", "places", "verdict", "p_holm"} & set(rows)
        assert league_table.league_workbook(league, t).startswith(b"PK")
    assert {"change", "places", "verdict", "p_holm"} <= set(
        league_table.league_rows(read_league(store, NAME, wave=JUNE), t)
    )


def test_every_column_has_a_heading_in_both_languages(store):
    for t in BOTH.values():
        rows = league_table.league_rows(read_league(store, NAME), t)
        headings = [league_table.heading(c, t) for c in rows]
        assert all(headings) and len(set(headings)) == len(headings)


def test_a_heading_a_spreadsheet_would_run_gets_an_apostrophe_too():
    assert csv_bytes(pd.DataFrame({"=1+1": [1]})).decode("utf-8-sig").startswith("'=1+1")


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("ensu2015", "safe", "2015Q1"), "ensu2015_safe_2015Q1.csv"),
        (("../../etc", "pass wd"), "etc_pass_wd.csv"),
        (("a\r\nSet-Cookie: x", "b/c\\d"), "a_Set-Cookie_x_b_c_d.csv"),
        (("安全感", "2015Q1"), "安全感_2015Q1.csv"),
        (("con",), "_con.csv"),
        (("NUL.txt",), "_NUL.txt.csv"),
        (("...",), "table.csv"),
        (("=1+1", "\u202efdp"), "1_1__fdp.csv"),
    ],
)
def test_a_file_s_name_can_be_saved_anywhere(parts, expected):
    assert file_name(*parts, suffix=".csv") == expected


def test_a_long_name_is_cut_at_a_whole_letter():
    name = file_name("安" * 200, suffix=".xlsx")
    assert len(name.encode()) <= 180 and set(name.removesuffix(".xlsx")) == {"安"}
