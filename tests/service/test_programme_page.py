"""docs/programmes.md: its examples are one whole programme, which loads, is estimated and compared as the page says."""

import re
from pathlib import Path

import numpy as np
import pytest
from simulated import expanded, linearised, read_toml, simulated, simulated_records, standard_error

from presentation.definitions import definition_text
from presentation.notes import everybody_text
from programme.survey import read_programme
from service.figures import waves
from service.figures.league import read_league
from service.files.faults import faults_in
from service.intake import imports
from service.intake.records_file import RecordsFile
from words import Fault, speaker

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("programmes.md", "programmes.zh.md")
BEFORE, AFTER = "2026Q1", "2026Q2"


def page(name: str) -> bytes:
    """All examples of a page, one after the other."""
    return "\n\n".join(re.findall(r"```toml\n(.*?)```", (DOCS / name).read_text("utf-8"), re.S)).encode()


CONTENT = page(PAGES[0])
DATA = read_toml(CONTENT)


def changed(*replacements: tuple[str, str]) -> bytes:
    text = CONTENT.decode()
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()


@pytest.fixture(scope="module")
def store(fresh_store):
    """Two simulated waves, with records for everybody in the first only, estimated and compared."""
    made = fresh_store("sqlite")
    imports.import_programme(made, CONTENT, "programmes.md")
    for wave, seed in ((BEFORE, 1), (AFTER, 2)):
        records = simulated_records(DATA, seed, everybody=wave == BEFORE).to_csv(index=False).encode()
        table = simulated(DATA, seed, per_area=60).to_csv(index=False).encode()
        given = RecordsFile(records, "simulated_records.csv")
        imports.import_wave(made, "riverside", wave, table, "simulated.csv", records=given)
        waves.estimate_wave(made, "riverside", wave)
    waves.compare_waves(made, "riverside", BEFORE, AFTER)
    yield made
    made.engine.dispose()


def test_both_pages_show_the_same_programme():
    assert page(PAGES[0]) == page(PAGES[1])


def test_the_page_shows_every_key_that_may_stand_there():
    from programme import items, measures

    keys = set().union(items.ITEM, measures.RECORD, *measures.MEASURE.values(), measures.FACTORS) - {"text", "name"}
    unused = [key for key in keys if not re.search(rf"^{key}\b", CONTENT.decode(), re.M)]
    assert unused == ["never_pooled"]  # said in the text: with it most of these examples would be refused
    assert all("never_pooled" in (DOCS / name).read_text("utf-8") for name in PAGES)


@pytest.mark.parametrize("wave", [BEFORE, AFTER])
def test_every_example_is_estimated_as_the_naive_computation_says(store, wave):
    seed = {BEFORE: 1, AFTER: 2}[wave]
    table, rows = simulated(DATA, seed, per_area=60), simulated(DATA, seed, per_area=60).to_dict("records")
    known = {(r, a): v for r, a, v in simulated_records(DATA, seed).itertuples(index=False)}
    for measure in expanded(DATA):
        for area, found in read_league(store, "riverside", measure=measure, wave=wave).table.iterrows():
            value, z = linearised(DATA, measure, [r for r in rows if r["town"] == area], known, area)
            np.testing.assert_allclose(found.estimate, value, rtol=1e-11)
            np.testing.assert_allclose(found.se / found.fpc**0.5, standard_error(table, "town", z), rtol=1e-8)


def test_the_part_of_the_variance_left_is_that_of_the_people_who_were_not_interviewed(store):
    rows, people = simulated(DATA, 1, per_area=60), DATA["population"]["units"]
    league = read_league(store, "riverside", measure="safe", wave=BEFORE)
    assert dict(league.table.population) == people
    for area, found in league.table.iterrows():
        assert found.fpc == pytest.approx(1 - found.n / people[area], rel=1e-12)
    answered, weight = rows.safe.isin(list("1234")), rows.weight.astype(float)
    share = np.average(rows.safe[answered].isin(["1", "2"]), weights=weight[answered])
    z = weight * answered * (rows.safe.isin(["1", "2"]) - share) / weight[answered].sum()
    towns = rows.groupby("town").groups.items()
    variance = sum((1 - answered[own].sum() / people[a]) * 60 * z[own].var() for a, own in towns)
    assert league.everybody["se"] == pytest.approx(variance**0.5, rel=1e-9)
    assert league.everybody["population"] == sum(people.values())


def test_every_example_is_compared_and_its_change_has_the_variance_of_two_independent_waves(store):
    for measure in expanded(DATA):
        new = read_league(store, "riverside", measure=measure)
        old = read_league(store, "riverside", measure=measure, wave=BEFORE)
        areas = new.table.index
        difference = new.table.estimate - old.table.estimate[areas]
        np.testing.assert_allclose(new.table.change, difference, rtol=1e-9, atol=1e-12)
        variance = (new.table.se**2 / new.table.fpc) + (old.table.se**2 / old.table.fpc)[areas]  # nobody asked twice
        np.testing.assert_allclose(new.table.change_se_design**2, variance, rtol=1e-9)
        assert new.against == BEFORE and new.table.verdict.notna().all()


def test_an_index_without_records_for_everybody_has_no_figure_over_all_areas(store):

    assert read_league(store, "riverside", measure="harmony", wave=BEFORE).everybody
    league = read_league(store, "riverside", measure="harmony", wave=AFTER)
    assert league.everybody == {}
    assert everybody_text(league, speaker("en")).startswith("There is no figure for all areas together")


def test_a_run_of_all_kinds_of_indicator_is_computed_again_the_same(store):
    assert waves.rerun(store, waves.estimate_wave(store, "riverside", AFTER).run_id) == []


def test_the_same_records_change_nothing_and_others_are_a_new_version(sqlite_store):
    own = sqlite_store
    imports.import_programme(own, CONTENT, "programmes.md")
    table = simulated(DATA, 1, per_area=10).to_csv(index=False).encode()
    done = []
    for seed in (1, 1, 2):
        records = RecordsFile(simulated_records(DATA, seed).to_csv(index=False).encode(), "simulated_records.csv")
        done.append(imports.import_wave(own, "riverside", BEFORE, table, "w.csv", records=records).outcome)
    assert done == ["imported", "unchanged", "corrected"]


SENTENCES = {
    "safe_strict": ("In the denominator, counted as 0: 8, 9.", "计入分母、按0计：8、9。"),
    "safe": ("No answer (code 8, 9) is left out of the denominator.", "未作答（代码8、9）不计入分母。"),
    "police_all": ("No answer has a score too: code 9 counts as 50.", "未作答的也计分：代码9按50计。"),
    "composite": ("mean of the area's item means", "各题平均值的平均"),
    "theft": ("mentions counted over all mentions, a ratio", "提及数除以提及总数，是一个比率"),
    "safe_on_paper": ("“Mode”: paper", "“访问方式”为纸质"),
    "trust": ("from 0 to 10.", "范围0～10。"),
    "waiting": ("Mean of the numbers answered to “How many minutes", "范围0～600分钟。"),
    "calm": ("0.5 × Trust rating (0 to 10 mapped to 0 to 100)", "0.5 × 信任评分（0～10换算为0～100）"),
    "harmony": ("Crimes per 10,000 (0 to 80 mapped to 100 to 0)", "每万人刑事案件（0～80换算为100～0）"),
}


@pytest.mark.parametrize("measure", SENTENCES)
def test_the_definition_says_what_no_answer_does_and_how_parts_are_put_together(measure):
    plan = read_programme(CONTENT, "programmes.md")
    for language, expected in zip(("en", "zh"), SENTENCES[measure], strict=True):
        assert expected in definition_text(plan, plan.measures[measure], speaker(language))


def test_a_definition_says_that_records_are_taken_as_known():
    plan = read_programme(CONTENT, "programmes.md")
    assert "taken as known" in definition_text(plan, plan.measures["harmony"], speaker("en"))


BAD = {
    "people of an area nobody knows": (("weir = 240", "wear = 240"), "programme.entry", "population.units"),
    "areas without people": (("mill = 900, ford = 1200", "mill = 0, ford = -2"), "programme.entry", "ford = -2"),
    "two sources of people": (('of = "area"', 'column = "N"'), "programme.entry", "population.column"),
    "no such choice for changes": (('changes = "process"', 'changes = "both"'), "programme.entry", "changes"),
    "a misspelt key": (('missing = "complete"', 'mising = "complete"'), "programme.unknown_key", "mising"),
    "weights that miss one": (('callback = "1/3" }', 'callback = "1/4" }'), "programme.weights_sum", "0.916667"),
    "weights of another item": (('callback = "1/3" }', 'safe = "1/3" }'), "programme.entry", "composite.weights"),
    "a negative weight": (("weight = 0.2,", "weight = -0.2,"), "programme.entry", "parts.crimes.weight"),
    "parts that do not sum to one": (("weight = 0.2,", "weight = 0.3,"), "programme.weights_sum", "harmony.parts"),
    "a share added to a score": (
        ("weight = 0.4, bounds = [0, 1]", "weight = 0.4"),
        "programme.part_scale",
        "harmony.parts.safe",
    ),
    "a part nobody knows": (("parts.composite", "parts.compsite"), "programme.part_unknown", "compsite"),
    "bounds that run backwards": (("bounds = [0, 80]", "bounds = [80, 0]"), "programme.entry", "parts.crimes.bounds"),
    "mentions of one answer": (('of = "mentions"', 'of = "mentions"\nby = "why"'), "programme.entry", "theft.by"),
    "mentions of an item with one answer": (
        ('counts = ["1"]\nagainst', 'of = "mentions"\ncounts = ["1"]\nagainst'),
        "programme.entry",
        "safe_strict.items",
    ),
    "an answer counted against": (('against = ["8", "9"]', 'against = ["4"]'), "programme.entry", "against"),
    "points for several answers": (
        ('items = "police"\npoints = { 1 = 1,', 'items = "why"\npoints = { 1 = 1,'),
        "programme.entry",
        "police.items",
    ),
    "a filter on no item": (("asked_if = { safe", "asked_if = { save"), "programme.unknown_key", "asked_if.save"),
    "a filter on no code": (('safe = ["3", "4"] }', 'safe = ["5"] }'), "programme.entry", "asked_if.safe"),
    "a condition on no code": (('where = { mode = ["paper"]', 'where = { mode = ["post"]'), "programme.entry", "mode"),
    "a separator inside a code": (('several = ";"', 'several = "1"'), "programme.entry", "why.several"),
    "a record named as a measure": (("[records.crimes]", "[records.safe]"), "programme.entry", "measures.safe"),
    "factors of one answer": (
        ('[factors.reasons]\nitem = "why"', '[factors.reasons]\nitem = "safe"'),
        "programme.entry",
        "factors.reasons.item",
    ),
    "an index of records alone": (
        ("parts.safe = { weight = 0.4, bounds = [0, 1] }\nparts.composite = { weight = 0.4 }\n", ""),
        "programme.only_records",
        "harmony.parts",
    ),
    "a code that is a number one may answer": (
        ('not_answered = ["99"]\n\n[items.waiting]', 'not_answered = ["9"]\n\n[items.waiting]'),
        "programme.code_in_range",
        "trust.not_answered",
    ),
    "a range that runs backwards": (("range = [0, 600]", "range = [600, 0]"), "programme.entry", "waiting.range"),
    "a range without an end": (("range = [0, 600]", "range = [0, inf]"), "programme.entry", "waiting.range"),
    "answers beside a range": (("whole = true", "never_pooled = true"), "programme.entry", "trust.never_pooled"),
    "a mean of codes": (
        ('kind = "mean"\nitems = "trust"', 'kind = "mean"\nitems = "safe"'),
        "programme.coded_item",
        "safe",
    ),
    "a share of numbers": (
        ('items = "safe"\ncounts = ["1"]\nagainst', 'items = "trust"\ncounts = ["1"]\nagainst'),
        "programme.numeric_item",
        "safe_strict.items",
    ),
    "groups by a number": (('by = "mode"', 'by = "trust"'), "programme.entry", "satisfied.by"),
    "a mean over two ranges": (
        ('kind = "mean"\nitems = "trust"', 'kind = "mean"\nitems = ["trust", "waiting"]'),
        "programme.ranges_differ",
        "waiting: 0 … 600",
    ),
    "a mean in an index without bounds": (
        ("parts.trust = { weight = 0.5, bounds = [0, 10] }", "parts.trust = { weight = 0.5 }"),
        "programme.part_scale",
        "calm.parts.trust",
    ),
    "groups pooled": (('en = "Mode" }', 'en = "Mode" }\nnever_pooled = true'), "programme.pooled", "measures.safe"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_wrong_entry_is_refused_in_one_sentence_that_names_it(what):
    replacement, key, named = BAD[what]
    with pytest.raises(Fault) as caught:
        read_programme(changed(replacement), "programmes.md")
    assert caught.value.key == key
    for language in ("en", "zh"):
        sentence = speaker(language)(key, **caught.value.values)
        assert "programmes.md" in sentence and named in sentence, sentence


GROUPS = """
[items.who]
never_pooled = true
text = { zh = "谁", en = "Who" }
answers.a = { zh = "甲", en = "A" }
answers.b = { zh = "乙", en = "B" }
[items.good]
text = { zh = "好吗", en = "Good" }
answers.1 = { zh = "好", en = "good" }
answers.2 = { zh = "不好", en = "bad" }
[measures.good]
kind = "share"
items = "good"
counts = ["1"]
by = "who"
best = "largest"
name = { zh = "好", en = "Good" }
[measures.both]
kind = "index"
scale = [0, 1]
best = "largest"
name = { zh = "合", en = "Both" }
parts."good.a" = { weight = 0.5 }
parts."good.GROUP" = { weight = 0.5 }
"""


def test_an_index_of_two_groups_that_are_never_pooled_is_refused():
    head = CONTENT.decode()[: CONTENT.decode().index("[items.safe]")]
    with pytest.raises(Fault) as caught:
        read_programme((head + GROUPS.replace("GROUP", "b")).encode(), "groups.toml")
    assert (caught.value.key, caught.value.values["item"]) == ("programme.pooled", "who")


def records(change=lambda table: table) -> bytes:
    return change(simulated_records(DATA, 1)).to_csv(index=False).encode()


BAD_RECORDS = {
    "none": (None, "records.needed", "crimes"),
    "an unknown area": (records(lambda t: t.replace("mill", "hill")), "records.unknown", "hill"),
    "an unknown record": (records(lambda t: t.replace("crimes", "crime")), "records.unknown", "crime"),
    "a word for a number": (records(lambda t: t.assign(value="few")), "records.number", "few"),
    "a value outside its bounds": (records(lambda t: t.assign(value="81")), "records.outside", "81"),
    "an area missing": (records(lambda t: t[t.area != "weir"]), "records.absent", "weir"),
    "an area twice": (records(lambda t: t.replace("weir", "mill")), "records.repeated", "mill"),
    "no value column": (records(lambda t: t.rename(columns={"value": "number"})), "wave.column", "value"),
}


@pytest.mark.parametrize("what", BAD_RECORDS)
def test_wrong_records_are_refused_and_named(what, sqlite_store):
    content, key, named = BAD_RECORDS[what]
    imports.import_programme(sqlite_store, CONTENT, "programmes.md")
    table = simulated(DATA, 1, per_area=4).to_csv(index=False).encode()
    given = None if content is None else RecordsFile(content, "records.csv")
    with pytest.raises(Fault) as caught:
        imports.import_wave(sqlite_store, "riverside", BEFORE, table, "w.csv", records=given)
    assert key in [fault.key for fault in faults_in(caught.value)]
    for language in ("en", "zh"):
        assert named in speaker(language)(caught.value.key, **caught.value.values)


@pytest.mark.parametrize(
    ("cell", "key"),
    [("1;9", "wave.codes"), ("1;1", "wave.codes"), ("1,2", "wave.codes"), ("", "wave.to_be_asked")],
)
def test_a_cell_of_several_answers_and_a_filter_are_checked(cell, key, sqlite_store):
    imports.import_programme(sqlite_store, CONTENT, "programmes.md")
    table = simulated(DATA, 1, per_area=10)
    unsafe = table.index[table.safe.isin(["3", "4"])][0]
    table.loc[unsafe, "why"] = cell
    given = RecordsFile(records(), "records.csv")
    with pytest.raises(Fault) as caught:
        imports.import_wave(
            sqlite_store, "riverside", BEFORE, table.to_csv(index=False).encode(), "w.csv", records=given
        )
    assert (caught.value.key, caught.value.values["row"]) == (key, unsafe + 2)


def test_an_answer_to_a_question_that_was_not_to_be_asked_is_refused(sqlite_store):
    imports.import_programme(sqlite_store, CONTENT, "programmes.md")
    table = simulated(DATA, 1, per_area=10)
    table.loc[table.index[table.safe == "1"][0], "why"] = "1"
    given = RecordsFile(records(), "records.csv")
    with pytest.raises(Fault, match="should not have been asked"):
        imports.import_wave(
            sqlite_store, "riverside", BEFORE, table.to_csv(index=False).encode(), "w.csv", records=given
        )
