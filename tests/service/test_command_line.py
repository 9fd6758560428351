"""The command line: every sub-command in both languages, exit codes 0, 1 and 2, one way through by processes."""

import io
import os
import re
import shutil
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import sqlalchemy as sa
from made_up import BOTH, JUNE, MAY, NAME, PROGRAMME, as_csv, changed, interviews, row_counts, whole_survey
from typer.main import get_group

from commands import cli, speaking
from commands.speaking import chosen_language
from presentation import screen
from presentation.area.sentences import area_sentence
from presentation.league_notes import league_notes
from presentation.rules import rule_notes
from presentation.screen import list_texts
from presentation.times import wave_text
from service.figures.league import read_league
from service.figures.screen import read_screen
from service.store import schema
from service.store.engine import Store

ROOT = Path(__file__).parents[2]
ENSU = ROOT / "data" / "ensu2015"
COMMANDS = (
    "init",
    "simulate",
    "refresh",
    "jobs",
    "backup",
    "restore",
    "doctor",
    "load",
    "import-programme",
    "import-wave",
    "import-margins",
    "margins",
    "weights",
    "estimate",
    "compare",
    "league",
    "power",
    "factors",
    "types",
    "definitions",
    "consequences",
    "beside",
    "move-weights",
    "publish",
    "runs",
    "imports",
    "rerun",
    "plan",
    "size",
    "purge",
    "check-bulletin",
    "large-wave",
    "draw-proof",
    "chain",
    "verify",
    "check-in-r",
    "export",
    "serve",
)
CHINESE = re.compile("[一-鿿]")


@pytest.fixture
def files(tmp_path):
    """A folder with the made-up programme, two waves and a bad one, and the path of a store not yet made."""
    (tmp_path / "harbours.toml").write_bytes(PROGRAMME)
    for wave, seed in ((MAY, 1), (JUNE, 2)):
        (tmp_path / f"{wave}.csv").write_bytes(as_csv(interviews(seed)))
    (tmp_path / "bad.csv").write_bytes(as_csv(interviews(1).assign(w="-1")))
    return tmp_path


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """The path of a store with the made-up survey, its waves estimated (runs 4, 5) and compared (run 6)."""
    path = tmp_path_factory.mktemp("made") / "s.db"
    store = Store.create(f"sqlite:///{path}")
    whole_survey(store, interviews(1), interviews(2))
    store.engine.dispose()
    return path


@pytest.fixture
def surveyed(files, made_once):
    """The path of a copy of that store, for one test to do with as it likes."""
    return Path(shutil.copy(made_once, files / "s.db"))


def test_these_are_all_the_commands(rankshift):
    said = rankshift("--help")
    assert set(cli.SINGLE) == set(COMMANDS)
    assert all(command in said.out for command in [*COMMANDS, *cli.GROUPS])


def test_every_file_of_commands_is_reached_and_has_no_command_that_is_not_listed():
    room = Path(cli.__file__).parent
    names = {".".join(file.relative_to(room).with_suffix("").parts) for file in room.rglob("*.py")}
    files = {name for name in names if not name.endswith("__init__")} - {"cli", "incoming", "opening", "speaking"}
    assert files == set(cli.SINGLE.values()) | set(cli.GROUPS.values())
    for file in set(cli.SINGLE.values()):
        defined = set(get_group(import_module(f"commands.{file}").commands).commands)
        assert defined == {name for name, home in cli.SINGLE.items() if home == file}


def test_the_language_may_stand_anywhere_and_the_version_needs_no_store(rankshift):
    assert rankshift("league", "--help", "--language", "zh").out == rankshift("league", "--help", language="zh").out
    assert rankshift("--language=zh", "league", "--help").out == rankshift("league", "--help", language="zh").out
    wrong = rankshift("runs", "--language", "fr")
    assert wrong.code == 2 and "fr (zh | en)" in wrong.err
    assert rankshift("runs", "--language").code == 2
    assert rankshift("--version").out.startswith("rankshift ")


def test_help_and_version_load_no_statistics():
    code = (
        "import sys; sys.argv = ['rankshift', '{}']\n"
        "from commands.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('numpy', 'pandas', 'scipy', 'sqlalchemy') if m in sys.modules])"
    )
    for option in ("--help", "--version"):
        command = [sys.executable, "-c", code.format(option)]
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.endswith("[]\n")


UNNEEDED = (  # to show a store: what computes, reads files, writes help, hashes passwords, speaks to PostgreSQL
    "scipy.sparse",
    "scipy.special",
    "scipy.stats",
    "sampling",
    "estimation.changes.changes",
    "estimation.weighting.weighting",
    "service.intake.wave_file",
    "service.figures.loaded_waves",
    "pyarrow.parquet",
    "openpyxl",
    "alembic",
    "pydantic",
    "typer.rich_utils",
    "argon2",
    "sqlalchemy.dialects.postgresql",
)


@pytest.mark.parametrize(
    ("command", "unneeded"), [("runs", (*UNNEEDED, "estimation", "programme.survey")), ("league", UNNEEDED)]
)
def test_showing_what_a_store_holds_loads_nothing_that_computes_or_writes_help(surveyed, command, unneeded):
    code = (
        f"import gc, sys; sys.argv = ['rankshift', {command!r}, '-s', {str(surveyed)!r}]\n"
        "from commands import start\n"
        "try:\n    start()\nexcept SystemExit:\n    pass\n"
        "print(gc.isenabled(), gc.get_freeze_count() > 50_000)\n"  # cycles are searched again, modules left out
        f"print([m for m in {unneeded!r} if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert len(shown.splitlines()) > 2 and shown.endswith("True True\n[]\n")


@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_every_command_explains_itself_in_both_languages(rankshift, command):
    said = {language: rankshift(*([command] if command else []), "--help", language=language) for language in BOTH}
    for language, help_text in said.items():
        assert (help_text.code, help_text.err) == (0, "")
        options = re.findall(r"^│ +[* ]*(--[a-z-]+)[^│]*│$", help_text.out, re.M)
        assert "--help" in options and (command is None or len(options) == len(set(options)))
        for line in help_text.out.splitlines():
            if re.match(r"│ +[* ]*--", line):  # an option without words would say nothing after its name
                words = re.sub(r"--?\w[\w-]*|[A-Z]{2,}|[│*]", "", line).strip()
                assert words, line
        assert bool(CHINESE.search(help_text.out)) == (language == "zh")
    assert said["zh"].out != said["en"].out


@pytest.mark.parametrize("command", [None, "league"])
def test_help_is_the_same_whether_the_language_is_an_option_or_in_the_environment(rankshift, command):
    arguments = [command] if command else []
    by_option = rankshift("--language", "zh", *arguments, "--help", language="en")
    assert by_option.out == rankshift(*arguments, "--help", language="zh").out


@pytest.mark.parametrize(
    ("given", "environment", "expected"),
    [
        (["--language", "zh"], {"RANKSHIFT_LANGUAGE": "en"}, "zh"),
        (["--language=en"], {"RANKSHIFT_LANGUAGE": "zh"}, "en"),
        ([], {"RANKSHIFT_LANGUAGE": "zh_CN.UTF-8"}, "zh"),
        ([], {"RANKSHIFT_LANGUAGE": "de"}, "en"),
    ],
)
def test_the_language_is_the_option_then_the_environment(given, environment, expected):
    assert chosen_language(["rankshift", *given, "runs"], environment) == expected


def test_a_survey_goes_through_the_command_line_from_nothing_to_its_league_table(files, rankshift):
    store = files / "s.db"
    assert "The database is ready" in rankshift("init", "-s", store).out
    assert "version 1: imported" in rankshift("import-programme", files / "harbours.toml", "-s", store).out
    for wave in (MAY, JUNE):
        said = rankshift("import-wave", wave, files / f"{wave}.csv", "-s", store)
        assert said.out == f"{wave}, version 1, 60 interviews: imported\n"
    again = rankshift("import-wave", MAY, files / f"{MAY}.csv", "-s", store)
    assert (again.code, again.out) == (0, f"{MAY}, version 1, 60 interviews: same content, nothing changed\n")
    assert rankshift("estimate", "-s", store).out == (
        f"{MAY}: run 4 done\n{JUNE}: run 5 done\n{MAY} → {JUNE}: run 6 done\n"
    )
    assert rankshift("estimate", MAY, "-s", store).out == f"{MAY}: computed before as run 4; nothing was added\n"
    assert "computed before as run 6" in rankshift("compare", "-s", store).out
    assert "computed before as run 6" in rankshift("compare", MAY, JUNE, "-s", store).out
    table = rankshift("league", "-s", store).out
    assert "Harbour residents' survey (made up): Disturbed at night" in table
    assert all(name in table for name in ("Ashhaven", "Birchhaven", "Cedarhaven"))
    assert "[SIMULATED DATA] Made-up telephone interviews" in table
    for number in (4, 5, 6):
        assert "the numbers are the same" in rankshift("rerun", number, "-s", store).out
    assert len(rankshift("runs", "-s", store).out.splitlines()) == 6
    assert len(rankshift("imports", "-s", store).out.splitlines()) == 4


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_printed_table_shows_the_stored_figures(surveyed, rankshift, language):
    found = read_league(Store.open(f"sqlite:///{surveyed}"), NAME, measure="upkeep", league="south")
    said = rankshift("league", "--measure", "upkeep", "--league", "south", "-s", surveyed, language=language).out
    lines = said.splitlines()
    for code, row in found.table.iterrows():
        (line,) = [line for line in lines if found.name(code)[language] in line and f"{row.lower:.1f}–" in line]
        for part in (f"{row.estimate:.1f}", f"{row.rank_lower}–{row.rank_upper}", f"{row.change:+.1f}", f" {row.n} "):
            assert part in line
        assert BOTH[language](f"short.verdict.{row.verdict}") in line
    for note in league_notes(found, BOTH[language])[2:]:
        assert note in lines


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_level_of_change_is_printed_with_its_verdict(surveyed, rankshift, language):
    found = read_league(Store.open(f"sqlite:///{surveyed}"), NAME, measure="upkeep", league="south")
    options = ("--measure", "upkeep", "--league", "south", "--levels", "-s", surveyed)
    lines, t = rankshift("league", *options, language=language).out.splitlines(), BOTH[language]
    for code, row in found.table.iterrows():
        (line,) = [line for line in lines if line.startswith(found.name(code)[language])]
        for part in (
            f"{row.p_holm:.3f}",
            f"{row.p_standing:.3f}",
            f"{row.places_lower:+.0f} … {row.places_upper:+.0f}",
        ):
            assert part in line
        assert t(f"short.verdict.{row.verdict}") in line
    without = rankshift("league", "--wave", MAY, "--levels", "-s", surveyed, language=language)
    assert without.code == 1 and "rankshift compare" in without.err


@pytest.mark.parametrize("language", ["zh", "en"])
def test_power_prints_designs_and_interviews(surveyed, rankshift, language):
    said = rankshift("power", "--measure", "upkeep", "--league", "north", "-s", surveyed, language=language).out
    t = BOTH[language]
    assert t("detection.title") in said and t("detection.years") in said and t("detection.rank") in said


@pytest.mark.parametrize("language", ["zh", "en"])
def test_one_area_is_said_in_one_sentence(surveyed, rankshift, language):
    found = read_league(Store.open(f"sqlite:///{surveyed}"), NAME)
    said = rankshift("league", "--area", "birch", "--store", surveyed, language=language)
    assert said.out == area_sentence(found, "birch", BOTH[language]) + "\n"


def test_a_league_is_written_as_csv_and_xlsx(surveyed, rankshift, tmp_path):
    folder = tmp_path / ("a long folder name " * 8)
    folder.mkdir()
    csv, xlsx = folder / "league [1].csv", folder / "league [/b].xlsx".replace("/", "_")
    said = rankshift("league", "--csv", csv, "--xlsx", xlsx, "-s", surveyed)
    assert (said.code, said.out) == (0, f"Written: {csv}\nWritten: {xlsx}\n")
    found = read_league(Store.open(f"sqlite:///{surveyed}"), NAME)
    table = pd.read_csv(csv, encoding="utf-8-sig")
    assert list(table.code) == list(found.table.index)
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx.read_bytes())).worksheets[0]
    assert sheet.max_row == len(table) + 1


WRITES = {  # what a command writes into a file that is named -> the endings that its name may have
    "league --csv": ".csv",
    "league --xlsx": ".xlsx",
    "factors --csv": ".csv",
    "weights --csv": ".csv",
    "plan 4513 700 --csv": ".csv",
    "margins 4513 --csv": ".csv",
    "large-frame strata frame.parquet --csv": ".csv",
    "import-wave 2026Q1 wave.csv --faults": ".csv / .xlsx",
    "sample list 2026Q1": ".csv",
    "contacts call-sheet 2026Q1": ".xlsx / .csv",
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("begun", WRITES)
def test_a_file_of_another_ending_is_refused_before_anything_is_done(rankshift, tmp_path, begun, language):
    pdf, last = tmp_path / "written.pdf", begun.split()[-1]
    said = rankshift(*begun.split(), pdf, language=language)
    name = last if last.startswith("--") else "FILE"
    sentence = BOTH[language]("cli.other_ending", option=name, file=str(pdf), endings=WRITES[begun])
    assert (said.code, said.out, said.err) == (1, "", sentence + "\n") and not pdf.exists()


def test_an_ending_may_be_in_capitals(surveyed, rankshift, tmp_path):
    capitals = tmp_path / "LEAGUE.XLSX"
    assert rankshift("league", "--xlsx", capitals, "-s", surveyed).code == 0 and capitals.exists()


def test_a_table_is_whole_however_narrow_the_screen(surveyed, rankshift, monkeypatch):
    wide = rankshift("league", "-s", surveyed).out
    monkeypatch.setenv("COLUMNS", "40")
    assert rankshift("league", "-s", surveyed).out == wide
    assert "…" not in wide


def test_brackets_in_names_are_shown_and_not_taken_for_markup(files, rankshift):
    store = files / "s [red].db"
    (files / "harbours.toml").write_bytes(
        changed(("Ashhaven", "Ash [north] [/b]"), ("Disturbed at night", "Noise :bell: [1]"))
    )
    for step in (
        ("init",),
        ("import-programme", files / "harbours.toml"),
        ("import-wave", MAY, files / f"{MAY}.csv"),
        ("estimate",),
    ):
        assert rankshift(*step, "-s", store).code == 0
    assert "[red]" in rankshift("init", "-s", store).out
    table = rankshift("league", "-s", store).out
    assert "Ash [north] [/b]" in table and "Noise :bell: [1]" in table
    assert rankshift("league", "--area", "ash", "-s", store).out.startswith("Ash [north] [/b] ranks")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_refused_input_is_one_line_on_standard_error_and_exit_code_one(surveyed, files, rankshift, language):
    t = BOTH[language]
    cases = [
        (("import-wave", JUNE, files / "bad.csv"), "bad.csv"),
        (("import-wave", "june", files / "bad.csv"), "june"),
        (("import-wave", JUNE, files / "absent.csv"), "absent.csv"),
        (("import-wave", JUNE, files), str(files)),
        (("import-wave", JUNE, files / "bad.csv", "-p", "other"), "other"),
        (("import-programme", files / "bad.csv"), "bad.csv"),
        (("estimate", "2024-07"), "2024-07"),
        (("estimate", "July"), "July"),
        (("compare", JUNE, MAY), wave_text(MAY, t)),
        (("league", "--wave", "2024-07"), "2024-07"),
        (("league", "--measure", "x"), "disturbed"),
        (("league", "--league", "x"), "north"),
        (("league", "--area", "dill"), "dill"),
        (("league", "--against", "2023-01"), "2023-01"),
        (("league", "--csv", files / "no" / "such.csv"), "such.csv"),
        (("rerun", "99"), "99"),
    ]
    for step, named in cases:
        said = rankshift(*step, "-s", surveyed, language=language)
        assert (said.code, said.out) == (1, ""), step
        line, *how_to_see_more = said.err.splitlines()
        assert named in line and how_to_see_more in ([], [t("cli.file.list_them")])
        assert bool(CHINESE.search(line)) == (language == "zh"), line
    log = rankshift("imports", "-s", surveyed, language=language).out.splitlines()
    refused = [line for line in log if t("outcome.refused") in line]
    assert len(refused) == 4
    assert any(re.search(r"第2行“w" if language == "zh" else r"row 2, column w", line) for line in refused)


def test_without_a_store_every_command_says_how_to_make_one(files, rankshift):
    arguments = {"import-programme": [files / "harbours.toml"], "import-wave": [MAY, files / "bad.csv"], "rerun": [1]}
    arguments |= {"import-margins": [files / "bad.csv"], "backup": [files / "copy.db"]}
    arguments |= {command: [MAY, "--out", files / "proof"] for command in ("draw-proof", "chain", "export")}
    arguments["check-in-r"] = [MAY, "--out", files / "r.zip"]
    arguments["simulate"] = [MAY, files / "bad.csv", files]
    makers, without = {"init", "load", "restore"}, {"plan", "margins", "doctor", "verify", "size", "check-bulletin"}
    without |= {"large-wave"}
    for command in set(COMMANDS) - makers - without:
        said = rankshift(command, *arguments.get(command, []), "-s", files / "none.db")
        assert said.code == 1 and "rankshift init" in said.err, command
    assert not (files / "none.db").exists()


def test_without_a_programme_or_with_several_the_way_on_is_said(files, rankshift):
    store = files / "s.db"
    rankshift("init", "-s", store)
    said = rankshift("import-wave", MAY, files / f"{MAY}.csv", "-s", store)
    assert said.code == 1 and "import-programme" in said.err
    (files / "second.toml").write_bytes(changed(('"harbours"', '"havens"')))
    for file in ("harbours.toml", "second.toml"):
        assert rankshift("import-programme", files / file, "-s", store).code == 0
    said = rankshift("league", "-s", store)
    assert said.code == 1 and "harbours, havens" in said.err and "--programme" in said.err
    assert rankshift("import-wave", MAY, files / f"{MAY}.csv", "-p", "havens", "-s", store).code == 0
    said = rankshift("compare", "-p", "havens", "-s", store)
    assert said.code == 1 and "two waves" in said.err


def test_every_file_is_written_before_a_reader_who_stops_listening_ends_the_command(tmp_path, monkeypatch):
    """As `bulletin make … a.docx b.xlsx | head -1` does."""

    def closed(_):
        raise BrokenPipeError

    monkeypatch.setattr(speaking.out, "print", closed)
    files = [tmp_path / name for name in ("a.docx", "b.xlsx")]
    with pytest.raises(BrokenPipeError):
        speaking.write_all([(file, b"figures") for file in files], "kept as bulletin 1")
    assert [file.read_bytes() for file in files] == [b"figures"] * 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["leage"],
        ["league", "--colour"],
        ["import-wave", MAY],
        ["import-programme"],
        ["rerun"],
        ["rerun", "one"],
        ["compare", MAY],
        ["serve", "--port", "x"],
        ["--language", "xx", "runs"],
        ["league", "--wave"],
    ],
)
def test_a_mistyped_command_has_exit_code_two(surveyed, rankshift, arguments):
    said = rankshift(*arguments, *(["-s", surveyed] if arguments[0] in COMMANDS and arguments[-1] != "--wave" else []))
    assert said.code == 2 and said.out == "" and said.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["leage"], "没有命令“leage”。名称相近的有：league。"),
        (["league", "--colour"], "没有选项--colour。"),
        (["league", "--wav"], "没有选项--wav。名称相近的有："),
        (["rerun"], "命令中缺少RUN。"),
        (["rerun", "one"], "RUN的值不能用：应为整数。"),
        (["league", "ash", "elm"], "参数过多，多出的是：ash elm。"),
        (["serve", "--port", "0"], "--port的值不能用：应不小于1。"),
        (["serve", "--port", "65536"], "--port的值不能用：应不大于65535。"),
        (["--store", "x.db", "league"], "--store应写在子命令之后"),
        (["--language", "zh"], "缺少子命令"),
        (["league", "--wave"], "选项--wave后面要有值。"),
        (["league", "--language"], "选项--language后面要有值。"),
    ],
)
def test_what_was_mistyped_is_said_in_the_reader_s_language(rankshift, arguments, sentence):
    lines = rankshift(*arguments, language="zh").err.splitlines()
    assert lines[0].startswith(sentence)
    assert arguments[-1] in ("--wave", "--language") or lines[1].endswith("--help")


def test_what_is_not_there_is_said_before_anything_is_made(tmp_path, rankshift):
    store = ["-s", tmp_path / "new.db"]
    assert f"There is no folder {tmp_path / 'nowhere'}" in rankshift("load", tmp_path / "nowhere", *store).err
    assert rankshift("init", *store).code == 0
    for command in ("runs", "imports"):
        said = rankshift(command, *store)
        assert said.code == 0 and "yet" in said.out
    (tmp_path / "empty.toml").touch()
    assert "empty.toml is empty" in rankshift("import-programme", tmp_path / "empty.toml", *store).err


def test_a_wave_that_was_never_imported_is_not_said_to_lack_an_estimate(surveyed, rankshift):
    said = rankshift("league", "--wave", "2031Q1", "-s", surveyed)
    assert said.code == 1 and "no wave 2031Q1; imported are" in said.err


def test_output_that_cannot_be_written_is_one_line(surveyed):
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    with open("/dev/full", "w") as full:
        code = (
            "import sys; sys.argv = ['rankshift', 'imports', '-s', sys.argv[1]]; from commands.cli import main; main()"
        )
        ended = subprocess.run(
            [sys.executable, "-c", code, str(surveyed)], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert ended.returncode == 6 and ended.stderr.strip() == "This could not be done: No space left on device."


def test_usage_is_said_in_the_reader_s_language(rankshift):
    assert "用法：" in rankshift("league", "--help", language="zh").out


def test_without_arguments_the_help_is_shown(rankshift):
    said = rankshift()
    assert "league" in said.out + said.err and "rankshift" in said.out + said.err


def test_a_tampered_store_is_found_out_by_rerun(surveyed, rankshift):
    store = Store.open(f"sqlite:///{surveyed}")
    table = schema.DERIVED["ESTIMATES"]
    with store.begin() as connection:
        run = connection.scalar(sa.select(sa.func.min(table.c.run_id)))
        connection.execute(table.update().where(table.c.run_id == run, table.c.domain == "ash").values(n=7))
    said = rankshift("rerun", run, "-s", surveyed)
    assert said.code == 1 and "ESTIMATES" in said.err
    assert re.search(r"ESTIMATES: 2 cells differ, the first in column n of \w+ ash: stored 7, computed \d+\.", said.out)
    assert rankshift("rerun", run + 1, "-s", surveyed).code == 0


def test_outdated_runs_are_marked_in_the_list(surveyed, files, rankshift):
    (files / "again.csv").write_bytes(as_csv(interviews(9)))
    assert "corrected: new version" in rankshift("import-wave", JUNE, files / "again.csv", "-s", surveyed).out
    lines = rankshift("runs", "-s", surveyed).out.splitlines()
    marked = [line.split(":")[0] for line in lines if line.endswith("[Outdated]")]
    assert marked == ["Run 6", "Run 5"]
    assert "were corrected after these figures were made" in rankshift("league", "-s", surveyed).out


def test_measures_nobody_answered_are_named(files, rankshift):
    table = interviews(1).assign(noise="refused")
    (files / "quiet.csv").write_bytes(as_csv(table))
    for step in (("init",), ("import-programme", files / "harbours.toml"), ("import-wave", MAY, files / "quiet.csv")):
        rankshift(*step, "-s", files / "s.db")
    for _ in range(2):  # the second time it was computed before
        said = rankshift("estimate", "-s", files / "s.db")
        assert said.code == 0 and "not computed: disturbed\n" in said.out
    said = rankshift("league", "-s", files / "s.db")
    assert said.code == 1 and "Disturbed at night" in said.err


def test_a_folder_is_loaded_at_once_and_a_second_time_nothing_is_added(files, rankshift):
    (files / "bad.csv").unlink()
    (files / "harbours.toml").rename(files / "programme.toml")
    first = rankshift("load", files, "-s", files / "s.db")
    assert (first.code, first.err) == (0, "")
    assert f"{MAY} → {JUNE}: run 6 done" in first.out
    before = row_counts(Store.open(f"sqlite:///{files / 's.db'}"))
    second = rankshift("load", files, "-s", files / "s.db")
    assert second.code == 0 and second.out.count("nothing changed") == 3 and second.out.count("nothing was added") == 3
    assert row_counts(Store.open(f"sqlite:///{files / 's.db'}")) == before


def test_a_folder_whose_files_name_no_wave_is_refused_before_anything_is_made(files, rankshift):
    said = rankshift("load", files, "-s", files / "s.db")
    assert said.code == 1 and "bad.csv" in said.err
    assert not (files / "s.db").exists()


@pytest.mark.parametrize("programme", [None, PROGRAMME.replace(b"level =", b"lvel =")], ids=["absent", "misspelt"])
def test_a_folder_without_a_good_programme_is_refused_before_anything_is_made(files, rankshift, programme):
    (files / "bad.csv").unlink()
    if programme is not None:
        (files / "programme.toml").write_bytes(programme)
    said = rankshift("load", files, "-s", files / "s.db")
    assert said.code == 1 and "programme.toml" in said.err
    assert not (files / "s.db").exists()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_city_is_planned_without_a_store(files, rankshift, language, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    said = rankshift("plan", "4513", 7000, language=language)
    assert (said.code, said.err) == (0, "")
    assert "兴宾区" in said.out and "3,122" in said.out and "…" not in said.out
    written = rankshift("plan", "4513", 7000, "--csv", files / "plan.csv", language=language)
    assert written.code == 0
    assert pd.read_csv(files / "plan.csv", encoding="utf-8-sig").interviews.sum() == 7000
    refused = rankshift("plan", "9999", 7000, language=language)
    assert refused.code == 1 and "9999" in refused.err


def test_serve_starts_the_pages_on_this_store_in_this_language(surveyed, rankshift, monkeypatch):
    started = []
    monkeypatch.setattr(os, "execve", lambda program, command, environment: started.append((command, environment)))
    monkeypatch.chdir(surveyed.parent)
    assert rankshift("serve", "--port", "8700", "-s", surveyed.name, language="zh").code == 0
    ((command, environment),) = started
    assert command[1:3] == ["-m", "pages"] and command[-2:] == ["--server.port", "8700"]
    assert Path.cwd() == ROOT  # where pages.py is
    assert environment["RANKSHIFT_STORE"] == f"sqlite:///{surveyed}"
    assert environment["RANKSHIFT_LANGUAGE"] == "zh"
    assert "--server.address=127.0.0.1" in command
    assert rankshift("serve", "--address", "0.0.0.0", "-s", surveyed).code == 0
    assert started[1][0][-2:] == ["--server.address", "0.0.0.0"]  # the last one counts


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_rules_of_the_measure_stand_under_the_printed_table(surveyed, rankshift, language):
    league, t = read_league(Store.open(f"sqlite:///{surveyed}"), NAME), BOTH[language]
    heading, *sentences = rule_notes(league, t)
    said = "".join(rankshift("league", "-s", surveyed, language=language).out.split())
    assert "".join(heading.split()) in said and len(sentences) == len(league.programme.rules[league.measure.name]) > 0
    assert all("".join(sentence.split()) in said for sentence in sentences)
    summed_up = list_texts(read_screen(Store.open(f"sqlite:///{surveyed}"), NAME), t)
    assert summed_up and all("".join(sentence.split()) in said for sentence in summed_up)


@pytest.fixture(scope="module")
def process(request):
    """process("league", …): the command in a process of its own; compiled modules are kept from run to run."""
    environment = {k: v for k, v in os.environ.items() if k not in ("RANKSHIFT_STORE", "PYTHONDONTWRITEBYTECODE")}
    if "PYTHONDONTWRITEBYTECODE" in os.environ and request.config.cache is not None:
        environment["PYTHONPYCACHEPREFIX"] = str(request.config.cache.mkdir("compiled"))

    def run(*arguments, language="en"):
        command = [sys.executable, "-c", "from commands import start; start()", *map(str, arguments)]
        options = {"cwd": ROOT, "env": environment | {"RANKSHIFT_LANGUAGE": language}, "encoding": "utf-8"}
        return subprocess.run(command, capture_output=True, check=False, timeout=120, **options)

    return run


def test_the_demonstration_goes_from_its_files_to_its_league_table_by_real_processes(process, ensu_store, tmp_path):
    store = tmp_path / "rankshift.db"
    for name in ("programme.toml", "ensu_2015Q2.csv", "ensu_2015Q3.csv"):
        shutil.copy(ENSU / name, tmp_path)
    said = process("load", tmp_path, "--store", store)
    assert (said.returncode, said.stderr) == (0, "")
    assert len(said.stdout.splitlines()) == 1 + 1 + 2 + 2 + 1  # store, programme, waves, estimates, comparison
    for measure in ("safe", "police"):
        made, expected = (
            read_league(s, "ensu2015", measure=measure) for s in (Store.open(f"sqlite:///{store}"), ensu_store[0])
        )
        assert (made.wave, made.against) == ("2015Q3", "2015Q2")
        pd.testing.assert_frame_equal(made.table, expected.table, check_exact=True)
        pd.testing.assert_frame_equal(made.rules, expected.rules, check_exact=True)
    refused = process("import-wave", "2015Q4", ENSU / "programme.toml", "--store", store)
    assert (refused.returncode, refused.stdout) == (1, "") and "programme.toml" in refused.stderr
    said = process("league", "--measure", "police", "--store", store, language="zh")
    assert (said.returncode, said.stderr) == (0, "")
    league = read_league(ensu_store[0], "ensu2015", measure="police")
    assert all(league.name(area)["zh"] in said.stdout for area in league.table.index)
    assert screen.headline(read_screen(ensu_store[0], "ensu2015", measure="police"), BOTH["zh"]) in said.stdout
    assert "不是电话调查" in said.stdout


CTRL_C = """
import os, signal, sys
loading = sys.argv[1]
class CtrlC:
    def find_spec(self, name, *where):
        if name == loading:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, CtrlC())
from commands import start
sys.argv[1:] = ["imports", "-s", "nowhere.db"]
start()
"""


@pytest.mark.parametrize(
    ("module", "code", "sentence"),
    [("commands.cli", -signal.SIGINT, ""), ("commands.history", 130, "Stopped; nothing more was done.\n")],
)
def test_ctrl_c_while_modules_are_loaded_ends_the_command_without_a_traceback(module, code, sentence):
    command = [sys.executable, "-c", CTRL_C, module]
    environment = os.environ | {"RANKSHIFT_LANGUAGE": "en"}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (code, "", sentence)
