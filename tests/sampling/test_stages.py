"""Several stages: probabilities multiply; the Kish grid's own counts; birthdays."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sampling import draw_two_stage, kish_person, last_birthday_probability, released, split_releases
from sampling.stages import KISH, TWELFTHS
from words import LANGUAGES, Fault, text

KEY = b"a secret of thirty-two bytes ...."
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
    ids = [f"x{i}" for i in range(6000)]
    asked = kish_person(ids, np.full(6000, 5), key=KEY)
    counts = asked.person.value_counts().sort_index()
    assert stats.chisquare(counts, np.array([2, 2, 3, 2, 3]) * 500).pvalue > 1e-6
    assert asked.probability.to_numpy() == pytest.approx(np.array([2, 2, 3, 2, 3])[asked.person - 1] / 12)
    assert kish_person(ids[:5], [1, 2, 3, 8, 6], key=KEY).table.tolist() == asked.table.tolist()[:5]
    assert (kish_person(ids, np.arange(6000) % 9 + 1, key=KEY).eval("person <= adults")).all()


def test_every_fault_speaks_both_languages():
    psus, units = _frames(np.random.default_rng(1))
    for call in (
        lambda: kish_person(["a"], [0], key=KEY),
        lambda: last_birthday_probability([0]),
        lambda: draw_two_stage(psus, units[:0], {"county": 2}, 4, size="households", start=0.3),
    ):
        with pytest.raises(Fault) as caught:
            call()
        assert len({text(caught.value.key, language, **caught.value.values) for language in LANGUAGES}) == 2
