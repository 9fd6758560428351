"""Format by kind of file by encoding: whatever an office sends, the same table comes in, and the same estimates."""

import io
from datetime import UTC, datetime

import pandas as pd
import pytest
from made_up import ANN, BOTH

from programme.survey import read_programme
from reference import examples
from service.fieldwork.call_file import read_calls
from service.figures import waves
from service.files.choice import Choice
from service.files.decimals import with_points
from service.files.faults import faults_in
from service.files.read import read_file
from service.intake import imports
from service.intake.margin_file import codes_of, read_margins
from service.intake.records_file import RecordsFile, read_records
from service.intake.wave_file import read_wave
from service.samples.bank_files import ExchangeFile, read_banks
from service.samples.frame_file import read_frame
from service.samples.shares_file import read_shares
from words import Fault

TOML = (examples.FOLDER / "programme.toml").read_bytes()
PROGRAMME = read_programme(TOML, "programme.toml")
CRIMES = b'[records.crimes]\nbest = "smallest"\nname = { zh = "\xe6\xa1\x88\xe4\xbb\xb6", en = "Crimes" }\n'
OF_CRIMES = CRIMES + b'[measures.index]\nkind = "index"\nbest = "largest"\nscale = [0, 1]\nname = { en = "Index" }\n'
OF_CRIMES += b"parts.safe = { weight = 0.5 }\nparts.crimes = { weight = 0.5, bounds = [0, 100] }\n"
WITH_RECORDS = read_programme(TOML + OF_CRIMES, "programme.toml")
PREFIXES = examples.csv(examples.prefixes(), "utf-8")
CITIES = [examples.CITY]
NOW = datetime(2026, 11, 27, tzinfo=UTC)
CHOICE = Choice()


KINDS = examples.KINDS
READ = {  # kind -> what comes of a file's bytes, without the numbers of rows
    "wave": lambda content, name: read_wave(content, name, PROGRAMME).digest,
    "list": lambda content, name: read_frame(content, name, by=["area"], areas=list(examples.TOWNS)).numbers,
    "margins": lambda content, name: read_margins(content, name).totals,
    "calls": lambda content, name: read_calls(content, name, NOW)[0],
    "shares": read_shares,
    "records": lambda content, name: read_records(
        RecordsFile(content, name, CHOICE), WITH_RECORDS, list(examples.TOWNS)
    ),
    "prefixes": lambda content, name: read_banks(content, name, None, CITIES),
    "exchanges": lambda content, name: read_banks(PREFIXES, "p.csv", ExchangeFile(content, name), CITIES),
}


def as_text(result) -> str:
    return result.to_csv(index=False) if isinstance(result, pd.DataFrame) else str(result)


PLAIN = {kind: as_text(READ[kind](examples.csv(table(), "utf-8"), "plain.csv")) for kind, table in KINDS.items()}


@pytest.mark.parametrize("form", examples.FORMS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_is_the_same_in_every_format_and_encoding(kind, form):
    assert as_text(READ[kind](examples.FORMS[form](KINDS[kind]()), form)) == PLAIN[kind]


@pytest.mark.parametrize("name", {**examples.WAVES, **examples.OTHERS})
def test_the_example_files_are_those_that_the_script_makes(name):
    made = ({**examples.WAVES, **examples.OTHERS})[name]()
    headings = ["id", "unit_id", "margin", "share", "value", "segment7", "exchange"]
    kept, anew = (read_file(content, name, headings) for content in ((examples.FOLDER / name).read_bytes(), made))
    assert len(kept.table) > 2
    pd.testing.assert_frame_equal(kept.table, anew.table)
    assert kept.labels == anew.labels and kept.form == anew.form


def test_a_wave_in_any_of_its_formats_is_one_version_and_its_estimates_are_the_same(sqlite_store):
    """The first format is imported; all others change nothing, for every answer and weight is the same."""
    store = sqlite_store.acting(ANN)
    imports.import_programme(store, TOML, "programme.toml")
    for k, name in enumerate(examples.WAVES):
        content = (examples.FOLDER / name).read_bytes()
        imported = imports.import_wave(store, "lakeside", "2026Q1", content, name)
        assert (imported.version, imported.outcome) == (1, "unchanged" if k else "imported"), name
        for t in BOTH.values():
            assert all("{" not in t(key, **values) for key, values in imported.notes)
    waves.estimate_wave(store, "lakeside", "2026Q1")


@pytest.mark.parametrize("form", ["title.xlsx", "plain.parquet", "text.sav", "text.dta"])
def test_times_of_calls_that_are_times_in_their_format_are_the_same_as_written_ones(form):
    log = examples.calls().assign(at=lambda table: pd.to_datetime(table["at"]))
    if form == "title.xlsx":
        log.to_excel(buffer := io.BytesIO(), index=False)
        content = buffer.getvalue()
    else:
        content = examples.FORMS[form](log)
    assert as_text(READ["calls"](content, form)) == PLAIN["calls"]


def test_decimal_commas_are_read_only_where_nothing_else_can_be_meant():
    table = pd.DataFrame(
        {
            "w": ["1,25", "0,5", ",5", "3", ""],
            "thousands": ["1,250", "12", "3", "", "-2,500"],
            "below_one": ["0,250", "1,250", "", "", ""],
            "both": ["1,25", "1.25", "", "", ""],
            "texts": ["1,2,3", "a,5", "", "", ""],
            "unasked": ["1,25", "", "", "", ""],
        },
        dtype="str",
    )
    read, ((key, values),) = with_points(table, ["w", "thousands", "below_one", "both", "texts", "absent"])
    assert values["columns"] == ["w", "below_one"] and "1.25" in BOTH["en"](key, **values)
    assert read.w.tolist() == ["1.25", "0.5", ".5", "3", ""] and read.below_one.tolist()[:2] == ["0.250", "1.250"]
    pd.testing.assert_frame_equal(read.drop(columns=["w", "below_one"]), table.drop(columns=["w", "below_one"]))


@pytest.mark.parametrize("unticked", ["", "N", "No", "Not selected", "\u5426", "\u672a\u9009\u4e2d"])
def test_an_unticked_box_is_no_answer_whatever_the_export_calls_it(unticked):
    table = examples.boxes(examples.wave(), "Yes", unticked, "why[{}]. Why?")
    assert READ["wave"](examples.csv(table, "utf-8"), "export.csv") == PLAIN["wave"]


def test_an_empty_cell_in_a_list_of_codes_is_seen():
    with pytest.raises(Fault) as caught:
        READ["wave"](examples.csv(examples.wave().assign(why="7"), "utf-8"), "a.csv")
    for sentence in caught.value.sentences.values():
        assert '""' in sentence
    assert 'it allows "", 1, 2, 3' in str(caught.value) and 'expected one of "".' in str(caught.value)


def test_an_area_code_that_lost_its_zero_in_a_spreadsheet_is_named_and_restored_on_request():
    lost = examples.csv(examples.exchanges().assign(area_code=lambda table: table.area_code.str.lstrip("0")), "utf-8")
    with pytest.raises(Fault) as caught:
        READ["exchanges"](lost, "exchanges.csv")
    for sentence in caught.value.sentences.values():
        assert "399" in sentence and "0399" in sentence
    mended = read_banks(PREFIXES, "p.csv", ExchangeFile(lost, "exchanges.csv", Choice(zeros=True)), CITIES)
    assert str(mended) == PLAIN["exchanges"]


def without_zeros(table: pd.DataFrame, column: str) -> bytes:
    return examples.csv(table.assign(**{column: table[column].str.lstrip("0")}), "utf-8")


TOWNS = list(examples.TOWNS)
CODES = codes_of(PROGRAMME)
LOST = {  # kind -> a file whose codes lost their zeros, and what comes of it by a choice
    "margins": (
        without_zeros(examples.totals(), "category"),
        lambda c, choice: read_margins(c, "f", choice, CODES).totals,
    ),
    "shares": (without_zeros(examples.shares(), "area"), lambda c, choice: read_shares(c, "f", choice, TOWNS)),
    "records": (
        without_zeros(examples.records(), "area"),
        lambda c, choice: read_records(RecordsFile(c, "f", choice), WITH_RECORDS, TOWNS),
    ),
    "prefixes": (
        without_zeros(examples.prefixes(), "area_code"),
        lambda c, choice: read_banks(c, "f", ExchangeFile(EXCHANGES, "e"), CITIES, choice),
    ),
}
EXCHANGES = examples.csv(examples.exchanges(), "utf-8")


@pytest.mark.parametrize("kind", LOST)
def test_lost_zeros_of_every_kind_of_file_are_named_and_restored_on_request(kind):
    content, read = LOST[kind]
    with pytest.raises(Fault) as caught:
        read(content, CHOICE)
    lost = next(fault for fault in faults_in(caught.value) if fault.key == "file.lost_zeros")
    assert lost.values["code"].startswith("0")
    plain = PLAIN["exchanges" if kind == "prefixes" else kind]
    assert as_text(read(content, Choice(zeros=True))) == plain


def test_a_category_of_several_columns_has_its_zeros_restored_by_parts():
    table = pd.DataFrame({"margin": "town*safe", "category": ["1*1", "02*2", "x*1"], "total": "5", "period": "2026Q1"})
    margins = read_margins(examples.csv(table, "utf-8"), "f.csv", Choice(zeros=True), CODES)
    assert list(margins.totals.category) == ["01*1", "02*2", "x*1"] and "1*1 \u2192 01*1" in str(margins.notes)
    assert not margins.plain  # so that the restored totals are kept, and not the file
