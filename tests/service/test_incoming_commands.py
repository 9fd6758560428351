"""Commands that take a file: a preview keeps nothing, faults come as a file, a folder may hold files of any format."""

import io

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from made_up import BOTH, JUNE, MAY, PROGRAMME, as_csv, interviews, row_counts

from service.intake.folder import margins_in, records_beside, wave_files
from service.store.engine import Store
from words import Fault


@pytest.fixture
def folder(tmp_path, rankshift):
    """A folder with a store that has the made-up programme; the store's path is s.db."""
    (tmp_path / "programme.toml").write_bytes(PROGRAMME)
    assert rankshift("init", "-s", tmp_path / "s.db").code == 0
    assert rankshift("import-programme", tmp_path / "programme.toml", "-s", tmp_path / "s.db").code == 0
    return tmp_path


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_preview_says_what_is_recognised_and_keeps_nothing(folder, rankshift, language):
    interviews().assign(phone="13812345678").to_excel(folder / "may.xlsx", index=False, startrow=2)
    store = Store.open(f"sqlite:///{folder / 's.db'}")
    before = row_counts(store)
    said = rankshift("import-wave", MAY, folder / "may.xlsx", "--preview", "-s", folder / "s.db", language=language)
    t = BOTH[language]
    assert said.code == 0 and row_counts(store) == before
    assert t("cli.file.only_preview") in said.out and f"town = {t('file.use.area')}" in said.out
    assert "Sheet1" in said.out and "phone" in said.out and "13812345678" not in said.out and "ash-quay-0" in said.out
    refused = rankshift("import-wave", MAY, folder / "absent.xlsx", "--preview", "-s", folder / "s.db")
    assert refused.code == 1 and row_counts(store) == before


def test_a_preview_of_a_bad_file_shows_it_and_what_is_wrong(folder, rankshift):
    (folder / "may.csv").write_bytes(as_csv(interviews().assign(w="-1")))
    said = rankshift("import-wave", MAY, folder / "may.csv", "--preview", "-s", folder / "s.db")
    assert said.code == 1 and "separated by commas, UTF-8, header in row 1" in said.out
    assert "negative" in said.err and "--faults" in said.err


@pytest.mark.parametrize("name", ["faults.csv", "faults.xlsx"])
def test_all_faults_are_written_into_the_file_named(folder, rankshift, name):
    table = interviews()
    table.loc[:19, "w"] = "-1"
    table.loc[30, "town"] = "fir"
    (folder / "may.csv").write_bytes(as_csv(table))
    said = rankshift("import-wave", MAY, folder / "may.csv", "--faults", folder / name, "-s", folder / "s.db")
    assert said.code == 1 and name in said.out and "--faults" not in said.err
    content = (folder / name).read_bytes()
    if name.endswith("xlsx"):
        rows = [row[0].value for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(min_row=2)]
    else:
        rows = pd.read_csv(io.BytesIO(content)).Row.tolist()
    assert rows == [*range(2, 22), 32]


def test_a_folder_may_hold_files_of_any_format(folder, rankshift):
    interviews(1).to_excel(folder / f"w_{MAY}.xlsx", index=False)
    pyreadstat.write_sav(interviews(2).astype({"w": float}), folder / f"w_{JUNE}.sav")
    (folder / "~$w_2024-07.xlsx").write_bytes(b"")  # as a spreadsheet leaves beside an open file
    said = rankshift("load", folder, "-s", folder / "t.db")
    assert said.code == 0 and "60 interviews" in said.out and "SPSS" in said.out
    (folder / "margins.xlsx").touch()
    (folder / f"w_{MAY}_records.dta").touch()
    assert [wave for wave, _ in wave_files(folder)] == [MAY, JUNE] and margins_in(folder) == folder / "margins.xlsx"
    assert records_beside(folder / f"w_{MAY}.xlsx") == folder / f"w_{MAY}_records.dta"
    (folder / f"w_{MAY}.csv").touch()
    with pytest.raises(Fault, match=f"both of {MAY}"):
        wave_files(folder)
