"""Sorted and balanced samples among those who rested equally long: chances over seeds, portions, chains, the proof."""

import json
from collections import Counter
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sampling import DrawnWave, DrawPlan, PastWave, Spread, Succession, draw_key, draw_rested, record_rested, slip_of
from sampling import verify_chain as verify
from sampling.draw.past import released_rates
from sampling.draw.releases import released, split_releases
from sampling.proof.draw_plan import RESTED
from sampling.proof.record import DrawRecord
from words import Fault

SEED, ERROR = "a seed of at least sixteen characters", 1e-5
BY_AGE, ON_BOTH = Spread("sorted", ("age",)), Spread("balanced", ("age", "sex"))


def strata(count: int, size: int) -> pd.DataFrame:
    """Strata that are copies of one: people 0 … size-1 with their age and sex, the file in another order."""
    rows = [
        (f"{h:05d}-{i:02d}", f"{h:05d}", str(20 + 5 * i), "fm"[i % 2], 1.0) for h in range(count) for i in range(size)
    ]
    frame = pd.DataFrame(rows, columns=["unit_id", "stratum", "age", "sex", "first_phase"])
    return frame.sample(frac=1, random_state=1, ignore_index=True)


def drawn(frame: pd.DataFrame, n: int, spread: Spread, wave: str = "w0", past=()) -> tuple[pd.DataFrame, pd.DataFrame]:
    allocation = dict.fromkeys(frame.stratum.unique(), n)
    return draw_rested(frame, allocation, Succession(2, past=past), key=draw_key(SEED, wave, None), spread=spread)


def numbers(units: pd.Series) -> np.ndarray:
    return units.str[6:].astype(int).to_numpy()


def test_every_place_of_a_sorted_list_is_taken_by_as_many_starts():
    """Brute force over u = 0 … N-1: each of N = 7 is in n = 3 of the 7 samples, each sample has three others."""
    known = np.arange(7.0)[:, None]
    counts = Counter()
    for u in range(7):
        calls = iter(
            [*[0] * 7, u, *[0] * 3]
        )  # the order is left as it is, then the start, then the order of the sample
        chosen = BY_AGE.chosen(lambda m, calls=calls: next(calls), known, 3)
        assert len(set(chosen.tolist())) == 3
        counts.update(chosen.tolist())
    assert counts == Counter(dict.fromkeys(range(7), 3))


@pytest.mark.parametrize("spread", [BY_AGE, ON_BOTH])
def test_every_unit_is_equally_likely_and_a_portion_is_any_part_of_the_sample(spread):
    """4 of 10, 1,200 strata: chances are .4, in the first half .2, and whatever was drawn is in any order."""
    frame = strata(1_200, 10)
    sample, _ = drawn(frame, 4, spread)
    assert (sample.groupby("stratum").size() == 4).all() and np.allclose(sample.probability, 0.4)
    for part in (sample, sample[sample.place <= 2], sample[sample.place == 1]):
        counts = np.bincount(numbers(part.unit_id), minlength=10)
        z = (counts - len(part) / 10) / np.sqrt(len(part) / 10)
        assert np.abs(z).max() < 4
    rank = sample.groupby("stratum").unit_id.rank().astype(int)  # 1 … 4 in the order of age
    first_two = Counter(tuple(sorted(r)) for _, r in rank[sample.place <= 2].groupby(sample.stratum))
    assert set(first_two) == set(combinations(range(1, 5), 2))
    assert stats.chisquare(list(first_two.values())).pvalue > ERROR


def test_a_sorted_sample_has_one_of_each_fifth_and_ties_are_broken_by_chance():
    frame = strata(600, 10)
    sample, _ = drawn(frame, 5, BY_AGE)
    fifths = sample.groupby("stratum").unit_id.agg(lambda u: tuple(sorted(numbers(u) // 2)))
    assert set(fifths) == {(0, 1, 2, 3, 4)}
    alike, _ = drawn(frame.assign(age="40"), 2, BY_AGE)
    pairs = Counter(tuple(sorted(numbers(u))) for _, u in alike.groupby("stratum").unit_id)
    assert len(pairs) == 45 and stats.chisquare(list(pairs.values())).pvalue > ERROR


def test_a_balanced_sample_has_as_many_women_as_the_list_and_its_mean_age_and_one_drawn_at_random_has_not():
    frame = strata(60, 40).assign(age=lambda f: f.age.astype(float) ** 1.2)
    error = {}
    for spread in (ON_BOTH, None):
        sample, _ = drawn(frame, 10, spread)
        of_unit = frame.set_index("unit_id").loc[sample.unit_id]
        women = sample.assign(f=(of_unit.sex == "f").to_numpy()).groupby("stratum").f.sum()
        age = sample.assign(age=of_unit.age.to_numpy()).groupby("stratum").age.mean()
        error[spread] = np.std(women - 5), np.std(age - frame.age[:0].sum() - frame.groupby("stratum").age.mean())
    assert error[ON_BOTH][0] < 0.45 * error[None][0] and error[ON_BOTH][1] < 0.3 * error[None][1]


@pytest.mark.parametrize(("spread", "pairs"), [(BY_AGE, 4_000), (ON_BOTH, 500)])
def test_sums_and_totals_are_unbiased_for_portions_of_a_continued_wave_with_movers(spread, pairs):
    """4,000 (500) pairs of strata of 15 + 15 in two waves, half released each time, one in six moves: z < 3.

    Of 4,000 balanced pairs (24 s) z is -1.2.

    In strata as small as these movers leave a bias of the order 1/N_h (`draw_rested`), so totals are of both strata.
    """
    size = 15
    first = strata(2 * pairs, size)
    rng = np.random.default_rng(5)
    home = first.stratum.astype(int).to_numpy()
    second = first.assign(
        stratum=pd.Series(np.where(rng.random(len(first)) < 1 / 6, home ^ 1, home)).map("{:05d}".format)
    )
    one, rates = drawn(first, 4, spread)
    one = split_releases(one, (0.5, 0.5))
    out = one[one.release == 1]
    past = PastWave("w0", 2, first.set_index("unit_id").stratum, frozenset(out.unit_id), released_rates(rates, one, 1))
    two, _ = drawn(second, 4, spread, "w1", [past])
    weighted = released(split_releases(two, (0.5, 0.5)), 1)
    assert not set(weighted.unit_id) & set(out.unit_id)
    value = second.set_index("unit_id").age.astype(float)
    pair = weighted.stratum.astype(int) // 2
    np.testing.assert_allclose(weighted.base_weight.groupby(pair).sum(), 2 * size)
    total = (weighted.base_weight * weighted.unit_id.map(value)).groupby(pair).sum()
    error = total - value.groupby(second.set_index("unit_id").stratum.astype(int) // 2).sum()
    assert abs(error.mean()) / (error.std() / np.sqrt(pairs)) < 3


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda f: f.drop(columns="age"), "sampling.no_columns"),
        (lambda f: f.assign(age=f.age.where(f.index > 3, "")), "sampling.not_to_balance"),
        (lambda f: f.assign(sex=f.unit_id), "sampling.not_to_balance"),
    ],
)
def test_columns_that_are_not_there_have_gaps_or_too_many_texts_are_named(change, key):
    with pytest.raises(Fault) as caught:
        drawn(change(strata(4, 10)), 2, ON_BOTH)
    assert caught.value.key == key


def test_numbers_are_sorted_as_numbers_with_blanks_first():
    known = BY_AGE.known(pd.DataFrame({"age": ["100", "20", "", "9"]}))
    assert np.argsort(known[:, 0]).tolist() == [2, 3, 1, 0]
    assert Spread("sorted", ("age",)).known(pd.DataFrame({"age": ["b", "a", "", "20"]}))[:, 0].tolist() == [3, 2, 0, 1]
    with pytest.raises(Fault):
        Spread("sorted", ())
    with pytest.raises(Fault):
        Spread("heaped", ("age",))


# ---------------------------------------------------------------- the proof

FRAME = strata(3, 40)
PLAN = DrawPlan(
    RESTED,
    tuple((s, 8) for s in sorted(set(FRAME.stratum))),
    rest=2,
    portions=(0.5, 0.5),
    spread="sorted",
    order=("age", "sex"),
)


@pytest.fixture(scope="module")
def waves() -> list[DrawnWave]:
    """Two waves, sorted and then balanced."""
    sample, record = record_rested(FRAME, PLAN, seed=SEED, wave="w0", code="x")
    first = DrawnWave(record, FRAME, sample)
    plan = DrawPlan(
        RESTED, PLAN.allocation, rest=2, portions=(0.5, 0.5), keep=0.25, spread="balanced", order=("age", "sex")
    )
    before = {"past": [first.past(1)], "continued": first.continued(1)}
    sample, record = record_rested(FRAME, plan, seed=f"{SEED} 2", wave="w1", code="x", **before)
    return [first, DrawnWave(record, FRAME, sample)]


def differing(waves, **options) -> list[str]:
    return [key for key, _ in verify(waves, **options).differences]


def test_a_chain_of_sorted_and_balanced_waves_is_verified_whatever_the_order_of_the_rows(waves):
    shuffled = [DrawnWave(w.record, w.frame.sample(frac=1, random_state=9), w.sample) for w in waves]
    assert differing(shuffled, published=slip_of(waves[-1].record)) == []


def test_an_age_changed_afterwards_another_order_of_columns_and_another_kind_are_named(waves):
    first, line = waves[0], slip_of(waves[0].record)
    older = FRAME.assign(age=FRAME.age.where(FRAME.unit_id != first.sample.unit_id[0], "99"))
    assert "proof.numbers" in differing([DrawnWave(first.record, older, first.sample)])
    without = FRAME.drop(columns="age")
    with pytest.raises(Fault):
        differing([DrawnWave(first.record, without, first.sample)])
    for change in ({"order": ["sex", "age"]}, {"spread": "balanced"}):
        plain = json.loads(json.dumps(first.record.plain()))
        record = DrawRecord.read(plain | {"plan": plain["plan"] | change})
        found = differing([DrawnWave(record, FRAME, first.sample)], published=line)
        assert {"proof.slip", "proof.sample"} <= set(found)
    with pytest.raises(Fault):
        DrawRecord.read(plain | {"plan": plain["plan"] | {"spread": "heaped"}})


def test_a_plan_without_spread_has_the_line_it_had():
    plan = DrawPlan(RESTED, (("a", 3),), rest=2, portions=(1.0,))
    assert "spread" not in plan.plain() and plan.plain()["order"] == ()
    with pytest.raises(Fault):
        DrawPlan(RESTED, (("a", 3),), rest=2, portions=(1.0,), order=("age",))
