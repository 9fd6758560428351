"""Several stages: probabilities multiply, every sample comes as often as it should; the Kish grid; birthdays."""

from itertools import combinations, product
from math import comb

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sampling import (
    draw_two_stage,
    joint_sampford,
    joint_systematic,
    kish_person,
    kish_tables,
    last_birthday_probability,
    released,
    split_releases,
)
from sampling.draw.stages import KISH, TWELFTHS
from words import LANGUAGES, Fault, text

ERROR = 1e-6
HOUSEHOLDS = {"t1": 12, "t2": 30, "t3": 8, "t4": 50, "t5": 20}


def _frames(rng):
    psus = pd.DataFrame({"unit_id": list(HOUSEHOLDS), "stratum": "county", "prn": rng.random(5)})
    psus["households"] = list(HOUSEHOLDS.values())
    rows = [(f"{psu}-{i}", psu) for psu, count in HOUSEHOLDS.items() for i in range(count)]
    units = pd.DataFrame(rows, columns=["unit_id", "psu"]).assign(prn=rng.random(len(rows)))
    return psus, units


def test_townships_by_size_and_equal_takes_give_every_household_the_same_chance():
    psus, units = _frames(np.random.default_rng(1))
    sample = draw_two_stage(psus, units, {"county": 2}, 4, size="households", start=0.3)
    assert sample.probability.to_numpy() == pytest.approx(2 * 4 / 120)
    assert sample.groupby("psu").size().tolist() == [4, 4]
    assert (sample.unit_id.str[:2] == sample.psu).all() and (sample.stratum == "county").all()


def test_households_are_drawn_as_often_as_that():
    """300 counties like the one above, drawn at once and independently of each other."""
    rng, trials = np.random.default_rng(2), 300
    parts = [_frames(rng) for _ in range(trials)]
    psus = pd.concat([p.assign(unit_id=f"{c}." + p.unit_id, stratum=c) for c, (p, _) in enumerate(parts)])
    units = pd.concat([u.assign(psu=f"{c}." + u.psu, unit_id=f"{c}." + u.unit_id) for c, (_, u) in enumerate(parts)])
    drawn = draw_two_stage(
        psus, units, dict.fromkeys(range(trials), 2), 4, size="households", start=0.3, method="pivotal"
    )
    counts = drawn.unit_id.str.split(".").str[1].value_counts().reindex(parts[0][1].unit_id, fill_value=0)
    p = 2 * 4 / 120
    assert np.abs((counts - trials * p) / np.sqrt(trials * p * (1 - p))).max() < stats.norm.isf(1e-6 / 2 / 120)


MEMBERS = {"a": 4, "b": 2, "c": 3}  # of three PSUs, whose sizes are not their members
SIZES = np.array([3.0, 2.0, 4.0])
JOINT = {"systematic": joint_systematic, "sampford": joint_sampford}


def _every_sample(joint, each: int) -> dict[tuple, float]:
    """The chance of every sample of two PSUs and `each` members of both, π_ij/(C(M_i, m) C(M_j, m)), written out."""
    chance = {}
    for (i, psu), (j, other) in combinations(enumerate(MEMBERS), 2):
        choices = [list(combinations([f"{name}{k}" for k in range(MEMBERS[name])], each)) for name in (psu, other)]
        for one, two in product(*choices):
            chance[one + two] = joint[i, j] / comb(MEMBERS[psu], each) / comb(MEMBERS[other], each)
    return chance


@pytest.mark.parametrize("method", JOINT)
def test_every_sample_of_two_stages_comes_as_often_as_its_probability_says(method):
    """2,000 counties of three PSUs, two drawn, two members of each: all 27 samples, so units and pairs of them too."""
    rng, trials, each = np.random.default_rng(5), 2000, 2
    members = [(psu, f"{psu}{k}") for psu, count in MEMBERS.items() for k in range(count)]
    county = np.repeat(np.arange(trials), len(members)).astype(str)
    psu, unit = (np.tile([m[i] for m in members], trials) for i in (0, 1))
    units = pd.DataFrame({"unit_id": county + pd.Series("." + unit), "psu": county + pd.Series("." + psu)})
    units["prn"] = rng.random(len(units))
    psus = pd.DataFrame(
        {"stratum": np.repeat(np.arange(trials), 3).astype(str), "name": np.tile(list(MEMBERS), trials)}
    )
    psus = psus.assign(unit_id=psus.stratum + "." + psus.name, size=np.tile(SIZES, trials), prn=rng.random(3 * trials))
    wanted = dict.fromkeys(psus.stratum.unique(), 2)
    drawn = draw_two_stage(psus, units, wanted, each, size="size", start=0.3, method=method)
    joint = JOINT[method](2 * SIZES / SIZES.sum())
    chance = _every_sample(joint, each)
    counts = dict.fromkeys(chance, 0)
    for found in drawn.unit_id.str.split(".").str[1].groupby(drawn.stratum).agg(lambda u: tuple(sorted(u))):
        counts[found] += 1
    assert sum(chance.values()) == pytest.approx(1)
    assert stats.chisquare(list(counts.values()), np.array(list(chance.values())) * trials).pvalue > ERROR
    # and the probabilities said are those of that list
    said = drawn.assign(member=drawn.unit_id.str.split(".").str[1]).groupby("member").probability.first()
    for member, probability in said.items():
        assert probability == pytest.approx(sum(p for sample, p in chance.items() if member in sample))


def test_releases_of_a_two_stage_sample_are_portions_of_each_township():
    psus, units = _frames(np.random.default_rng(3))
    sample = draw_two_stage(psus, units, {"county": 2}, 4, size="households", start=0.3)
    half = released(split_releases(sample, (0.5, 0.5), within="psu"), 1, within="psu")
    assert half.groupby("psu").size().tolist() == [2, 2]
    assert half.probability.to_numpy() == pytest.approx(4 / 120)


def test_the_grid_takes_each_of_up_to_four_and_of_six_adults_equally_often():
    assert sum(TWELFTHS.values()) == 12
    for column, adults in enumerate(range(1, 7)):
        shares = [sum(TWELFTHS[t] for t in KISH if KISH[t][column] == person) for person in range(1, adults + 1)]
        assert shares == ([12 // adults] * adults if adults != 5 else [2, 2, 3, 2, 3])


def test_persons_come_as_often_as_the_grid_says_and_again_the_same():
    ids, prn = [f"x{i}" for i in range(6000)], np.random.default_rng(7).random(6000)
    tables = kish_tables(ids, prn)
    asked = kish_person(tables, np.full(6000, 5))
    counts = asked.person.value_counts().sort_index()
    assert stats.chisquare(counts, np.array([2, 2, 3, 2, 3]) * 500).pvalue > ERROR
    assert asked.probability.to_numpy() == pytest.approx(np.array([2, 2, 3, 2, 3])[asked.person - 1] / 12)
    assert kish_tables(ids[:5], prn[:5]).tolist() == tables[:5].tolist()
    assert (kish_person(tables, np.arange(6000) % 9 + 1).eval("person <= adults")).all()


def test_tables_are_as_mixed_among_the_drawn_as_anywhere_though_their_random_numbers_lie_together():
    """Those with the smallest random numbers, as a draw takes them: 3,000 of 60,000."""
    prn = np.random.default_rng(8).random(60_000)
    near = np.flatnonzero(prn < 0.05)
    tables = pd.Series(kish_tables([f"x{i}" for i in near], prn[near]))
    expected = np.array(list(TWELFTHS.values())) * len(near) / 12
    assert stats.chisquare(tables.value_counts().reindex(list(TWELFTHS)), expected).pvalue > ERROR
    assert stats.spearmanr(prn[near], tables.map({name: k for k, name in enumerate(TWELFTHS)})).pvalue > ERROR


def test_whoever_lives_alone_is_asked_and_of_four_adults_one_in_four():
    assert last_birthday_probability([1, 4, 2]).tolist() == [1, 0.25, 0.5]


def test_every_fault_speaks_both_languages():
    psus, units = _frames(np.random.default_rng(1))
    for call in (
        lambda: kish_person(["A"], [0]),
        lambda: kish_person(["G"], [1]),
        lambda: last_birthday_probability([0]),
        lambda: draw_two_stage(psus, units[:0], {"county": 2}, 4, size="households", start=0.3),
    ):
        with pytest.raises(Fault) as caught:
            call()
        assert len({text(caught.value.key, language, **caught.value.values) for language in LANGUAGES}) == 2
