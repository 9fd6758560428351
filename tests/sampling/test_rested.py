"""Draws from those who rested longest: every choice equally likely, and totals unbiased while people move."""

from collections import Counter
from itertools import combinations, permutations, product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sampling import DrawnWave, DrawPlan, PastWave, Succession, draw_key, draw_rested, record_rested
from sampling.draw.past import released_rates
from sampling.draw.seeded import drawn_positions, interleaved, whole_numbers
from sampling.proof.rested_counts import called_early, passed_over
from words import Fault

SEED, ERROR = "a seed of at least sixteen characters", 1e-6


def drawn(frame, allocation, wave="w0", **options):
    return draw_rested(frame, allocation, Succession(**options), key=draw_key(SEED, wave, None))


def after(frame, sample, rates, wave, rest, share=1.0):
    """The wave as a later one knows it, with the first ⌈share n_h⌉ places of each stratum released."""
    size = sample.groupby("stratum").unit_id.transform("size")
    sample = sample.assign(release=np.where(sample.place <= np.ceil(share * size), 1, 2))
    stratum = frame.set_index("unit_id").stratum
    return PastWave(
        wave, rest, stratum, frozenset(sample.unit_id[sample.release == 1]), released_rates(rates, sample, 1)
    )


def chain(frames, allocation, *, rest, keep=0.0, share=1.0):
    """The samples of one wave after the other, each from its own frame."""
    past, samples = [], []
    for t, frame in enumerate(frames):
        sample, rates = drawn(frame, allocation, f"w{t}", rest=rest, keep=keep if t else 0.0, past=past)
        past.append(after(frame, sample, rates, f"w{t}", rest, share))
        samples.append(sample)
    return samples, past


def strata(count, size):
    unit_id = [f"{h:05d}-{i:02d}" for h in range(count) for i in range(size)]
    return pd.DataFrame({"unit_id": unit_id, "stratum": [u[:5] for u in unit_id]})


def subsets(sample):
    return Counter(sample.groupby("stratum").unit_id.agg(lambda u: tuple(sorted(u.str[6:].astype(int)))))


def test_every_ordered_choice_of_positions_comes_from_as_many_sequences_of_numbers():
    """Brute force: over all sequences of numbers below 5, 4, 3 the 60 ordered choices of 3 of 5 come once each."""
    found = Counter()
    for numbers in product(range(5), range(4), range(3)):
        left = iter(numbers)
        found[tuple(drawn_positions(lambda m, left=left: next(left), 5, 3).tolist())] += 1
    assert found == Counter(dict.fromkeys(permutations(range(5), 3), 1))


def test_a_stream_s_numbers_are_equally_likely_and_differ_by_name_and_value():
    below = whole_numbers(draw_key(SEED, "w", "7"), "a")
    assert stats.chisquare(np.bincount([below(7) for _ in range(7000)], minlength=7)).pvalue > ERROR
    keys = {draw_key(SEED, wave, value) for wave in ("w", "v") for value in (None, "", "7")}
    assert len(keys) == 6
    assert [whole_numbers(draw_key(SEED, "w", "7"), name)(2**40) for name in "ab"] != [below(2**40)] * 2


@pytest.mark.parametrize(("first", "second"), [(3, 7), (5, 5), (0, 4), (4, 0), (1, 12)])
def test_each_beginning_has_its_share_of_both_on_average_and_to_within_one(first, second):
    places = first + second
    counted = np.array([interleaved(lambda m, u=u: u, first, second).cumsum() for u in range(places)])
    wanted = np.arange(1, places + 1) * first / places
    np.testing.assert_allclose(counted.mean(axis=0), wanted)
    assert (np.abs(counted - wanted) < 1).all() and (counted[:, -1] == first).all()


@pytest.mark.parametrize("keep", [0.0, 0.5])
def test_every_wave_of_a_chain_is_a_simple_random_sample_where_nobody_moves(keep):
    """2 of 6, 600 times: all 15 subsets equally often in each wave, also when a stratum is used up (rest 2)."""
    frame = strata(600, 6)
    samples, _ = chain([frame] * 5, dict.fromkeys(frame.stratum.unique(), 2), rest=2, keep=keep)
    for sample in samples:
        counts = subsets(sample)
        assert set(counts) == set(combinations(range(6), 2))
        assert stats.chisquare(list(counts.values())).pvalue > ERROR
        np.testing.assert_allclose(sample.probability, 1 / 3, rtol=1e-12)
        np.testing.assert_allclose(sample.groupby("stratum").base_weight.sum(), 6, rtol=1e-12)


def test_two_waves_that_keep_nobody_are_any_pair_of_disjoint_samples_equally_often():
    frame = strata(4500, 5)
    one, two = chain([frame] * 2, dict.fromkeys(frame.stratum.unique(), 2), rest=3)[0]
    pairs = Counter()
    sets = [s.groupby("stratum").unit_id.agg(lambda u: tuple(sorted(u.str[6:]))) for s in (one, two)]
    for pair in zip(*sets, strict=True):
        pairs[pair] += 1
    assert len(pairs) == 30 and stats.chisquare(list(pairs.values())).pvalue > ERROR


def test_nobody_is_rung_again_before_the_waves_of_rest_are_over_and_a_used_up_stratum_takes_who_rested_longest():
    frame = strata(1, 20)
    (_, *later), past = chain([frame] * 5, {"00000": 6}, rest=4)
    rung = [p.released for p in past]
    assert not rung[0] & rung[1] and not rung[0] & rung[2] and not rung[1] & rung[2]
    fourth, fifth = later[2], later[3]
    assert Counter(fourth.rest) == {5: 2, 3: 4}  # two were left; four of the six rung three waves ago
    rested = {u for u in rung[0] if u not in rung[3]}
    assert Counter(fifth.rest) == {4: 2, 3: 4} and rested < set(fifth.unit_id)


def test_a_stratum_that_paused_goes_on_where_it_stopped():
    frame = strata(2, 12)
    past, t = [], 0
    for allocation in ({"00000": 4, "00001": 4}, {"00001": 4}, {"00000": 4, "00001": 4}):
        sample, rates = drawn(frame, allocation, f"w{t}", rest=4, past=past)
        past, t = [*past, after(frame, sample, rates, f"w{t}", 4)], t + 1
    first, _, third = (p.released for p in past)
    assert not {u for u in first if u[:5] == "00000"} & third
    np.testing.assert_allclose(sample.probability, 4 / 12, rtol=1e-12)


@pytest.mark.parametrize("keep", [0.25, 0.5, 1.0])
def test_every_portion_keeps_the_wanted_share_of_the_panel(keep):
    frame = strata(40, 60)
    samples, past = chain([frame] * 2, dict.fromkeys(frame.stratum.unique(), 20), rest=3, keep=keep)
    second = samples[1]
    kept = min(20 * keep, 19)  # one place stays for those who came since
    assert (second.groupby("stratum").rest.agg(lambda a: (a == 1).sum()) == kept).all()
    for portion in (5, 10):
        early = second[second.place <= portion]
        assert (np.abs(early.groupby("stratum").rest.agg(lambda a: (a == 1).sum()) - portion * kept / 20) < 1).all()
    assert set(second.unit_id[second.rest == 1]) <= past[0].released


@pytest.mark.parametrize(
    ("rest", "keep", "share", "sizes", "bias"),
    [
        (3, 0.0, 1.0, (6, 8, 6), 0.0),
        (4, 0.0, 0.5, (8, 12, 8), 0.0),
        (2, 0.5, 1.0, (6, 14, 6), 0.0),
    ],
)
def test_totals_are_unbiased_while_people_move_are_born_and_die(rest, keep, share, sizes, bias):
    """200 times the same 3 strata of 42 to 71 people, of whom 10 % move from wave to wave and 4 % come or go.

    The variable is large for those who have just left the stratum in which most are called: weights N/n miss them.
    """
    rng, blocks, people = np.random.default_rng(5), 200, 210
    home = [rng.integers(0, 3, people)]
    there = [rng.random(people) < 0.93]
    for _ in range(3):
        moving, changing = rng.random(people) < 0.10, rng.random(people) < 0.04
        home.append(np.where(moving, rng.integers(0, 3, people), home[-1]))
        there.append(there[-1] ^ changing)
    y = 0.1 * rng.random(people) + (home[-1] == 0) * (home[-2] == 1)

    def frame(t):
        ids = [f"{b:05d}-{i:03d}" for b in range(blocks) for i in np.flatnonzero(there[t])]
        return pd.DataFrame({"unit_id": ids, "stratum": [f"{u[:5]}-{home[t][int(u[6:])]}" for u in ids]})

    allocation = {f"{b:05d}-{h}": sizes[h] for b in range(blocks) for h in range(3)}
    samples, _ = chain([frame(t) for t in range(4)], allocation, rest=rest, keep=keep, share=share)
    last = samples[-1]
    value, truth = y[last.unit_id.str[6:].astype(int)], y[there[-1]].sum()
    if share < 1:  # the first places of each stratum are released, with n_h over their number as further weight
        size = last.groupby("stratum").place.transform("size")
        part = np.ceil(share * size) / size
        last, value = last.assign(base_weight=last.base_weight / part)[out := last.place <= size * part], value[out]

    def relative_error(weight, of=value, expected=truth):
        totals = pd.Series(weight * of).groupby(last.unit_id.str[:5].to_numpy()).sum() / expected
        return totals.mean() - 1, totals.sem()

    for of_everybody in (relative_error(last.base_weight), relative_error(last.base_weight, 1.0, there[-1].sum())):
        error, monte_carlo = of_everybody
        assert abs(error) < bias + 3 * monte_carlo
    if not keep and share == 1.0:  # what the weights N/n would give on average over the last draw
        rung = frozenset().union(*(set(sample.unit_id) for sample in samples[:-1]))
        fresh = frame(3)[lambda everybody: ~everybody.unit_id.isin(rung)]
        number = fresh.unit_id.str[6:].astype(int).to_numpy()
        weight = pd.Series(home[-1][there[-1]]).value_counts().reindex(home[-1][number]).to_numpy()
        weight = weight / fresh.groupby("stratum").unit_id.transform("size").to_numpy()
        totals = pd.Series(weight * y[number]).groupby(fresh.unit_id.str[:5].to_numpy()).sum() / truth - 1
        assert totals.mean() < -3 * totals.sem()


@pytest.mark.parametrize("keep", [0.0, 0.5])
def test_two_years_of_quarters_with_two_per_cent_movers_are_drawn_to_the_end(keep):
    """Eight waves of 70 strata: totals unbiased in each, and nobody is called again within the four waves of rest.

    Of the strata only the one that is small runs out, and says so by the rest of those whom it takes.
    """
    rng, strata_count, people = np.random.default_rng(9), 70, 8_400
    home = np.repeat(np.arange(strata_count), people // strata_count)
    home = np.where(np.arange(people) < 90, np.maximum(home, 1), home)  # stratum 0 has only some thirty people
    allocation, past, wave_of, early = {f"{h:02d}": 12 for h in range(strata_count)}, [], {}, []
    for t in range(8):
        ids = [f"p{i:05d}" for i in range(people)]
        frame = pd.DataFrame({"unit_id": ids, "stratum": [f"{h:02d}" for h in home]})
        sample, rates = drawn(frame, allocation, f"q{t}", rest=4, keep=keep if t else 0.0, past=past)
        assert len(sample) == 840 and sample.probability.between(0, 1).all()
        large = sample[sample.stratum != "00"]
        size = frame.stratum.value_counts()
        ratio = large.groupby("stratum").base_weight.sum().div(size).dropna()
        assert abs(ratio.mean() - 1) < 1e-9 + 4 * ratio.sem()
        for unit, rest in zip(large.unit_id, large.rest, strict=True):
            early += [unit] if rest > 1 and t - wave_of.get(unit, -9) <= 4 else []
            assert rest in (1, 5) and (rest == 5 or keep)
        assert keep or t < 3 or (sample.rest[sample.stratum == "00"] < 5).any()
        wave_of |= dict.fromkeys(sample.unit_id, t)
        past.append(after(frame, sample, rates, f"q{t}", 4))
        moving = rng.random(people) < 0.02
        home = np.where(moving, rng.integers(1, strata_count, people), home)
    assert not early


def test_the_record_counts_who_is_passed_over_wherever_he_moved_and_who_is_called_before_the_rest_is_over():
    """8 of 20 and 2 of 20, rest 3: the first stratum is used up in the third wave; then three move, a quarter stays."""
    frame, past, called, drawn_waves = strata(2, 20), [], set(), []
    for t, keep in enumerate((None, 0.0, 0.0, 0.25)):
        if t == 3:
            moves = drawn_waves[-1].sample.unit_id[drawn_waves[-1].sample.stratum == "00000"][:3]
            frame = frame.assign(stratum=frame.stratum.where(~frame.unit_id.isin(moves), "00001"))
        plan = DrawPlan("rested", (("00000", 8), ("00001", 2)), rest=3, portions=(1.0,), keep=keep)
        continued = drawn_waves[-1].continued(1) if t else None
        of_wave = frame.assign(first_phase=1.0)
        sample, record = record_rested(of_wave, plan, seed=SEED, wave=f"w{t}", code="v", past=past, continued=continued)
        drawn_waves.append(DrawnWave(record, of_wave, sample))
        assert passed_over(record) == len(called - set(sample.unit_id))
        past, called = [*past, drawn_waves[-1].past(1)], called | set(sample.unit_id)
    assert called_early(drawn_waves[1].record).empty
    assert called_early(drawn_waves[2].record).to_numpy().tolist() == [["00000", 2, 4]]  # four of 20 were left
    last = drawn_waves[3].sample
    kept = last[last["rest"] == 1].groupby("stratum").size()
    assert kept["00000"] in (1, 2) and kept.get("00001", 0) in (0, 1)  # 1.25 of five; of two places a quarter, .5
    early = last[last["rest"].between(2, 3)].groupby(["stratum", "rest"]).size()
    assert called_early(drawn_waves[3].record)["count"].tolist() == early.tolist() != []


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"rest": -1}, "sampling.rest"),
        ({"rest": 41}, "sampling.rest"),
        ({"rest": 2, "keep": 1.5}, "sampling.keep"),
        ({"rest": 0, "keep": 0.5}, "sampling.keep_rest"),
    ],
)
def test_a_rest_or_a_part_to_keep_that_makes_no_sense_is_refused(options, key):
    with pytest.raises(Fault) as caught:
        drawn(strata(1, 5), {"00000": 2}, **options)
    assert caught.value.key == key


def test_more_than_a_stratum_has_is_refused():
    with pytest.raises(Fault) as caught:
        drawn(strata(1, 5), {"00000": 6}, rest=1)
    assert caught.value.key == "sampling.larger_than_stratum"
