"""All faults of a programme at once, each with its line, and the rules as a text of their own."""

from pathlib import Path

import pytest

from programme.editing.all_faults import all_faults
from programme.editing.edited_rules import faults_of_rules, rules_of, with_rules
from programme.editing.toml_lines import line_of, split_rules
from programme.survey import read_programme
from words import Fault

PROGRAMMES = sorted((Path(__file__).parents[2] / "data" / "programmes").glob("s*.toml"))
LAIBIN = PROGRAMMES[1].read_text("utf-8")
WRONG = (  # what is written, what somebody writes in its place, and the entry at fault
    ("simulated = true", 'simulated = "yes"', "simulated"),
    ("level = 0.95", "level = 95", "level"),
    ('threshold = 5\nname = { zh = "不在后五名"', 'threshold = 500\nname = { zh = "不在后五名"', "threshold"),
    ('kind = "streak"\nof = "last_five"\ntimes = 2', 'kind = "streek"\nof = "last_five"\ntimes = 2', "kind"),
    ("years = 2\ncalendar", "yaers = 2\ncalendar", "yaers"),
)


def lines(text: str, words: str) -> list[int]:
    return [number for number, line in enumerate(text.split("\n"), start=1) if words in line]


@pytest.mark.parametrize("file", PROGRAMMES, ids=lambda file: file.stem)
def test_a_right_programme_has_no_faults_and_its_rules_can_be_taken_out_and_put_back(file):
    content = file.read_bytes()
    assert all_faults(content, file.name) == []
    rules = rules_of(content, file.name)
    before, after = (read_programme(c, file.name) for c in (content, with_rules(content, rules)))
    different = {name for name in vars(before) if getattr(before, name) != getattr(after, name)}
    assert different <= {"digest"} and faults_of_rules(content, rules, file.name) == []
    assert rules_of(with_rules(content, rules), file.name) == rules


def test_every_fault_is_found_at_once_on_its_own_line():
    text = LAIBIN
    for old, new, _ in WRONG:
        assert old in text
        text = text.replace(old, new)
    found = all_faults(text.encode(), "x.toml")
    assert sorted(str(f.fault.values["entry"]).rpartition(".")[2] for f in found) == sorted(e for *_, e in WRONG)
    for place, (_, new, _) in zip(found, WRONG, strict=True):
        assert place.line in lines(text, new.split("\n")[0])


def test_what_is_wrong_only_because_of_another_fault_is_not_said():
    text = LAIBIN.replace('items = "safe"\ncounts = ["1", "2"]', 'items = "safe"\ncounts = ["7"]')
    (found,) = all_faults(text.encode(), "x.toml")  # not its five rules, nor the six consequences of these
    assert found.fault.values["entry"] == "measures.safe.counts" and found.line == lines(text, 'counts = ["7"]')[0]
    text = LAIBIN.replace('[rules.eighty]\nmeasure = "safe"\nkind = "at_least"', '[rules.eighty]\nmeasure = "safe"')
    (found,) = all_faults(text.encode(), "x.toml")
    assert found.fault.key == "programme.missing" and found.line == lines(text, "[rules.eighty]")[0]


def test_lines_that_are_not_toml_are_all_named_and_the_rest_is_still_read():
    text = LAIBIN.replace('kind = "each"', "kind each").replace("[rules.eighty]", "[rules.eighty")
    text = text.replace("threshold = 5\n", "threshold = 0\n")
    found = {f.line: f.fault.key for f in all_faults(text.encode(), "x.toml")}
    zero = lines(text, "threshold = 0")[0]
    assert found[lines(text, "kind each")[0]] == found[lines(text, "[rules.eighty")[0]] == "programme.line"
    assert found[zero] == "programme.entry"


@pytest.mark.parametrize("length", range(0, len(LAIBIN), 1499))
def test_a_file_that_was_cut_off_anywhere_has_faults_with_lines_or_one_of_the_whole(length):
    content = LAIBIN[:length].encode()
    found = all_faults(content, "x.toml")
    try:
        read_programme(content, "x.toml")
    except Fault:
        assert found and all(f.line is None or 1 <= f.line <= LAIBIN[:length].count("\n") + 1 for f in found)
    else:
        assert found == []


def test_in_the_text_of_the_rules_lines_are_counted_from_its_own_beginning():
    content = LAIBIN.encode()
    rules = rules_of(content, "x.toml")
    assert rules.startswith("[rules.last_five]") and "[measures" not in rules
    changed = rules.replace('gap = "breaks"', 'gap = "brakes"').replace("threshold = 5", "threshold five", 1)
    found = faults_of_rules(content, changed, "x.toml")
    brakes = lines(changed, "brakes")
    assert [f.line for f in found] == [lines(changed, "threshold five")[0], *brakes]
    assert found[0].fault.values["row"] == found[0].line
    (strange,) = faults_of_rules(content, rules + "\n[publish]\nn = 1\n", "x.toml")
    assert strange.fault.key == "programme.other_table" and strange.line == rules.count("\n") + 2


def test_comments_stay_with_what_follows_them_and_headings_inside_texts_are_none():
    rest, rules = split_rules('a = """\n[rules.x]\n"""\n# of the rule\n[rules.b]\nk = 1\n# of c\n[c]\nd = 1\n')
    assert rules == "# of the rule\n[rules.b]\nk = 1\n"
    assert "# of c\n[c]" in rest and "[rules.x]" in rest
    assert line_of('[areas]\n"01" = 1\nx.y = 2\n', "areas.01") == 2 and line_of("[a.'b']\nc = 1", "a.b.c") == 2
    with pytest.raises(Fault):
        rules_of(b"rules.a.kind = 'x'\n", "x.toml")


def test_a_consequence_of_nothing_and_brackets_without_end_are_faults_with_their_place():
    of_nothing = '[consequences.a]\nkind = "each"\nof = []\nname = { zh = "甲", en = "a" }\n'
    (found,) = [f.fault for f in faults_of_rules(LAIBIN.encode(), of_nothing, "x.toml") if "of" in str(f.fault)]
    assert found.key == "programme.entry" and found.values["found"] == "[]"
    assert faults_of_rules(LAIBIN.encode(), "x = " + "[" * 5_000, "x.toml")
