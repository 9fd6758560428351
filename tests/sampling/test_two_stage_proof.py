"""Proof of a draw of two stages: from two lists without a key, the Kish tables included; older records still hold."""

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sampling import (
    DrawPlan,
    DrawRecord,
    draw_two_stage,
    kish_tables,
    permanent_random_numbers,
    record_draw,
    slip_of,
    starting_point,
    verify_draw,
)
from sampling.proof.numbered_draw import numbered
from words import LANGUAGES, Fault, text

SEED = "lottery 2026-10-01: 03 11 17 25 31"
KEY = b"a secret of thirty-two bytes ...."
PLAN = DrawPlan("two_stage", (("x", 2), ("y", 1)), size="people", each=3, pps="systematic", person="kish")


@pytest.fixture
def lists():
    """The PSUs: four villages in x, three in y; and their households."""
    names, households = ["v1", "v2", "v3", "v4", "w1", "w2", "w3"], [12, 7, 20, 9, 6, 15, 11]
    psus = pd.DataFrame({"unit_id": names, "stratum": list("xxxxyyy"), "people": [40, 22, 66, 30, 19, 48, 35]})
    psus["prn"] = permanent_random_numbers(names, key=KEY)
    units = pd.DataFrame(
        [(f"{v}-{i}", v) for v, count in zip(names, households, strict=True) for i in range(count)],
        columns=["unit_id", "psu"],
    )
    return psus, units.assign(prn=permanent_random_numbers(units.unit_id, key=KEY))


def _keys(verification):
    assert all(len({text(k, lang, **values) for lang in LANGUAGES}) == 2 for k, values in verification.differences)
    return [key for key, _ in verification.differences]


@pytest.mark.parametrize("pps", ["systematic", "pivotal", "sampford"])
@pytest.mark.parametrize("person", [None, "kish"])
def test_a_third_party_draws_the_same_from_both_lists_in_another_order(lists, pps, person):
    psus, units = lists
    plan = replace(PLAN, pps=pps, person=person)
    sample, record = record_draw(units.assign(phone="1"), plan, seed=SEED, wave="2026Q4", code="v1", psus=psus)
    assert record.units == len(sample) == 9 and sample.groupby("psu").size().eq(3).all()
    assert ("kish" in sample) == (person == "kish")
    shown = psus.sample(frac=1, random_state=1), units.sample(frac=1, random_state=2)
    found = verify_draw(shown[1], record, sample=sample, psus=shown[0], code="v1")
    assert found.holds and found.differences == ()


def test_the_tables_follow_from_what_is_shown_and_not_from_the_key(lists):
    psus, units = lists
    sample, _ = record_draw(units, PLAN, seed=SEED, wave="2026Q4", code="v1", psus=psus)
    shown = units.set_index("unit_id").prn[sample.unit_id]
    assert list(sample.kish) == list(kish_tables(sample.unit_id, shown))
    other, _ = record_draw(units, PLAN, seed=SEED[::-1], wave="2027Q1", code="v1", psus=psus)
    both = sample.merge(other, on="unit_id")
    assert (both.kish_x == both.kish_y).all()  # a household keeps its table


def test_what_was_changed_is_said(lists):
    psus, units = lists
    sample, record = record_draw(units, PLAN, seed=SEED, wave="2026Q4", code="v1", psus=psus)

    def keys(psus=psus, units=units, record=record, **options):
        verification = verify_draw(units, record, psus=psus, **options)
        assert not verification.holds
        return _keys(verification)

    larger = psus.assign(people=psus.people.where(psus.unit_id != "v2", 500))
    assert keys(psus=larger)[0] == "proof.psus" and "proof.sample" in keys(psus=larger)
    assert keys(psus=psus.assign(stratum=psus.stratum.where(psus.unit_id != "w1", "x")))[0] == "proof.psus"
    moved = units.assign(psu=units.psu.where(units.unit_id != "v1-0", "v2"))
    assert keys(units=moved)[0] == "proof.frame"
    assert keys(units=units.assign(prn=units.prn.to_numpy()[::-1])) == ["proof.numbers", "proof.sample"]
    assert keys(record=replace(record, plan=replace(PLAN, each=2))) == ["proof.sample"]
    assert keys(record=replace(record, plan=replace(PLAN, person=None))) == ["proof.sample"]
    swapped = sample.assign(unit_id=sample.unit_id.replace(sample.unit_id[0], "w9"))
    assert keys(sample=swapped) == ["proof.units"]
    assert keys(units=units[units.psu != sample.psu[0]])[-1] == "proof.cannot_draw"


def test_sizes_read_back_from_a_file_are_the_same_sizes(lists):
    psus, units = lists
    _, record = record_draw(units, PLAN, seed=SEED, wave="2026Q4", code="v1", psus=psus)
    assert verify_draw(units, record, psus=psus.assign(people=psus.people.astype(float))).holds


def test_the_published_line_fixes_the_psus_as_well(lists):
    psus, units = lists
    lines = set()
    for each in (psus, psus.assign(people=psus.people + (psus.unit_id == "v3"))):
        for plan in (PLAN, replace(PLAN, each=2), replace(PLAN, person=None)):
            lines.add(slip_of(record_draw(units, plan, seed=SEED, wave="2026Q4", code="v1", psus=each)[1]))
    assert len(lines) == 6


OLDER = """{"wave": "2026Q4", "plan": {"method": "stratified", "allocation": [["a", 4], ["b", 3]], "size": null,
 "order": [], "keep": null}, "frame": "65ff38d53caf0c3a597bacf00f752ebf640abee2dbc332db79fdaa7ebaa80653",
 "numbers": "f909edd55bfeb10ddb868dfb49f73744d216bf3483016d6bf32321be91cf8aa1",
 "commitment": "d68ad91e1e4873433121f7b0ac81b9df5c6b2df3ee6eddcfe8da8306bf4ae302",
 "seed": "lottery 2026-10-01: 03 11 17 25 31", "start": 0.22009236077997496, "earlier": null,
 "sample": "e8119c2e9e33488fc9d5375f321423408b8ff13449f746fbcb892110b3cee664", "units": 7, "code": "v1"}"""
OLDER_LINE = "727c9c5b237c09e07605a704addc163ee43c492c1c0610f6948ea32d3a9c7906"


def test_a_record_made_before_there_were_two_stages_holds_and_so_does_its_published_line():
    """Written by the code of revision 2b7ed8a."""
    ids = [f"u{i}" for i in range(30)]
    frame = pd.DataFrame({"unit_id": ids, "stratum": ["a"] * 20 + ["b"] * 10})
    frame["prn"] = permanent_random_numbers(ids, key=KEY)
    plain = json.loads(OLDER)
    plan = plain["plan"] | {"allocation": tuple(map(tuple, plain["plan"]["allocation"])), "order": ()}
    record = DrawRecord(**plain | {"plan": DrawPlan(**plan)})
    assert verify_draw(frame, record).holds
    assert slip_of(record) == OLDER_LINE
    assert json.loads(json.dumps(record.plain())) == plain


FAULTS = {
    "sampling.two_stage": lambda psus, units: replace(PLAN, each=None),
    "proof.psus_needed": lambda psus, units: record_draw(units, PLAN, seed=SEED, wave="w", code="v"),
}


@pytest.mark.parametrize("key", FAULTS)
def test_every_fault_speaks_both_languages(lists, key):
    with pytest.raises(Fault) as caught:
        FAULTS[key](*lists)
    assert caught.value.key == key
    assert len({text(key, language, **caught.value.values) for language in LANGUAGES}) == 2


@pytest.mark.parametrize("wrong", [{"pps": "poisson"}, {"size": None}, {"each": 0}, {"person": "eldest"}])
def test_a_plan_of_two_stages_says_all_that_the_draw_needs(wrong):
    with pytest.raises(Fault):
        replace(PLAN, **wrong)


def test_a_plan_of_one_stage_takes_no_list_of_psus(lists):
    psus, units = lists
    frame = units.assign(stratum="all")
    with pytest.raises(Fault) as caught:
        record_draw(frame, DrawPlan("stratified", (("all", 3),)), seed=SEED, wave="w", code="v", psus=psus)
    assert caught.value.key == "proof.psus_needed" and np.isfinite(psus.prn).all()


def test_of_a_seeded_plan_every_village_and_household_is_drawn_as_often_as_its_probability_says(lists):
    """Over 150 values the villages come in proportion to their sizes, and pairs in a village equally often."""
    psus, units = (table.drop(columns="prn") for table in lists)
    units = units[units.psu.isin(["w1", "w2", "w3"])].assign(first_phase=1.0)
    psus = psus[psus.stratum == "y"]
    plan = replace(PLAN, allocation=(("y", 1),), each=2, public="a lottery", seeded=True, person=None)
    villages, pairs = Counter(), Counter()
    for value in map(str, range(150)):
        rows, clusters = numbered(units, psus, plan, SEED, "w", value)
        start = starting_point(SEED, "w", value)
        sample = draw_two_stage(clusters, rows, {"y": 1}, 2, size="people", start=start)
        villages[sample.psu[0]] += 1
        pairs[tuple(sorted(sample.unit_id))] += sample.psu[0] == "w1"
    sizes = psus.set_index("unit_id").people
    expected = sizes / sizes.sum() * 150
    assert stats.chisquare([villages[v] for v in expected.index], expected).pvalue > 1e-6
    sample, record = record_draw(units, plan, seed=SEED, wave="w", code="v1", psus=psus, value="7")
    of_w1 = [count for pair, count in pairs.items() if pair[0].startswith("w1")]
    assert len(of_w1) >= 14 and stats.chisquare([*of_w1, *[0] * (15 - len(of_w1))]).pvalue > 1e-6
    assert verify_draw(units, record, sample=sample, psus=psus, code="v1").holds
    assert not verify_draw(units, replace(record, value="x"), sample=sample, psus=psus, code="v1").holds
