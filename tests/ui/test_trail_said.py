"""The audit trail on the page of people: what is recorded has a word in both languages, and none is left in English."""

import ast
import re
from pathlib import Path

import pytest

from presentation.evidence.trail import details_text, trail_rows
from service.care import jobs
from service.figures.use_cases import COMPARE, ESTIMATE, RANKS_ALONE, WEIGH
from service.protection import people
from service.store.permissions import LEADER, Actor
from service.store.trail import trail_lines
from words import COMPLETE, Fault, dictionary, speaker

SERVICE = Path(__file__).parents[2] / "service"
RECORDING = {"append": 2, "_record": 2, "add_run": 2}  # functions that record, and the place of the action
LATIN = re.compile(r"[A-Za-z]{2,}")


def recorded_actions() -> set[str]:
    """Every action that the code records, by a word or by the name of a constant of its module."""
    actions = {"run", *jobs.WORK, ESTIMATE, RANKS_ALONE, COMPARE, WEIGH}
    for file in SERVICE.rglob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        constants: dict[str, str] = {}
        for node in (node for node in ast.walk(tree) if isinstance(node, ast.Assign)):
            sides = [side.elts if isinstance(side, ast.Tuple) else [side] for side in (node.targets[0], node.value)]
            for name, value in zip(*sides, strict=False):
                if isinstance(name, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
                    constants[name.id] = value.value
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name in RECORDING and len(call.args) > RECORDING[name]:
                for part in ast.walk(call.args[RECORDING[name]]):
                    if isinstance(part, ast.Constant):
                        actions.add(part.value)
                    elif isinstance(part, ast.Name) and part.id in constants:
                        actions.add(constants[part.id])
    return {action for action in actions if isinstance(action, str)}


def test_every_action_that_is_recorded_has_a_word_in_both_languages():
    actions = recorded_actions()
    assert len(actions) > 30 and {"sign-in-failed", "draw-wave", "estimate", "purge", "denied"} <= actions
    for language in COMPLETE:
        words = dictionary(language)
        assert sorted(a for a in actions if a != "run" and f"action.{a}".replace("-", "_") not in words) == []


def recorded_details() -> set[str]:
    """The names of the details that the code writes beside an action, as literals."""
    names = set()
    sources = [source for file in SERVICE.rglob("*.py") if "audit.append(" in (source := file.read_text("utf-8"))]
    for function in (node for source in sources for node in ast.walk(ast.parse(source))):
        if not isinstance(function, ast.FunctionDef):
            continue
        calls = [c for c in ast.walk(function) if isinstance(c, ast.Call) and ast.unparse(c.func) == "audit.append"]
        details = [part for call in calls if len(call.args) == 4 for part in ast.walk(call.args[3])]
        named = {part.id for part in details if isinstance(part, ast.Name)}
        for assigned in (a for a in ast.walk(function) if isinstance(a, ast.Assign | ast.AugAssign)):
            targets = assigned.targets if isinstance(assigned, ast.Assign) else [assigned.target]
            if named & {target.id for target in targets if isinstance(target, ast.Name)}:
                details += ast.walk(assigned.value)
        keys = [key for part in details if isinstance(part, ast.Dict) for key in part.keys]
        names |= {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
    return names


def test_every_detail_that_is_recorded_has_a_word_in_both_languages():
    details = recorded_details()
    assert len(details) > 40 and {"interviewers", "starts", "half_lines"} <= details
    for language in COMPLETE:
        assert sorted(d for d in details if f"trail.detail.{d}" not in dictionary(language)) == []


def test_periods_times_and_populations_of_details_are_written_in_words():
    population = {"2026Q3": {"of": "stratum", "units": {"a": 800.4, "b": 600}}}
    run = {"use_case": "estimate", "arguments": {"before": "2025Q4+2026Q1", "population": population}}
    agreed = {"starts": "2026-11-30T10:30:00+00:00", "results": {"7": "genuine"}}
    zh, en = speaker("zh"), speaker("en")
    assert details_text("run", run, zh) == "基期：2025年第4季度、2026年第1季度；总体人数：2026年第3季度共1,400（2部分）"
    assert details_text("run", run, en) == "before: 2025 Q4, 2026 Q1; population: 2026 Q3 1,400 in 2 parts"
    assert re.fullmatch(
        r"预约时间：2026-1\d-\d\d \d\d:30；复听结果：7：真实", details_text("make-appointment", agreed, zh)
    )


@pytest.fixture(scope="module")
def lines(ensu_store):
    every_line = trail_lines(ensu_store[0])
    return every_line[every_line.action != "backup"].reset_index(drop=True)  # other tests back the same store up


def test_a_chinese_line_has_no_english_but_what_files_and_programmes_are_called(lines):
    rows = trail_rows(lines, speaker("zh"))
    assert {"运行：估计", "运行：比较", "导入文件", "标为演示"} <= set(rows.action)
    words = set(LATIN.findall(" ".join([*rows.role, *rows.action, *rows.details])))
    assert words <= {"ensu", "csv", "programme", "toml"} | set(LATIN.findall(" ".join(lines.details.str[-40:]))), words
    estimate = next(d for a, d in zip(rows.action, rows.details, strict=True) if a == "运行：估计")
    assert re.fullmatch(r"运行编号：\d+；调查方案：ensu2015；调查期：2015年第3季度；程序：\S+", estimate)


def test_english_lines_read_as_sentences_and_a_denial_names_what_was_tried(sqlite_store):
    with pytest.raises(Fault):
        people.add_person(sqlite_store.acting(Actor("ann", LEADER)), "bob", LEADER)
    denied = trail_rows(trail_lines(sqlite_store), speaker("en")).iloc[0]
    assert (denied["name"], denied.role, denied.action) == ("ann", "leader", "not permitted")
    assert denied.details == "operation: add_person"
