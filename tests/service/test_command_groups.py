"""The command's parts for keys, numbers, people and the trail: from a new key to a purge; help in both languages."""

import os
import stat
from datetime import date, timedelta

import pytest
from made_up import BOTH, MAY, PROGRAMME, as_csv, interviews

from commands import cli
from service.protection import keys
from service.store.permissions import person

GROUPS = {
    "bulletin": ("make", "list", "again", "template"),
    "quality": ("response", "flags", "interviewers", "relisten", "leave-out"),
    "key": ("new", "rotate"),
    "contacts": ("import", "lists", "show", "find", "call-sheet", "delete-on"),
    "audit": ("verify", "acknowledge", "show"),
    "person": ("add", "change", "password", "list"),
    "frame": ("new-key", "import", "banks", "prove-banks", "verify-banks", "list"),
    "sample": (
        "plan",
        "show",
        "approve",
        "draw",
        "release",
        "screen",
        "screen-sheet",
        "calls",
        "rates",
        "steps",
        "monitor",
        "stop",
        "list",
        "call-sheet",
    ),
    "calling": (
        "interviewers",
        "leave",
        "assign",
        "lots",
        "next",
        "take",
        "give-back",
        "number",
        "find",
        "record",
        "appointment",
        "cancel",
        "appointments",
    ),
    "responses": ("import", "sheet", "show", "questions", "make-wave"),
    "large-frame": ("number", "strata", "commit", "draw", "verify"),
}
NUMBER = "13987654321"


@pytest.fixture
def begun(tmp_path, monkeypatch, rankshift):
    """The path of a store with a programme, ann of the survey centre, a key and a list of numbers."""
    monkeypatch.setenv(keys.FILE_VARIABLE, str(tmp_path / "elsewhere" / "key"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.toml").write_bytes(PROGRAMME)
    (tmp_path / "list.csv").write_text(f"unit_id,phone,name\nu1,{NUMBER},Guo Xiaochuan\n", "utf-8")
    store = ("--store", tmp_path / "s.db")
    for command in (("init",), ("key", "new"), ("person", "add", "ann", "centre"), ("import-programme", "p.toml")):
        said = rankshift(*command, *(store if command[0] != "key" else ()))
        assert said.code == 0, said.err
    return store


def test_these_are_all_the_parts():
    assert tuple(cli.GROUPS) == tuple(GROUPS)
    assert {name: tuple(cli.loaded(name).commands) for name in cli.GROUPS} == GROUPS


@pytest.mark.parametrize("group", GROUPS)
def test_every_part_explains_itself_in_both_languages(rankshift, group):
    for language, t in BOTH.items():
        assert (
            t(f"cli.{group.replace('-', '_')}.help").split("，")[0][:12]
            in rankshift(group, "--help", language=language).out
        )
        for command in GROUPS[group]:
            said = rankshift(group, command, "--help", language=language)
            assert said.code == 0 and "cli." not in said.out
            assert t(f"cli.{group.replace('-', '_')}.{command.replace('-', '_')}.help").split("，")[0][:12] in said.out


def test_numbers_go_in_masked_out_on_a_sheet_and_are_purged(begun, rankshift, tmp_path):
    later = (date.today() + timedelta(days=9)).isoformat()
    numbers = ("contacts", "import", MAY, "list.csv", "--delete-on", later, *begun)
    assert "may not do this" in rankshift(*numbers).err
    assert rankshift(*numbers, "--as", "ann").code == 0
    shown = rankshift("contacts", "show", MAY, "--as", "ann", *begun).out
    assert "139****4321" in shown and NUMBER not in shown
    sheet = tmp_path / "sheet.csv"
    assert rankshift("contacts", "call-sheet", MAY, sheet, "--as", "ann", *begun).code == 0
    assert NUMBER in sheet.read_text("utf-8-sig")
    if os.name == "posix":
        assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    before = keys.find_key()
    assert rankshift("key", "rotate", *begun).code == 0 and keys.find_key() != before
    assert rankshift("contacts", "delete-on", MAY, date.today().isoformat(), *begun).code == 0
    assert "Proved" in rankshift("purge", *begun).out
    assert "deleted" in rankshift("contacts", "lists", *begun).out
    trail = rankshift("audit", "show", *begun).out
    assert "ann (" in trail and "call-sheet" in trail and NUMBER not in trail
    assert "is complete" in rankshift("audit", "verify", *begun).out


def test_a_change_of_keys_that_stopped_before_its_last_step_is_finished_by_asking_again(begun, rankshift, monkeypatch):
    later = (date.today() + timedelta(days=9)).isoformat()
    assert rankshift("contacts", "import", MAY, "list.csv", "--delete-on", later, "--as", "ann", *begun).code == 0
    with monkeypatch.context() as stopped:
        stopped.setattr("os.replace", lambda *_: (_ for _ in ()).throw(RuntimeError))
        with pytest.raises(RuntimeError):
            rankshift("key", "rotate", *begun)
    assert "key.next" in os.listdir(keys.key_file().parent)
    assert "is not the one" in rankshift("contacts", "show", MAY, "--as", "ann", *begun).err
    assert rankshift("key", "rotate", *begun).code == 0
    assert "139****4321" in rankshift("contacts", "show", MAY, "--as", "ann", *begun).out


def test_what_a_person_takes_in_and_computes_bears_their_name_and_the_operator_s(begun, rankshift, tmp_path):
    (tmp_path / "may.csv").write_bytes(as_csv(interviews()))
    assert rankshift("person", "add", "lea", "leader", *begun).code == 0
    refused = rankshift("import-wave", MAY, "may.csv", "--as", "lea", *begun)
    assert refused.code == 1 and "may not do this" in refused.err
    for command in (("import-wave", MAY, "may.csv"), ("estimate", MAY), ("refresh",)):
        said = rankshift(*command, "--as", "ann", *begun)
        assert said.code == 0, said.err
    ann, lea = f"ann ({person()})", f"lea ({person()})"
    runs = rankshift("runs", *begun).out.splitlines()
    assert [line.endswith(f"; {ann}") for line in runs] == [True, True, False]  # the programme came from the operator
    trail = [line.split("  ")[2:5] for line in rankshift("audit", "show", *begun).out.splitlines()]
    assert trail[:4] == [[ann, "centre", action] for action in ("begin-job", "run", "import", "run")]
    assert trail[4] == [lea, "leader", "denied"]


def test_a_cut_trail_makes_verify_fail(begun, rankshift, tmp_path):
    with (tmp_path / "s.db.head").open("a") as heads:
        heads.write(f"99:{'0' * 64}\n")
    said = rankshift("audit", "verify", *begun)
    assert said.code == 1 and "was cut" in said.out
