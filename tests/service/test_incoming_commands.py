"""Commands that take a file: a preview keeps nothing, faults come as a file, a folder may hold files of any format."""

import io
from pathlib import Path
from typing import get_args, get_type_hints

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from made_up import BOTH, JUNE, MAY, PROGRAMME, as_csv, interviews, row_counts

from commands import cli
from reference import examples
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


TOGETHER = ("shares", "costs", "constraints")  # files of a plan, read by the same options
READ = {  # (command, parameter) of each table that comes in
    ("import-margins", "file"),
    ("import-wave", "file"),
    ("import-wave", "records"),
    ("contacts import", "file"),
    ("frame import", "file"),
    ("frame banks", "exchanges"),
    ("frame banks", "prefixes"),
    *(("sample plan", name) for name in TOGETHER),
    ("sample screen", "file"),
    ("sample calls", "file"),
    ("responses import", "file"),
    ("responses make-wave", "records"),
}
OTHERWISE = {  # what is read and is no such table, or one that the program, or a script of its, has written
    ("load", "folder"),  # of files that import-wave and import-margins take
    ("import-programme", "file"),  # TOML
    ("plan", "divisions"),
    ("plan", "population"),
    ("margins", "population"),
    ("verify", "place"),
    ("verify", "answers"),
    ("check-bulletin", "file"),  # a document, a text or all sheets of a workbook, checked and kept nowhere
    ("bulletin make", "template"),  # a Word file
    ("bulletin again", "template"),
    ("restore", "file"),
    ("doctor", "mend"),  # a backup
    ("frame verify-banks", "folder"),
    ("large-wave", "programme"),  # TOML
    ("large-wave", "interviews"),  # Parquet, beyond memory
    ("simulate", "truth"),  # the area and its made-up true share
    ("large-frame number", "source"),
    ("large-frame strata", "frame"),
    ("large-frame commit", "frame"),
    ("large-frame commit", "allocation"),  # strata --csv wrote it
    ("large-frame draw", "frame"),
    ("large-frame draw", "plan"),
    ("large-frame draw", "after"),
    ("large-frame verify", "frame"),
    ("large-frame verify", "folder"),
}
WRITTEN = {"faults", "csv", "xlsx"}  # options that name a file to be written
WRITING = {  # arguments that do
    ("simulate", "folder"),
    ("responses sheet", "file"),
    ("sample monitor", "kinds"),
    ("draw-proof", "folder"),
    ("chain", "folder"),
    ("check-in-r", "file"),
    ("export", "folder"),
    ("bulletin make", "files"),
    ("bulletin again", "files"),
    ("bulletin template", "file"),
    ("chain", "answers"),
    ("backup", "file"),
    ("contacts call-sheet", "file"),
    ("frame prove-banks", "folder"),
    ("sample list", "file"),
    ("sample call-sheet", "file"),
    ("sample screen-sheet", "file"),
    ("large-frame number", "target"),
    ("large-frame commit", "plan"),
    ("large-frame draw", "folder"),
}


def test_a_preview_of_number_banks_and_of_a_plan_shows_each_file_and_keeps_nothing(folder, rankshift):
    (folder / "prefixes.csv").write_bytes(examples.csv(examples.prefixes(), "utf-8").replace(b"0399", b"399"))
    (folder / "exchanges.xlsx").write_bytes(examples.workbook(examples.exchanges()))
    files = ("--prefixes", folder / "prefixes.csv", "--exchanges", folder / "exchanges.xlsx", "--landlines", "5")
    banks = ("frame", "banks", "b", examples.CITY, "10", "--delete-on", "2099-01-01", *files, "--preview")
    store = ("-s", folder / "s.db", "--as", "ann")
    assert rankshift("person", "add", "ann", "centre", "-s", folder / "s.db").code == 0
    before = row_counts(Store.open(f"sqlite:///{folder / 's.db'}"))
    refused = rankshift(*banks, *store)
    assert refused.code == 1 and "0399" in refused.err
    said = rankshift(*banks, "--zeros", "--exchanges-sheet", "\u6570\u636e", *store)
    assert said.code == 0 and "prefixes.csv" in said.out and "exchanges.xlsx" in said.out
    absent = rankshift(*banks, "--zeros", "--exchanges-sheet", "absent", *store)
    assert absent.code == 1 and "absent" in absent.err
    (folder / "numbers.csv").write_text("unit_id,phone\nu1,13812345678\n", "utf-8")
    numbers = ("contacts", "import", MAY, folder / "numbers.csv", "--delete-on", "2099-01-01", "--preview", *store)
    said = rankshift(*numbers)
    assert said.code == 0 and "u1" in said.out and "13812345678" not in said.out
    (folder / "shares.csv").write_bytes("area;share\nash;0,9\n".encode("utf-16"))
    plan = ("sample", "plan", MAY, "100", "--preview", *store)
    assert "--shares" in rankshift(*plan).err
    said = rankshift(*plan, "--shares", folder / "shares.csv")
    assert said.code == 0 and "UTF-16" in said.out and "share" in said.out
    assert row_counts(Store.open(f"sqlite:///{folder / 's.db'}")) == before


def parameters_with_paths():
    """(command, parameter, the command's options) wherever a path is asked for."""
    for name in (*cli.SINGLE, *cli.GROUPS):
        part = cli.loaded(name)
        below = {f"{name} {k}": command for k, command in part.commands.items()} if name in cli.GROUPS else {name: part}
        for path, command in below.items():
            hints, options = get_type_hints(command.callback), {o for p in command.params for o in p.opts}
            for parameter in command.params:
                if Path in {hints.get(parameter.name), *get_args(hints.get(parameter.name))}:
                    yield path, parameter, options


def test_every_command_that_takes_a_table_has_the_same_reading_options():
    """Those of a file that is an argument are plain, those of one that an option names begin with the option's name."""
    tables = set()
    for command, parameter, options in parameters_with_paths():
        place = command, parameter.name
        if place in OTHERWISE | WRITING or parameter.name in WRITTEN:
            continue
        tables.add(place)
        before = "" if parameter.param_type_name == "argument" or parameter.name in TOGETHER else f"{parameter.name}-"
        wanted = {f"--{before}sheet", f"--{before}encoding", "--zeros", "--preview", "--faults"}
        assert wanted <= options, (place, wanted - options)
    assert tables == READ, "a new file: among the tables, or with a reason among the others"
