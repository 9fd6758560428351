"""Panels of people: rotation groups and draws among those who answered, by brute force and by simulation."""

from collections import Counter
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sampling import DrawnWave, DrawPlan, Succession, kept_counts, record_rested, verify_chain
from sampling.planning.rotation import beginning_ages, rotation_ages
from words import LANGUAGES, Fault, text

SEED, ERROR = "a seed of at least sixteen characters", 1e-6


def strata(count, size):
    unit_id = [f"{h:04d}-{i:03d}" for h in range(count) for i in range(size)]
    return pd.DataFrame({"unit_id": unit_id, "stratum": [u[:4] for u in unit_id], "first_phase": 1.0})


def plan_of(sizes, **options):
    return DrawPlan("rested", tuple(sizes.items()), **{"rest": 2, "portions": (0.5, 0.5)} | options)


def chain(frames, sizes, answer=None, through=2, **options):
    """The waves of a chain, one from each frame; answer(sample, t): the unit_ids that answered."""
    waves, past, continued = [], [], None
    for t, frame in enumerate(frames):
        plan = plan_of(sizes, **options | {"keep": options.get("keep", 0.0) if t else None})
        sample, record = record_rested(frame, plan, seed=SEED, wave=f"w{t}", code="v", past=past, continued=continued)
        answered = None if answer is None else frozenset(answer(sample[sample.release <= through], t))
        waves.append(DrawnWave(record, frame, sample, answered))
        past, continued = [*past, waves[-1].past(through)], waves[-1].continued(through)
    return waves


def keys(waves, **options):
    verification = verify_chain(waves, **options)
    assert all(len({text(k, lang, **values) for lang in LANGUAGES}) == 2 for k, values in verification.differences)
    return [key for key, _ in verification.differences]


@pytest.mark.parametrize(
    ("rotation", "ages"), [((2, 2, 2), (0, 1, 4, 5)), ((4,), (0, 1, 2, 3)), ((1,), (0,)), ((1, 3, 1), (0, 4))]
)
def test_a_rotation_that_begins_draws_every_group_once_and_has_one_of_each_age_in_every_wave(rotation, ages):
    assert rotation_ages(rotation) == ages
    born = set()
    for wave in range(12):
        called = {wave - age for age in ages}
        begun = {wave - age for age in beginning_ages(ages, wave)}
        assert not begun & born and begun <= called
        born |= begun
        assert called <= born


@pytest.mark.parametrize("rotation", [(2, 2), (), (2, 0, 2), (30, 5, 30)])
def test_what_is_no_plan_of_rotation_is_refused(rotation):
    with pytest.raises(Fault) as caught:
        rotation_ages(rotation or (0,))
    assert caught.value.key == "sampling.rotation"


def test_groups_of_2_2_2_are_called_as_the_plan_says_whole_and_nobody_else_is_called_again():
    frame, sizes = strata(3, 120), {f"{h:04d}": 8 for h in range(3)}
    waves = chain([frame] * 9, sizes, rotation=(2, 2, 2), rest=9)
    called = [frozenset(w.sample.unit_id) for w in waves]
    assert all(len(w.sample) == 24 for w in waves)
    for t, wave in enumerate(waves):
        ages = wave.sample.groupby(["stratum", "age"]).size()
        assert (ages == 2).all() and set(wave.sample.age) == {0, 1, 4, 5}
        for later in range(t + 1, 9):
            shared = {1: 12, 3: 6, 4: 12, 5: 6}.get(later - t, 0)
            assert len(called[t] & called[later]) == shared
    for unit in frozenset.union(*called):
        times = [t for t in range(9) if unit in called[t]]
        first = next(
            int(w.sample.age[w.sample.unit_id == unit].iloc[0]) for w in waves if unit in set(w.sample.unit_id)
        )
        assert times == [t for t in range(9) if t - times[0] + first in (0, 1, 4, 5)]


def test_every_portion_has_its_share_of_every_group():
    waves = chain([strata(40, 90)] * 6, {f"{h:04d}": 16 for h in range(40)}, rotation=(2, 2, 2))
    for wave in waves:
        first = wave.sample[wave.sample.release == 1].groupby(["stratum", "age"]).size()
        assert first.between(1, 3).all() and first.groupby("age").mean().between(1.7, 2.3).all()


@pytest.mark.parametrize("options", [{"rotation": (1, 1, 1)}, {"rotation": (2,)}, {"keep": 0.5, "respondents": True}])
def test_every_wave_is_any_subset_equally_often_with_probability_n_over_N(options):
    """2 of 7 in 630 strata; half of the people answer, by chance.  Brute force over all 21 subsets of each wave."""
    frame, sizes = strata(630, 7), {f"{h:04d}": 2 for h in range(630)}
    rng = np.random.default_rng(11)
    answer = lambda sample, t: sample.unit_id[rng.random(len(sample)) < 0.5]  # noqa: E731
    for wave in chain([frame] * 4, sizes, answer if "keep" in options else None, **options):
        sets = wave.sample.groupby("stratum").unit_id.agg(lambda u: tuple(sorted(u.str[5:].astype(int))))
        counts = Counter(sets)
        assert set(counts) == set(combinations(range(7), 2))
        assert stats.chisquare(list(counts.values())).pvalue > ERROR
        np.testing.assert_allclose(wave.sample.probability, 2 / 7, rtol=1e-12)
        np.testing.assert_allclose(wave.sample.groupby("stratum").base_weight.sum(), 7, rtol=1e-12)


def test_respondents_alone_are_kept_each_pair_of_them_equally_often_and_the_rest_is_fresh():
    """5 of 12, of whom the three with even numbers at least … answer: all pairs of kept people over 1,500 keys."""
    frame, sizes = strata(1_500, 12), {f"{h:04d}": 5 for h in range(1_500)}
    answer = lambda sample, t: sample.unit_id[sample.unit_id.str[5:].astype(int) % 2 == 0]  # noqa: E731
    first, second = chain([frame] * 2, sizes, answer, keep=0.5, respondents=True, rest=1)
    kept = second.sample[second.sample["rest"] == 1]
    assert set(kept.unit_id) <= first.answered
    number = first.sample[first.sample.unit_id.isin(first.answered)].groupby("stratum").size()
    wanted = (number / 2 + 0.5).astype(int)
    counted = kept.groupby("stratum").size().reindex(number.index, fill_value=0)
    assert (counted == wanted).all()
    assert not set(second.sample.unit_id[second.sample["rest"] > 1]) & set(first.sample.unit_id)
    planned = kept_counts(frame, sizes, Succession(1, 0.5, respondents=True, past=[first.past(2)]))
    assert (planned.reindex(number.index) == wanted).all()
    by_number = Counter(kept.unit_id.str[5:].astype(int))  # every even number alike
    assert stats.chisquare([by_number[i] for i in range(0, 12, 2)]).pvalue > ERROR


@pytest.mark.parametrize(
    ("options", "through"),
    [({"rotation": (2, 1, 1)}, 2), ({"rotation": (2, 1, 1)}, 1), ({"keep": 0.5, "respondents": True, "rest": 3}, 2)],
)
def test_totals_are_unbiased_while_people_move_and_only_some_answer(options, through):
    """32 times 3 strata of some 300 people; 3 % move from wave to wave, 30 % before the last.

    The variable is large for those who have just left the stratum in which most are called: weights N/n miss them.
    """
    rng, blocks, people = np.random.default_rng(7), 32, 900
    home = [rng.integers(0, 3, people)]
    for moving in (0.03, 0.03, 0.03, 0.3):
        home.append(np.where(rng.random(people) < moving, rng.integers(0, 3, people), home[-1]))
    y = 0.1 * rng.random(people) + (home[-1] == 0) * (home[-2] == 1)
    ids = [f"{b:04d}-{i:03d}" for b in range(blocks) for i in range(people)]
    number = np.array([int(u[5:]) for u in ids])
    named = [f"{u[:4]}{h}" for u, h in zip(ids, home[0][number], strict=True)]
    frames = [
        pd.DataFrame({"unit_id": ids, "stratum": [n[:4] + str(h) for n, h in zip(named, at[number], strict=True)]})
        for at in home
    ]
    frames = [frame.assign(first_phase=1.0) for frame in frames]
    sizes = {f"{b:04d}{h}": (24, 96, 24)[h] for b in range(blocks) for h in range(3)}
    answer = lambda sample, t: sample.unit_id[rng.random(len(sample)) < 0.6]  # noqa: E731
    last = chain(frames, sizes, answer if "keep" in options else None, through, **options)[-1].sample
    out = last[last.release <= through]
    part = out.groupby("stratum").size() / last.groupby("stratum").size()
    weight = 1 / (out.probability * out.stratum.map(part))
    for value, truth in ((y[out.unit_id.str[5:].astype(int)], y.sum()), (1.0, people)):
        totals = (weight * value).groupby(out.unit_id.str[:4]).sum() / truth
        assert abs(totals.mean() - 1) < 3 * totals.sem()
    sizes_now = frames[-1].stratum.value_counts()
    share = out.stratum.map(sizes_now) / out.stratum.map(out.groupby("stratum").size())
    wrong = (share * y[out.unit_id.str[5:].astype(int)]).groupby(out.unit_id.str[:4]).sum() / y.sum()
    assert abs(wrong.mean() - 1) > 0.02 + 3 * wrong.sem()


@pytest.mark.parametrize("options", [{"rotation": (2, 2, 2)}, {"keep": 0.5, "respondents": True}])
def test_two_years_of_quarters_with_two_per_cent_movers_call_nobody_before_the_rest_is_over(options):
    """Eight waves of 8 of 90 people in six strata: nobody is called but when her group is, or after four waves."""
    rng, frames = np.random.default_rng(13), [strata(6, 90)]
    for _ in range(7):
        moves = rng.random(540) < 0.02
        home = np.where(moves, [f"{h:04d}" for h in rng.integers(0, 6, 540)], frames[-1].stratum)
        frames.append(frames[-1].assign(stratum=home))
    answer = lambda sample, t: sample.unit_id[rng.random(len(sample)) < 0.6]  # noqa: E731
    sizes = {f"{h:04d}": 8 for h in range(6)}
    waves = chain(frames, sizes, answer if "keep" in options else None, rest=4, **options)
    assert [len(wave.sample) for wave in waves] == [48] * 8
    called: dict[str, list[tuple[int, int]]] = {}
    for t, wave in enumerate(waves):
        ages = wave.sample.age if "age" in wave.sample else wave.sample["rest"].eq(1).astype(int)
        for unit, age in zip(wave.sample.unit_id, ages, strict=True):
            called.setdefault(unit, []).append((t, age))
    gaps = Counter(
        (later - earlier, age - before)
        for calls in called.values()
        for (earlier, before), (later, age) in pairwise(calls)
    )
    as_planned = [(gap, aged) for gap, aged in gaps if gap > 4 or (gap == aged if "rotation" in options else gap == 1)]
    assert sorted(as_planned) == sorted(gaps)


def test_movers_bring_their_groups_and_a_new_one_has_its_places_all_the_same():
    """8 of 40 in 60 strata, 30 % of whom move into one before the second wave: half of the places are a new group's."""
    frame = strata(60, 40)
    moves = np.random.default_rng(3).random(len(frame)) < 0.3
    crowded = frame.assign(stratum=np.where(moves, "0000", frame.stratum))
    second = chain([frame, crowded], dict.fromkeys(frame.stratum.unique(), 8), rotation=(2,), rest=2)[1]
    new = second.sample[second.sample.age == 0].groupby("stratum").size()
    assert new["0000"] == 4 and (new >= 4).all() and (new > 4).sum() > 30


def test_a_small_stratum_and_one_that_wants_fewer_are_drawn_to_the_end():
    frame, sizes = strata(2, 14), {"0000": 8, "0001": 4}
    waves = chain([frame] * 6, sizes, rotation=(2, 2, 2), rest=4)
    assert all(len(w.sample) == 12 and w.sample.unit_id.is_unique for w in waves)
    assert keys(waves) == []


def test_a_proof_along_the_chain_finds_other_respondents_another_rotation_and_another_age():
    frame, sizes = strata(4, 60), {f"{h:04d}": 8 for h in range(4)}
    answer = lambda sample, t: sample.unit_id[::2]  # noqa: E731
    waves = chain([frame] * 4, sizes, answer, rotation=(2, 1, 1), respondents=True)
    waves[-1] = replace(waves[-1], answered=None)
    assert keys(waves) == []
    put_in = next(u for u in waves[1].sample.unit_id if u not in waves[1].answered)
    forged = [waves[0], replace(waves[1], answered=waves[1].answered | {put_in}), *waves[2:]]
    assert "proof.earlier" in keys(forged)
    stranger = next(u for u in frame.unit_id if u not in set(waves[1].sample.unit_id))
    assert "proof.answered" in keys([waves[0], replace(waves[1], answered=frozenset({stranger})), *waves[2:]])
    older = waves[2].sample.assign(age=waves[2].sample.age.where(waves[2].sample.age > 0, 1))
    assert {"proof.sample_file"} <= set(keys([*waves[:2], replace(waves[2], sample=older), waves[3]]))
    with pytest.raises(Fault) as caught:
        record_rested(
            frame, plan_of(sizes, keep=0.0), seed=SEED, wave="w4", code="v",
            past=[w.past(2) for w in waves], continued=waves[-1].continued(2),
        )  # fmt: skip
    assert caught.value.key == "sampling.rotation_changed"
