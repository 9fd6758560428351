"""Every course that chance can take in small chains: pairs of waves equally likely, and weights right to the digit.

A draw takes its chance from `whole_numbers` alone.  Here that gives every possible number in turn, so that small chains
of waves are played through all keys and seeds there could be, each course with its exact probability.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from sampling import PastWave, Succession, draw_rested
from sampling.draw import rested
from sampling.draw.past import released_rates
from sampling.draw.releases import weighted_release


def every_course(monkeypatch, play: Callable[[], list[pd.DataFrame]]) -> Iterator[tuple[Fraction, list[pd.DataFrame]]]:
    """(probability, what `play` gives) of each course, over all numbers that the streams of its draws could give."""
    numbers: list[list[int]] = []  # of this course: [number, how many there could be]
    asked = 0

    def below(m: int) -> int:
        nonlocal asked
        if asked == len(numbers):
            numbers.append([0, m])
        asked += 1
        return numbers[asked - 1][0]

    monkeypatch.setattr(rested, "whole_numbers", lambda key, name: below)
    # only places hang on how the parts of a stratum are put together, and half of the numbers would go there
    monkeypatch.setattr(rested, "interleaved", lambda below, first, second: np.arange(first + second) < first)
    while True:
        asked = 0
        result = play()
        probability = Fraction(1)
        for _, m in numbers:
            probability /= m
        yield probability, result
        while numbers and numbers[-1][0] == numbers[-1][1] - 1:
            numbers.pop()
        if not numbers:
            return
        numbers[-1][0] += 1


def waves(frames, allocations, *, rest, keep=0.0, respondents=False, rotation=None) -> list[pd.DataFrame]:
    """The samples of a chain; of each wave the unit at place 1 answers, which chance alone puts there."""
    past, samples = [], []
    for t, (frame, allocation) in enumerate(zip(frames, allocations, strict=True)):
        panel = {"respondents": respondents and t > 0, "rotation": rotation, "past": list(past)}
        succession = Succession(rest, keep if t else 0.0, **panel)
        sample, rates = draw_rested(frame, allocation, succession, key=b"none")
        out = sample.assign(release=1)
        joined = out.iloc[:0] if rotation is None else out[out.age != out["rest"]]
        of_groups = {} if rotation is None else dict(zip(joined.unit_id, joined.age.astype(int), strict=True))
        answered = frozenset(out.unit_id[out.place == 1]) if respondents else None
        stratum, of_wave = frame.set_index("unit_id").stratum, released_rates(rates, out, 1)
        called = frozenset(out.unit_id)
        kept = keep if t else 0.0
        of = (f"w{t}", rest, stratum, called, of_wave, answered, rotation, of_groups, kept, respondents)
        past.append(PastWave(*of))
        samples.append(sample)
    return samples


def people(**strata: str) -> pd.DataFrame:
    """A frame in which every letter is a person: people(a="xyz", b="v")."""
    return pd.DataFrame([(u, s) for s, units in strata.items() for u in units], columns=["unit_id", "stratum"])


@pytest.mark.parametrize(
    ("sizes", "options", "overlaps"),
    [
        ((2, 2), {"rest": 2}, {(0, 1): (0,)}),
        ((2, 2), {"rest": 2, "keep": 0.5}, {(0, 1): (1,)}),
        ((2, 2), {"rest": 2, "keep": 0.5, "respondents": True}, {(0, 1): (1,)}),
        ((2, 1, 2), {"rest": 1, "rotation": (1, 1, 1)}, {(0, 1): (0,), (0, 2): (1, 2), (1, 2): (0,)}),
        ((2, 2), {"rest": 1, "rotation": (2,), "respondents": True}, {(0, 1): (1,)}),
    ],
    ids=["continued", "a panel", "a panel of those who answered", "rotation groups", "rotation of those who answered"],
)
def test_two_waves_are_any_pair_with_a_planned_overlap_equally_likely(monkeypatch, sizes, options, overlaps):
    """Of four people, over all keys and seeds: P(S, T) depends on how many are in both waves, and on nothing else.

    Each wave alone is then any subset equally often, and each pair of people is in both waves as often as any other.
    """
    frames, pairs, total = [people(a="uvwx")] * len(sizes), defaultdict(Counter), Fraction(0)
    allocations = [{"a": size} for size in sizes]
    for probability, samples in every_course(monkeypatch, lambda: waves(frames, allocations, **options)):
        sets = [frozenset(sample.unit_id) for sample in samples]
        total += probability
        for earlier, later in overlaps:
            pairs[earlier, later][sets[earlier], sets[later]] += probability
    assert total == 1
    for (earlier, later), planned in overlaps.items():
        first, second = (list(map(frozenset, combinations("uvwx", sizes[t]))) for t in (earlier, later))
        for shared in range(3):
            chances = {pairs[earlier, later][s, t] for s in first for t in second if len(s & t) == shared}
            assert len(chances) <= 1 and (chances <= {0}) == (shared not in planned)


MOVING = [people(a="stuv", b="wxy"), people(a="tuvw", b="sxy"), people(a="vwz", b="stxy")]  # z is new, u is gone


def weighted(monkeypatch, frames, allocations, **options) -> dict[str, Fraction]:
    """E[I_i/π_i] of each person in the strata from which the last wave is drawn, over all courses."""
    drawn_from = frames[-1].unit_id[frames[-1].stratum.isin(list(allocations[-1]))]
    expected: dict[str, Fraction] = dict.fromkeys(drawn_from, Fraction(0))
    for probability, samples in every_course(monkeypatch, lambda: waves(frames, allocations, **options)):
        for unit, weight in zip(samples[-1].unit_id, samples[-1].base_weight, strict=True):
            expected[unit] += probability * Fraction(weight).limit_denominator(10**9)
    return expected


def test_weights_are_right_for_every_person_whoever_moves_while_nobody_comes_back_and_no_stratum_is_used_up(
    monkeypatch,
):
    """Three waves, in which people move, come and go; E_h, and with it every rate, depends on who was drawn before."""
    expected = weighted(monkeypatch, MOVING, [{"a": 1, "b": 1}, {"a": 1}, {"b": 1}], rest=3)
    assert set(expected.values()) == {1}


@pytest.mark.parametrize(
    ("allocations", "options"),
    [
        ([{"a": 2}, {"a": 2}], {"rest": 1, "keep": 0.5}),
        ([{"a": 2}, {"a": 2}], {"rest": 1, "keep": 1.0}),
        ([{"a": 2}, {"a": 2}], {"rest": 1, "rotation": (2,)}),
    ],
    ids=["half kept", "all kept but one", "rotation groups"],
)
def test_weights_are_right_for_every_person_where_movers_are_called_again(monkeypatch, allocations, options):
    """Of four people one moves away and one comes: how many can be called again depends on who was drawn before."""
    frames = [people(a="stuv"), people(a="stux", b="v")]
    expected = weighted(monkeypatch, frames, allocations, **options)
    np.testing.assert_allclose([float(of) for of in expected.values()], 1, rtol=1e-8)


def used_up(seed: int, rest: int, keep: float) -> pd.DataFrame:
    """The fourth wave of two strata of twelve people, two or three of whom change places before each wave."""
    numbers, homes, past = np.random.default_rng(seed), np.repeat(["a", "b"], 12), []
    for t in range(4):
        frame = pd.DataFrame({"unit_id": [f"u{i:02}" for i in range(24)], "stratum": homes})
        succession = Succession(rest, keep if t else 0.0, past=list(past))
        key = hashlib.sha256(f"{seed} {t}".encode()).digest()
        sample, rates = draw_rested(frame, {"a": 4, "b": 3}, succession, key=key)
        released_units = sample.assign(release=1, first_phase=1.0)
        of_wave = released_rates(rates, released_units, 1)
        stratum, called = frame.set_index("unit_id").stratum, frozenset(sample.unit_id)
        past.append(PastWave(f"w{t}", rest, stratum, called, of_wave, None, None, {}, succession.keep, False))
        movers = numbers.choice(24, 4, replace=False)
        homes = np.where(np.isin(np.arange(24), movers), np.where(homes == "a", "b", "a"), homes)
    return released_units


@pytest.mark.parametrize(("rest", "keep"), [(4, 0.0), (1, 1.0)], ids=["strata used up", "all kept but one"])
def test_every_weight_is_finite_and_no_probability_shown_is_above_1(rest, keep):
    """With movers 1/w may be above 1: the weight is then below 1, and the probability that is shown is 1."""
    drawn = [used_up(seed, rest, keep) for seed in range(20, 32)]
    shown = pd.concat([weighted_release(sample, 1) for sample in drawn])
    of_course = pd.concat(drawn).probability
    assert (of_course > 1 + 1e-9).any()
    assert np.isfinite(shown.base_weight).all() and shown.probability.between(0, 1, inclusive="right").all()
    np.testing.assert_allclose(shown.base_weight, 1 / of_course)
