"""Every bad file is refused whole, in one sentence naming file, row and column, and the refusal is on record."""

import re
import tomllib

import pandas as pd
import pytest
from made_up import BOTH, JUNE, MAY, NAME, PROGRAMME, as_csv, begin_survey, changed, interviews, row_counts, take

from programme import versions
from programme.survey import read_programme
from service.intake import imports
from service.intake.import_log import import_log
from service.intake.wave_file import read_wave
from service.store.engine import Store
from words import Fault

ENGINES = ("sqlite", "postgresql")
GOOD = as_csv(interviews())
LINES = GOOD.splitlines(keepends=True)


def with_cell(row: int, column: str, value: str) -> bytes:
    """The good file with one cell changed; the header is row 1."""
    table = interviews()
    table.loc[row - 2, column] = value
    return as_csv(table)


def with_line(row: int, line: bytes) -> bytes:
    return b"".join([*LINES[: row - 1], line, *LINES[row:]])


# name: (content, key, row, column); row and column None where the fault is the whole file's
BAD = {
    "a missing column": (as_csv(interviews().drop(columns="w")), "wave.column", 1, "w"),
    "a missing item": (as_csv(interviews().drop(columns="pier")), "wave.column", 1, "pier"),
    "an unknown area": (with_cell(7, "town", "fir"), "wave.area", 7, "town"),
    "an area left blank": (with_cell(8, "town", ""), "wave.blank", 8, "town"),
    "a stratum left blank": (with_cell(8, "side", " "), "wave.blank", 8, "side"),
    "a respondent left blank": (with_cell(9, "id", ""), "wave.blank", 9, "id"),
    "a negative weight": (with_cell(12, "w", "-0.5"), "wave.weight_negative", 12, "w"),
    "a missing weight": (with_cell(61, "w", ""), "wave.weight_missing", 61, "w"),
    "a weight of blanks": (with_cell(61, "w", "  "), "wave.weight_missing", 61, "w"),
    "a weight that is text": (with_cell(2, "w", "heavy"), "wave.weight_text", 2, "w"),
    "a weight that is not a number": (with_cell(2, "w", "nan"), "wave.weight_text", 2, "w"),
    "an infinite weight": (with_cell(3, "w", "inf"), "wave.weight_text", 3, "w"),
    "a weight too large to be one": (with_cell(3, "w", "1e308"), "wave.weight_size", 3, "w"),
    "a weight too small to be one": (with_cell(4, "w", "1e-300"), "wave.weight_size", 4, "w"),
    "a weight with a decimal comma": (with_cell(3, "w", "1,5"), "wave.weight_text", 3, "w"),
    "a weight that says true": (with_cell(3, "w", "True"), "wave.weight_text", 3, "w"),
    "a duplicated respondent": (with_cell(30, "id", interviews().id[3]), "wave.respondent", 30, "id"),
    "a code outside the list": (with_cell(20, "noise", "loud"), "wave.code", 20, "noise"),
    "a blank answer": (with_cell(21, "market", ""), "wave.code", 21, "market"),
    "a code of another item": (with_cell(21, "market", "none here"), "wave.code", 21, "market"),
    "an old Excel workbook": (b"\xd0\xcf\x11\xe0" + bytes(600), "file.other_kind", None, None),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(40), "file.other_kind", None, None),
    "a zero byte deep in the file": (GOOD * 9 + b"x\x00y\n", "file.binary", 61 * 9 + 1, None),
    "a row with a cell too many": (with_line(5, LINES[4].rstrip() + b",9\n"), "file.ragged", 5, None),
    "a row with a cell too few": (with_line(6, LINES[5].rstrip().rstrip(b",") + b"\n"), "file.ragged", 6, None),
    "an unclosed quote": (with_line(10, b'"' + LINES[9]), "file.not_csv", 10, None),
    "a quote inside a cell": (with_line(11, b'"a"b' + LINES[10]), "file.not_csv", 11, None),
    "an empty file": (b"", "file.empty", None, None),
    "a file of blank lines": (b" \n\n \r\n", "file.empty", None, None),
    "a byte-order mark alone": (b"\xef\xbb\xbf", "file.empty", None, None),
    "only a header": (LINES[0], "file.no_rows", None, None),
    "a header and blank lines": (LINES[0] + b"\n\n", "file.no_rows", None, None),
    "UTF-8 with a damaged byte": (
        with_cell(14, "remark", "码头很吵").replace("吵".encode(), "吵".encode()[:2]),
        "file.encoding",
        14,
        None,
    ),
    "a column name twice": (GOOD.replace(b"remark", b"market", 1), "file.header_twice", 1, "market"),
    "no weight above zero": (as_csv(interviews().assign(w="0")), "design.weight_zero", None, "w"),
}


@pytest.fixture(scope="module", params=ENGINES)
def survey(request, fresh_url):
    """A store with the made-up programme and its wave of May."""
    store = begin_survey(Store.create(fresh_url(request.param)))
    take(store, MAY)
    yield store
    store.engine.dispose()


@pytest.mark.parametrize("what", BAD)
def test_a_bad_wave_is_refused_with_file_row_and_column_and_nothing_of_it_is_kept(survey, what):
    content, key, row, column = BAD[what]
    before = row_counts(survey)
    for wave in (MAY, JUNE):  # as a correction, and as a wave of its own
        with pytest.raises(Fault) as caught:
            imports.import_wave(survey, NAME, wave, content, "六月.csv")
        assert caught.value.key == key
    assert row_counts(survey) == before
    logged = import_log(survey).iloc[0]
    assert (logged.outcome, logged.wave, logged.file, logged.fault) == ("refused", JUNE, "六月.csv", key)
    for language, t in BOTH.items():
        sentence = t(key, **caught.value.values)
        assert t(logged.fault, **logged.fault_values) == sentence  # as the log tells it later
        assert "\n" not in sentence and "{" not in sentence
        if key != "design.weight_zero":
            assert "六月.csv" in sentence
        if row is not None:
            assert re.search(rf"第{row}行" if language == "zh" else rf"row {row}\b", sentence), sentence
        if column is not None:
            assert column in sentence


def test_a_refusal_in_one_language_is_another_sentence_in_the_other():
    for content, key, *_ in BAD.values():
        with pytest.raises(Fault) as caught:
            read_wave(content, "f.csv", read_programme(PROGRAMME, "p.toml"))
        zh, en = (t(key, **caught.value.values) for t in BOTH.values())
        assert re.search("[一-鿿]", zh) and not re.search("[一-鿿]", en)


def test_the_message_says_how_many_rows_are_like_the_first():
    table = interviews()
    table.loc[[5, 9, 40], "w"] = "-1"
    with pytest.raises(Fault, match=r"row 7, column w: the weight -1 is negative.* 3 rows") as caught:
        read_wave(as_csv(table), "f.csv", read_programme(PROGRAMME, "p.toml"))
    assert caught.value.values["count"] == 3


def test_a_duplicate_names_both_rows():
    with pytest.raises(Fault, match=r"row 30: the same respondent as in row 5 "):
        read_wave(BAD["a duplicated respondent"][0], "f.csv", read_programme(PROGRAMME, "p.toml"))


def test_blank_lines_are_no_rows_but_are_counted_as_a_spreadsheet_counts_them(survey):
    content = with_cell(40, "w", "-1").splitlines(keepends=True)
    content.insert(10, b"\r\n")
    with pytest.raises(Fault, match=r"row 41, column w"):
        read_wave(b"".join(content), "f.csv", read_programme(PROGRAMME, "p.toml"))
    lines = list(LINES)
    lines.insert(10, b"\n")
    assert take(survey, MAY, b"".join(lines) + b"\n\n").outcome == versions.UNCHANGED


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + GOOD,
        GOOD.replace(b"\n", b"\r\n"),
        GOOD.replace(b"\n", b"\r"),
        GOOD.rstrip(),
        GOOD.replace(b"town", b" town ", 1),
        interviews().to_csv(index=False, quoting=1).encode(),
        interviews().assign(remark="两行\n的备注").to_csv(index=False).encode(),
    ],
    ids=["mark", "windows", "mac", "no last line end", "blanks", "quoted", "line end in a cell"],
)
def test_what_only_looks_different_is_the_same_wave(survey, content):
    assert take(survey, MAY, content).outcome == versions.UNCHANGED


def test_gb18030_is_taken_in_when_the_programme_says_so(fresh_store):
    store = begin_survey(fresh_store("sqlite"), changed(("simulated = true", 'encoding = "gb18030"\nsimulated = true')))
    content = interviews().assign(remark="码头很吵").to_csv(index=False).encode("gb18030")
    assert take(store, MAY, content).outcome == versions.IMPORTED
    with pytest.raises(Fault) as caught:
        take(store, JUNE, with_line(4, b"\xff\xff" + LINES[3]))
    assert (caught.value.key, caught.value.values["row"]) == ("file.encoding", 4)


def test_a_programmes_chinese_columns_and_codes_are_read_in_both_encodings(fresh_url):
    renamed = [
        ("town", "镇"),
        ('area = "镇"', 'area = "镇"'),
        ("answers.often", 'answers."经常"'),
        ('["often"]', '["经常"]'),
    ]
    table = interviews().rename(columns={"town": "镇"})
    table["noise"] = table.noise.replace("often", "经常")
    digests = set()
    for encoding in ("utf-8", "gb18030"):
        programme = changed(*renamed, ("simulated = true", f'encoding = "{encoding}"\nsimulated = true'))
        digests.add(read_wave(table.to_csv(index=False).encode(encoding), "f", read_programme(programme, "p")).digest)
    assert len(digests) == 1


def test_items_may_have_any_name(fresh_url):
    for name in ("answer", "item", "unit_id", "weight", "row", "area", "variable", "value"):
        programme = read_programme(changed(("items.pier", f"items.{name}"), ('"pier"', f'"{name}"')), "p.toml")
        data = read_wave(as_csv(interviews().rename(columns={"pier": name})), "f.csv", programme)
        assert set(data.answers) == {"noise", "market", name}
        assert list(data.answers[name]) == list(interviews().pier)


def test_a_weight_of_zero_is_taken_in(survey):
    assert len(read_wave(with_cell(5, "w", "0"), "f.csv", read_programme(PROGRAMME, "p.toml")).respondents) == 60


def test_a_lone_psu_is_refused_where_the_programme_says_error():
    table = interviews()
    table = table[~((table.town == "ash") & (table.side == "quay") & (table.index > 0))]
    with pytest.raises(Fault) as caught:
        read_wave(as_csv(table), "f.csv", read_programme(PROGRAMME, "p.toml"))
    assert caught.value.key == "design.lonely"
    adjusted = read_programme(changed(('lonely = "error"', 'lonely = "adjust"')), "p.toml")
    assert len(read_wave(as_csv(table), "f.csv", adjusted).respondents) == 55


BAD_PROGRAMMES = {
    "no TOML": (b"programme = \n", "programme.syntax", "line 1"),
    "not UTF-8": (PROGRAMME.decode().encode("gb18030"), "programme.encoding", "3"),
    "an integer of 5,000 digits": (
        changed(("level = ", f"level = {'9' * 5000} #")),
        "programme.long_number",
        "harbours",
    ),
    "brackets without end": (b"a = " + b"[" * 5000, "programme.too_deep", "harbours"),
    "a number of 400 digits": (changed(("level = ", f"level = {'9' * 400} #")), "programme.entry", "999…"),
    "another file": (b"#" * 5_000_001, "programme.too_large", "5,000,001"),
    "no name": (changed(('programme = "harbours"', "")), "programme.missing", "programme"),
    "a name with blanks": (changed(('"harbours"', '"har bours"')), "programme.entry", "programme"),
    "no title in any language": (
        PROGRAMME.replace(b"\nname = { zh", b"\nname = {} # { zh", 1),
        "programme.missing",
        "name.zh | en",
    ),
    "a title in a language misspelt": (
        changed((", en = \"Harbour residents' survey", ", eng = \"Harbour residents' survey")),
        "programme.unknown_key",
        "name.eng",
    ),
    "no areas": (re.sub(rb"(?m)^\w+ = \{ league.*$", b"", PROGRAMME), "programme.entry", "areas"),
    "an area in no league": (
        changed(('dill = { league = "south"', 'dill = { league = "west"')),
        "programme.entry",
        "areas.dill.league",
    ),
    "an area named as everybody is": (changed(("dill = {", '"*" = {')), "programme.entry", "areas.*"),
    "a league without areas": (
        changed(("[areas]", '[leagues.west]\nname = { zh = "西", en = "West" }\n[areas]')),
        "programme.entry",
        "leagues.west",
    ),
    "no weight": (changed(('weight = "w"', "")), "programme.missing", "columns.weight"),
    "a weight that is a number": (changed(('weight = "w"', "weight = 3")), "programme.entry", "columns.weight"),
    "a respondent that is a number": (
        changed(('respondent = "id"', "respondent = 3")),
        "programme.entry",
        "columns.respondent",
    ),
    "no respondent": (changed(('respondent = "id"', "respondent = []")), "programme.entry", "columns.respondent"),
    "no marking of made-up data": (changed(("simulated = true", "")), "programme.missing", "simulated"),
    "a marking that is a word": (changed(("simulated = true", 'simulated = "yes"')), "programme.entry", "simulated"),
    "an unknown encoding": (
        changed(("simulated = true", 'encoding = "gbk-2312"\nsimulated = true')),
        "programme.entry",
        "encoding",
    ),
    "an encoding of no text": (
        changed(("simulated = true", 'encoding = "hex"\nsimulated = true')),
        "programme.entry",
        "encoding",
    ),
    "no design": (changed(('[design]\nlonely = "error"\n', "")), "programme.missing", "design"),
    "a misspelt table": (changed(("[design]", "[desing]")), "programme.unknown_key", "desing"),
    "an unknown lonely option": (changed(('"error"', '"ignore"')), "programme.entry", "design.lonely"),
    "a level above one": (changed(("level = 0.9\n", "level = 95\n")), "programme.entry", "level"),
    "a level of half a coin": (changed(("level = 0.9\n", "level = 0.3\n")), "programme.entry", "level"),
    "an infinite level": (changed(("level = 0.9\n", "level = inf\n")), "programme.entry", "level"),
    "an unknown item": (
        changed(('["pier", "market"]', '["pier", "school"]')),
        "programme.entry",
        "measures.upkeep.items",
    ),
    "a share of items that do not share its answers": (
        changed(('items = "noise"', 'items = ["pier", "market"]')),
        "programme.entry",
        "measures.disturbed.counts",
    ),
    "no items": (changed(('["pier", "market"]', "[]")), "programme.entry", "measures.upkeep.items"),
    "a count of no answer": (changed(('["often"]', '["always"]')), "programme.entry", "measures.disturbed.counts"),
    "counts of nothing": (changed(('["often"]', "[]")), "programme.entry", "measures.disturbed.counts"),
    "points that miss an answer": (changed((", fair = 50", "")), "programme.entry", "measures.upkeep.points"),
    "points for no answer": (
        changed((", fair = 50", ", fair = 50, great = 200")),
        "programme.entry",
        "measures.upkeep.points",
    ),
    "points that are all the same": (
        changed(("good = 100, fair = 50", "good = 0, fair = 0")),
        "programme.entry",
        "measures.upkeep.points",
    ),
    "points that are words": (
        changed(("good = 100", 'good = "many"')),
        "programme.entry",
        "measures.upkeep.points.good",
    ),
    "points divided by nothing": (
        changed(("good = 100", 'good = "1/0"')),
        "programme.entry",
        "measures.upkeep.points.good",
    ),
    "infinite points": (changed(("good = 100", "good = inf")), "programme.entry", "measures.upkeep.points.good"),
    "an unknown kind of measure": (
        changed(('kind = "share"', 'kind = "median"')),
        "programme.entry",
        "measures.disturbed.kind",
    ),
    "an unknown best end": (changed(('"smallest"', '"least"')), "programme.entry", "measures.disturbed.best"),
    "an answer that is none": (
        changed(('["refused"]', '["refused", "often"]')),
        "programme.entry",
        "items.noise.not_answered",
    ),
    "a rule of an unknown kind": (changed(('"not_last"', '"furthest"')), "programme.entry", "rules.quiet.kind"),
    "a rule of an unknown measure": (
        changed(('measure = "upkeep"', 'measure = "prices"')),
        "programme.entry",
        "rules.kept.measure",
    ),
    "a rule about the last none": (
        changed(("threshold = 1\n", "threshold = 0\n")),
        "programme.entry",
        "rules.quiet.threshold",
    ),
    "a rule about the last one and a half": (
        changed(("threshold = 1\n", "threshold = 1.5\n")),
        "programme.entry",
        "rules.quiet.threshold",
    ),
    "a rule about more places than there are": (
        changed(("threshold = 1\n", "threshold = 3\n")),
        "programme.entry",
        "rules.quiet.threshold",
    ),
    "a target nobody can reach": (
        changed(("threshold = 50", "threshold = 101")),
        "programme.entry",
        "rules.kept.threshold",
    ),
    "a share's target in per cent": (
        changed(('"upkeep"\nkind = "at_least"\nthreshold = 50', '"disturbed"\nkind = "at_least"\nthreshold = 50')),
        "programme.entry",
        "rules.kept.threshold",
    ),
    "an infinite target": (changed(("threshold = 50", "threshold = inf")), "programme.entry", "rules.kept.threshold"),
}


@pytest.fixture(scope="module", params=ENGINES)
def empty(request, fresh_url):
    store = Store.create(fresh_url(request.param))
    yield store
    store.engine.dispose()


@pytest.mark.parametrize("what", BAD_PROGRAMMES)
def test_a_bad_programme_is_refused_by_file_and_entry_and_the_refusal_is_on_record(empty, what):
    content, key, place = BAD_PROGRAMMES[what]
    before = row_counts(empty)
    with pytest.raises(Fault) as caught:
        imports.import_programme(empty, content, "harbours.toml")
    assert caught.value.key == key
    assert row_counts(empty) == before
    logged = import_log(empty).iloc[0]
    assert (logged.outcome, logged.file, logged.fault) == ("refused", "harbours.toml", key)
    for t in BOTH.values():
        sentence = t(key, **caught.value.values)
        assert t(logged.fault, **logged.fault_values) == sentence
        assert "harbours.toml" in sentence and place in sentence


def test_a_fault_says_which_type_was_expected():
    with pytest.raises(Fault, match=r"columns\.respondent” is 3; expected.*\["):
        read_programme(BAD_PROGRAMMES["a respondent that is a number"][0], "p.toml")


def test_the_made_up_programme_is_good_and_its_faults_come_from_the_changes_alone():
    assert tomllib.loads(PROGRAMME.decode())["programme"] == NAME
    programme = read_programme(PROGRAMME, "harbours.toml")
    assert len(read_wave(GOOD, "f.csv", programme).respondents) == 60
    assert pd.isna(programme.measures["disturbed"].points.get("often"))
