"""Fieldwork made up from known truth: what was put in comes out, and the rules of calling hold."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from fieldwork.appointments import clashing
from fieldwork.assignment import assigned_interviewers
from fieldwork.calling_rules import NO_SLOT, SLOTS, CallingRules, slot_at
from fieldwork.dispositions import ENDING
from fieldwork.simulated import (
    Interviewing,
    Question,
    Reaching,
    Truth,
    answer,
    made_up_people,
    play_calls,
    simulated_responses,
    uniforms,
)
from fieldwork.simulated.answers import latent_correlation
from fieldwork.simulated.people import chance_good
from words import Fault

ZONE = ZoneInfo("Asia/Shanghai")
BEGINS = datetime(2026, 3, 2, 9, tzinfo=ZONE)
ENDS = BEGINS + timedelta(days=20)
RULES = CallingRules(5, until=ENDS)
RATES = {"a": 0.9, "b": 0.8, "c": 0.7}
SAFE = Question("safe", ("1", "2"), ("3", "4"), "9")
WHY = Question("why", (), tuple("abc"), "", ";", {"safe": frozenset("34")})
NAMES = tuple(f"i{k:02d}" for k in range(12))


def made_up(n, truth=None):
    units = pd.DataFrame({"unit_id": [f"u{k:06d}" for k in range(n)], "area": np.resize(list(RATES), n)})
    return made_up_people(units, truth or Truth(RATES), seed="s")


def asked(people, interviewing, truth=None, seed=1):
    """Everybody interviewed, by interviewers in turn."""
    who = pd.Series(np.resize(interviewing.names, len(people)), index=people.index)
    at = pd.Series(pd.date_range(BEGINS, ENDS, len(people)), index=people.index)
    rng = np.random.default_rng(seed)
    return answer(people, who, at, truth or Truth(RATES), interviewing, [SAFE, WHY], seed="s", rng=rng), who, at


@pytest.fixture(scope="module")
def played():
    people = made_up(1500)
    who = assigned_interviewers(list(people.index), NAMES, np.random.default_rng(1))
    rng = np.random.default_rng(2)
    calls, ahead = play_calls(people, who, Reaching(), Interviewing(NAMES), RULES, BEGINS, ENDS, rng=rng)
    return people, who, calls, ahead


def test_a_unit_is_the_same_person_whichever_others_are_made_up_with_it_and_another_with_another_seed():
    people, few = made_up(900), made_up(300)
    pd.testing.assert_frame_equal(people.iloc[:300], few)
    u, other = uniforms(people.index, "s"), uniforms(people.index, "t")
    assert u.min() > 0 and u.max() < 1 and abs(np.corrcoef(u[:, 0], other[:, 0])[0, 1]) < 0.12
    assert np.abs(u.mean(axis=0) - 0.5).max() < 4 * np.sqrt(1 / 12 / 900)


def test_people_have_the_ages_and_the_areas_the_rates_that_are_true():
    people, truth = made_up(30_000), Truth(RATES)
    ages = people.age_group.value_counts(normalize=True)
    assert max(abs(ages[group] - part) for group, part in truth.age_shares.items()) < 4 * np.sqrt(0.25 / 30_000)
    low = people.age_group.str[:2].astype(int)
    assert ((people.age >= low) & (people.age <= people.age_group.str[-2:].astype(int))).all()
    good = people.unease < chance_good(people, truth)
    for area, rate in RATES.items():
        assert abs(good[people.area == area].mean() - rate) < 4 * np.sqrt(rate * (1 - rate) / 10_000)
    assert sum(truth.age_shares[group] * k for group, k in truth.factors().items()) == pytest.approx(1)


def test_answers_have_the_true_rates_whatever_interviewers_add_and_the_correlation_that_was_asked_for():
    """ρ from the one-way analysis of variance within the areas, for interviewers of 1000 interviews each."""
    people = made_up(36_000, Truth(RATES, unease=dict.fromkeys(Truth(RATES).unease, 1.0)))
    truth = Truth(RATES, unease=dict.fromkeys(Truth(RATES).unease, 1.0))
    many = tuple(f"j{k:03d}" for k in range(180))
    for rho in (0.0, 0.05):
        cells, who, _ = asked(people, Interviewing(many, rho), truth)
        told = cells.safe != "9"
        y = cells.safe.isin(["1", "2"])[told].astype(float)
        areas, groups = people.area[told], who[told]
        for area, rate in RATES.items():
            spread = np.sqrt(rate * (1 - rate) * (1 / 12_000 + rho / 60))
            assert abs(y[areas == area].mean() - rate) < 4 * spread
        within = y - y.groupby([areas, groups]).transform("mean")
        table = y.groupby([areas, groups]).agg(["mean", "size"])
        between = (
            table["mean"].groupby(level=0).var().mean()
            - (within**2).sum() / (len(y) - len(table)) / table["size"].mean()
        )
        assert abs(between / y.groupby(areas).var().mean() - rho) < 0.006 + 0.35 * rho
    assert latent_correlation(0.0, 0.9) == 0 and latent_correlation(0.05, 0.5) == pytest.approx(
        np.sin(np.pi * 0.05 / 2), rel=1e-3
    )


def test_one_person_gives_answers_that_agree_over_waves_as_was_asked_for():
    people, truth = made_up(20_000), Truth(RATES, unease=dict.fromkeys(Truth(RATES).unease, 1.0))
    first, again = (asked(people, Interviewing(NAMES), truth, seed)[0].safe for seed in (1, 2))
    told = (first != "9") & (again != "9")
    y, z = (cells.isin(["1", "2"])[told].astype(float) for cells in (first, again))
    by = people.area[told]
    correlation = np.mean([np.corrcoef(y[by == area], z[by == area])[0, 1] for area in RATES])
    assert correlation == pytest.approx(truth.steady, abs=0.03)


def test_lazy_interviewers_answer_alike_and_fast_and_coaching_begins_on_its_day():
    people, day = made_up(12_000), BEGINS + timedelta(days=10)
    interviewing = Interviewing(NAMES, lazy=frozenset({"i00"}), coached={"c": 0.8}, coached_on=day)
    cells, who, at = asked(people, interviewing)
    lazy = who == "i00"
    assert (cells.safe[lazy] == "1").mean() > 0.9 and cells.seconds[lazy].median() < 0.5 * cells.seconds[~lazy].median()
    bad = cells.safe.isin(["3", "4"]) & ~lazy
    inside = (people.area == "c") & ~lazy
    before, after = (bad[inside & (side)].mean() for side in (at < day, at >= day))
    assert after < 0.35 * before
    other = (people.area == "b") & ~lazy
    assert abs(bad[other & (at < day)].mean() - bad[other & (at >= day)].mean()) < 0.06
    asked_why = cells.why != ""
    assert (asked_why == cells.safe.isin(["3", "4"])).all()
    assert cells.why[asked_why].map(lambda cell: set(cell.split(";")) <= set("abc")).all()


def test_calls_keep_the_rules_slots_delays_maxima_and_each_interviewer_calls_one_number_at_a_time(played):
    people, who, calls, ahead = played
    assert ahead.empty and (calls.interviewer == who[calls.unit_id].to_numpy()).all()
    local = pd.DatetimeIndex(calls["at"]).tz_convert(ZONE)
    assert (slot_at(local, SLOTS) != NO_SLOT).all() and local.min() >= BEGINS and local.max() < ENDS
    by_unit = calls.sort_values("at").groupby("unit_id")
    ended = calls.disposition.isin(ENDING)
    assert (calls[ended].groupby("unit_id").size() == 1).all()
    assert (calls[ended].set_index("unit_id")["at"] == by_unit["at"].max().loc[calls.unit_id[ended]]).all()
    without = calls[~calls.unit_id.isin(calls.unit_id[calls.disposition == "2.21"])]
    gaps = without.sort_values(["unit_id", "at"]).groupby("unit_id")["at"].diff().dropna()
    assert gaps.min() >= timedelta(hours=1)
    assert without.groupby("unit_id").size().max() == 5
    given_up = without[~without.unit_id.isin(calls.unit_id[ended])]
    assert given_up.groupby("unit_id").size().eq(5).all() and len(given_up)
    assert set(calls.unit_id) == set(people.index)


def test_about_two_numbers_of_a_list_are_called_for_an_interview_and_the_old_and_willing_answer_more(played):
    people, _, calls, _ = played
    done = people.index.isin(calls.unit_id[calls.disposition == "1.1"])
    assert 1.6 < len(people) / done.sum() < 2.2
    rate = pd.Series(done, index=people.index).groupby(people.age_group).mean()
    assert rate["60-70"] > rate["18-29"] + 0.1
    who = pd.Series(NAMES[0], index=people.index)
    unwilling = Reaching(willing={"a": 0.3})
    some = play_calls(
        people, who, unwilling, Interviewing(NAMES, an_hour=60), RULES, BEGINS, ENDS, rng=np.random.default_rng(1)
    )[0]
    by_area = (
        pd.Series(people.index.isin(some.unit_id[some.disposition == "1.1"]), index=people.index)
        .groupby(people.area)
        .mean()
    )
    assert by_area["a"] < 0.5 * by_area["b"]


def test_a_fieldwork_that_is_broken_off_leaves_open_numbers_and_appointments_ahead():
    people = made_up(600)
    who = assigned_interviewers(list(people.index), NAMES, np.random.default_rng(1))
    middle = BEGINS + timedelta(days=2, hours=3)
    rng = np.random.default_rng(3)
    calls, ahead = play_calls(people, who, Reaching(), Interviewing(NAMES), RULES, BEGINS, middle, rng=rng)
    assert calls["at"].max() < middle and len(ahead) and (ahead.start > middle).all() and ahead.unit_id.is_unique
    last = calls.sort_values("at").groupby("unit_id").disposition.last()
    assert (last[ahead.unit_id] == "2.21").all()
    whose = ahead.assign(starts=ahead.start, ends=ahead.end, interviewer=who[ahead.unit_id].to_numpy())
    assert clashing(whose, len(NAMES)).mean() < 0.2 and ahead.start.dt.minute.isin([0, 30]).all()
    assert 0 < calls.unit_id[calls.disposition.isin(ENDING)].nunique() < len(people)


def test_the_rows_of_a_wave_tell_what_is_known_of_each_number(played):
    people, _, calls, _ = played
    interviews = calls[calls.disposition == "1.1"].set_index("unit_id")
    by, chance = (interviews.interviewer, interviews["at"]), {"seed": "s", "rng": np.random.default_rng(1)}
    cells = answer(people.loc[interviews.index], *by, Truth(RATES), Interviewing(NAMES), [SAFE], **chance)
    final = calls.sort_values("at").groupby("unit_id").disposition.last().reindex(people.index)
    rows = simulated_responses(people, final, cells, interviews.interviewer).set_index("unit_id")
    done, refused, other = (
        rows.outcome == "1.1",
        rows.outcome.str.startswith("2."),
        rows.outcome.str[0].isin(["3", "4"]),
    )
    assert (rows.safe[done] != "").all() and (rows.safe[~done] == "").all() and (rows.age[done | refused] != "").all()
    assert (rows.age[other] == "").all() and (rows.simulated == "true").all()


@pytest.mark.parametrize(
    "make, key",
    [
        (lambda: Truth({"a": 0.0}), "simulated.rate"),
        (lambda: Truth({"a": 0.2}), "simulated.low_rate"),
        (lambda: Truth({"a": 0.9}, unease={"18-29": 1.0}), "simulated.ages"),
        (lambda: Reaching(hung_up=1.2), "simulated.chance"),
        (lambda: Reaching(willing={"a": 1.9}), "simulated.chance"),
        (lambda: Interviewing(()), "simulated.interviewers"),
        (lambda: Interviewing(("x", "x")), "simulated.interviewers"),
        (lambda: Interviewing(("x",), rho=0.9), "simulated.rho"),
        (lambda: Interviewing(("x",), lazy=frozenset({"y"})), "simulated.lazy"),
        (lambda: Interviewing(("x",), an_hour=0), "simulated.an_hour"),
    ],
)
def test_what_cannot_be_simulated_is_refused_with_what_was_found(make, key):
    with pytest.raises(Fault) as refused:
        make()
    assert refused.value.key == key


def test_a_fieldwork_without_days_or_with_slots_of_which_nothing_is_known_is_refused():
    people = made_up(3)
    who = pd.Series("i00", index=people.index)

    def call(reaching=None, ends=ENDS):
        return play_calls(
            people, who, reaching or Reaching(), Interviewing(NAMES), RULES, BEGINS, ends, rng=np.random.default_rng(1)
        )

    for key, of in (
        ("simulated.days", {"ends": BEGINS}),
        ("simulated.slots", {"reaching": Reaching(answering={"day": 0.5})}),
    ):
        with pytest.raises(Fault) as refused:
            call(**of)
        assert refused.value.key == key
