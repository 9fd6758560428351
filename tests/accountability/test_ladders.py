"""Ladders: streaks and windows by hand, replays, evidence, and luck against a second simulation."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from accountability import MET, MISSED, UNDECIDED
from accountability.ladders import KINDS, check_ladder
from accountability.ladders.consequence import Consequence
from accountability.ladders.events import Verdict, events_of, replay
from accountability.ladders.evidence import CONFIRMED, NOT_RULED_OUT, RULED_OUT, counted, evidence, level_of
from accountability.ladders.history import History
from accountability.ladders.luck import luck
from accountability.ladders.settling import times_of_place, times_of_share, times_of_value
from accountability.ladders.simulated import SimulatedMeasure, simulated_values
from accountability.rules import KINDS as RULES
from accountability.rules import Rule
from estimation import Estimate, last_k
from words import Fault

TALK = Consequence("talk", "each", ("last",))
CARD = Consequence("card", "streak", ("last",), times=2)
LISTED = Consequence("listed", "streak", ("last",), times=3)
VETO = Consequence("veto", "window", ("listed",), times=2, years=2)
LAIBIN = [TALK, CARD, LISTED, VETO]


def quarters(n: int) -> tuple[str, ...]:
    return tuple(f"{2025 + t // 4}Q{t % 4 + 1}" for t in range(n))


def history(*marks: str, **others: str) -> History:
    """One area a text: x missed, . met, - not judged, a period a character; others: further rules of the first area."""
    rules = {"last": marks, **{rule: (text,) for rule, text in others.items()}}
    missed = {rule: np.array([[mark == "x" for mark in text] for text in texts]).T for rule, texts in rules.items()}
    judged = {rule: np.array([[mark != "-" for mark in text] for text in texts]).T for rule, texts in rules.items()}
    waves = quarters(len(marks[0]))
    year = np.array([int(wave[:4]) for wave in waves])
    return History(waves, year, 4, tuple(f"a{j}" for j in range(len(marks))), judged, missed)


def when(consequence: str, marks: str, ladder=LAIBIN) -> str:
    """The periods in which a consequence follows for an area with these marks: x where it does."""
    events = events_of(history(marks), ladder)[consequence][:, 0]
    return "".join("x" if event else "." for event in events)


@pytest.mark.parametrize(
    ("marks", "talk", "card", "listed", "veto"),
    [
        ("xx..xx..", "xx..xx..", ".x...x..", "........", "........"),
        ("xxx.xxx.", "xxx.xxx.", ".x...x..", "..x...x.", "......x."),
        ("xxxxxxxx", "xxxxxxxx", ".x......", "..x.....", "........"),  # one streak, however long
        ("xx-xxxx.", "xx.xxxx.", ".x..x...", ".....x..", "........"),  # a missing quarter ends the streak
        ("x.x.x.x.", "x.x.x.x.", "........", "........", "........"),
    ],
)
def test_laibin_s_ladder_by_hand(marks, talk, card, listed, veto):
    assert [when(name, marks) for name in ("talk", "card", "listed", "veto")] == [talk, card, listed, veto]


def test_a_veto_needs_two_listings_within_two_years():
    assert when("veto", "xxx..xxx") == ".......x"
    assert when("veto", "xxx......xxx") == "............"  # the first listing is eight quarters and one before
    assert when("veto", "xxx.....xxx") == "..........."  # nine quarters count both ends: Q3 of the first year is out
    assert when("veto", "xxx....xxx") == ".........x"


def test_a_streak_that_begins_again_at_once_and_one_that_passes_over_a_gap():
    again = Consequence("listed", "streak", ("last",), times=3, again="at_once")
    assert when("listed", "xxxxxxx.", [again]) == "..x..x.."
    passes = Consequence("listed", "streak", ("last",), times=3, gap="passes")
    assert when("listed", "xx-x.xx.", [passes]) == "...x...."
    assert when("listed", "-xx--x--", [passes]) == ".....x.."


def test_a_window_of_calendar_years_begins_in_january():
    twice = Consequence("criticism", "window", ("last",), times=2, years=1, calendar=True)
    rolling = Consequence("criticism", "window", ("last",), times=2, years=1)
    assert when("criticism", "...xx..x", [twice]) == ".......x"
    assert when("criticism", "...xx..x", [rolling]) == "....x..x"
    three = Consequence("self", "window", ("last",), times=3, years=1, calendar=True)
    assert when("self", "xxx.xx.x", [twice, three]) == "..x....x"
    assert when("criticism", "xxx.xx.x", [twice, three]) == ".x...x.."


def test_both_follows_where_both_hold_and_a_streak_may_be_of_it():
    low = Consequence("low", "both", ("last", "eighty"))
    veto = Consequence("veto", "streak", ("low",), times=2)
    events = events_of(history("xxx.xx", eighty="x.x.xx"), [low, veto])
    assert events["low"][:, 0].tolist() == [True, False, True, False, True, True]
    assert events["veto"][:, 0].tolist() == [False] * 5 + [True]


def test_a_list_of_honour_follows_where_the_rule_is_met_and_was_judged():
    honour = Consequence("honour", "each", ("last",), when="met")
    assert when("honour", "x.-.", [honour]) == ".x.x"


def test_an_event_names_the_verdicts_it_rests_on_and_the_periods_passed_over():
    events = replay(history("xxx.xxx."), LAIBIN)
    veto = next(event for event in events if event.consequence == "veto")
    assert veto.verdicts == tuple(
        Verdict("last", wave, "missed") for wave in [*quarters(3), "2026Q1", "2026Q2", "2026Q3"]
    )
    assert veto.unjudged == ()
    passes = Consequence("card", "streak", ("last",), times=2, gap="passes")
    (event,) = replay(history("x-x"), [passes])
    assert (event.wave, event.unjudged) == ("2025Q3", ("2025Q2",))
    assert event.verdicts == (("last", "2025Q1", "missed"), ("last", "2025Q3", "missed"))


def test_evidence_is_the_weakest_of_the_verdicts():
    (event,) = [e for e in replay(history("xx."), LAIBIN) if e.consequence == "card"]
    for first, second, expected in (
        (MISSED, MISSED, CONFIRMED),
        (MISSED, UNDECIDED, NOT_RULED_OUT),
        (MET, MISSED, RULED_OUT),
        (MET, UNDECIDED, RULED_OUT),
    ):
        outcomes = {("last", "2025Q1", "a0"): first, ("last", "2025Q2", "a0"): second}
        assert evidence(event, outcomes) == expected
    assert evidence(event, {}) == NOT_RULED_OUT
    assert level_of(event, {("last", "2025Q1"): 0.95, ("last", "2025Q2"): 0.9}) == 0.9
    assert counted([event], {event: CONFIRMED}) == {"card": {CONFIRMED: 1, NOT_RULED_OUT: 0, RULED_OUT: 0}}
    honour = Consequence("honour", "each", ("last",), when="met")
    (met,) = replay(history("."), [honour])
    assert evidence(met, {("last", "2025Q1", "a0"): MET}) == CONFIRMED


@pytest.mark.parametrize(
    ("ladder", "key"),
    [
        ([Consequence("card", "steak", ("last",))], "consequence.kind"),
        ([Consequence("veto", "window", ("listed",), times=2, years=2), LISTED], "consequence.of"),
        ([Consequence("card", "streak", ("card",), times=2)], "consequence.of"),
        ([Consequence("card", "streak", ("last",), times=1)], "consequence.setting"),
        ([Consequence("veto", "window", ("last",), times=2)], "consequence.setting"),
        ([Consequence("veto", "both", ("last",))], "consequence.setting"),
        ([Consequence("veto", "both", ("last", "last"))], "consequence.setting"),
        ([Consequence("talk", "each", ("last", "last"))], "consequence.setting"),
        ([Consequence("veto", "window", ("talk",), times=2, years=1, when="met")], "consequence.of"),
        ([CARD, Consequence("yellow", "streak", ("last",), times=2)], "consequence.same"),
        ([LISTED, CARD], "consequence.order"),
    ],
)
def test_a_ladder_that_cannot_be_meant_is_refused(ladder, key):
    with pytest.raises(Fault) as refused:
        check_ladder(ladder, ["last"])
    assert refused.value.key == key
    assert (
        refused.value.values["consequence"]
        == ladder[-1 if key in ("consequence.same", "consequence.order") else 0].name
    )
    check_ladder(LAIBIN, ["last"])


def test_every_kind_is_a_file_of_its_own():
    assert set(KINDS) == {"each", "streak", "window", "both"}
    assert all(type(kind).__module__ == f"accountability.ladders.{name}" for name, kind in KINDS.items())


MARKS = st.text("x.-", min_size=1, max_size=12)


@given(MARKS, st.integers(0, 12))
def test_replaying_the_beginning_of_a_history_gives_its_beginning(marks, cut):
    whole, beginning = history(marks), history(marks[: max(1, cut)])
    for name, events in events_of(whole, LAIBIN).items():
        assert np.array_equal(events[: len(beginning.waves)], events_of(beginning, LAIBIN)[name])


@given(st.lists(MARKS, min_size=2, max_size=4).filter(lambda texts: len({len(text) for text in texts}) == 1))
def test_an_area_s_events_do_not_depend_on_the_other_areas(texts):
    together = events_of(history(*texts), LAIBIN)
    for j, text in enumerate(texts):
        alone = events_of(history(text), LAIBIN)
        assert all(np.array_equal(together[name][:, j], alone[name][:, 0]) for name in together)


@given(MARKS)
def test_a_streak_is_what_counting_characters_says(marks):
    for k, name in ((2, "card"), (3, "listed")):
        lengths = [
            len(list(itertools.takewhile(lambda m: m == "x", reversed(marks[: t + 1])))) for t in range(len(marks))
        ]
        assert when(name, marks) == "".join("x" if length == k else "." for length in lengths)


def alike(p: int, n: int, *, equal: bool, share: bool = True, T: int = 8) -> SimulatedMeasure:
    cells = np.ones((T, p))
    return SimulatedMeasure(
        cells * 0.8955,
        cells * (0.8955 * 0.1045 / max(1, n - 1)) ** 0.5,
        cells * n,
        cells == equal,
        share,
        0.0,
        1.0,
        largest_is_best=True,
        printed_unit=0.0,
    )


def of_simulation(p: int) -> History:
    waves = quarters(8)
    return History(waves, np.repeat([2025, 2026], 4), 4, tuple(map(str, range(p))), {"last": np.ones((8, p), bool)}, {})


def test_luck_hands_out_the_cards_that_simulation_says():
    """70 townships of 60, two years: 2.3 cards and 14 % where just five are listed, 4.6 and 32 % with ties."""
    rules = {"last": ("safe", Rule("last", "not_last", 5))}
    for equal, cards, listing in ((False, 2.35, 0.14), (True, 4.56, 0.32)):
        measures = {"safe": alike(70, 60, equal=equal)}
        brought = luck(of_simulation(70), measures, rules, LAIBIN, np.random.default_rng(5), draws=1000)
        assert brought.expected["card"] == pytest.approx(cards, abs=4 * 2.2 / 1000**0.5)
        assert brought.any_at_all["listed"] == pytest.approx(listing, abs=4 * (0.3 * 0.7 / 1000) ** 0.5)
        assert brought.chance["card"].sum() == pytest.approx(brought.expected["card"])


def test_luck_agrees_with_a_second_naive_simulation_of_areas_of_unequal_size():
    n = np.array([20, 30, 40, 60, 120, 240])
    measure = alike(6, 1, equal=True, T=4)
    measure = SimulatedMeasure(
        **{**vars(measure), "n_effective": np.broadcast_to(n, (4, 6)).astype(float), "se": measure.se / (n - 1) ** 0.5}
    )
    short = History(quarters(4), np.full(4, 2025), 4, tuple("abcdef"), {"last": np.ones((4, 6), bool)}, {})
    rules = {"last": ("safe", Rule("last", "not_last", 2))}
    brought = luck(short, {"safe": measure}, rules, LAIBIN, np.random.default_rng(7), draws=4000)
    rng, cards = np.random.default_rng(8), np.zeros(6)
    for _ in range(4000):
        streak, carded = np.zeros(6, int), np.zeros(6, int)
        for _quarter in range(4):
            values = rng.binomial(n, 0.8955) / n
            last = np.array([(values < value).sum() < 2 for value in values])
            streak = np.where(last, streak + 1, 0)
            carded += streak == 2
        cards += carded / 4000
    expected = brought.chance["card"].sum(axis=0)
    assert np.abs(expected - cards).max() < 5 * (2 * 0.4 / 4000) ** 0.5
    assert expected[0] > 1.4 * expected[-1]  # few interviews, more cards


def test_simulated_scores_have_the_errors_of_the_estimates_and_stay_on_the_scale():
    values = simulated_values(alike(5, 60, equal=True, share=False), 4000, np.random.default_rng(3))
    assert values.std(axis=0).max() < 0.043
    assert values.max() <= 1.0
    assert values.mean() == pytest.approx(0.8955, abs=0.001)


def test_an_area_without_an_estimate_has_no_luck():
    measure = alike(4, 60, equal=True, T=2)
    value = measure.value.copy()
    value[1, 0] = np.nan
    judged = np.ones((2, 4), bool)
    judged[1, 0] = False
    two = History(quarters(2), np.full(2, 2025), 4, tuple("abcd"), {"last": judged}, {})
    rules = {"last": ("safe", Rule("last", "not_last", 1))}
    measures = {"safe": SimulatedMeasure(**{**vars(measure), "value": value})}
    chance = luck(two, measures, rules, LAIBIN, np.random.default_rng(2), draws=500).chance
    assert chance["talk"][1, 0] == 0 and chance["talk"][1, 1:].min() > 0.2
    assert chance["card"][1, 0] == 0


def test_consequences_of_rules_met_and_missed_are_told_apart_down_to_the_verdicts():
    honour = Consequence("honour", "each", ("eighty",), when="met")
    mixed = Consequence("mixed", "both", ("talk", "honour"))
    (event,) = [e for e in replay(history("x.x", eighty="x.."), [TALK, honour, mixed]) if e.consequence == "mixed"]
    assert event.verdicts == (("eighty", "2025Q3", "met"), ("last", "2025Q3", "missed"))
    outcomes = {("last", "2025Q3", "a0"): MISSED, ("eighty", "2025Q3", "a0"): MET}
    assert evidence(event, outcomes) == CONFIRMED
    assert evidence(event, {**outcomes, ("eighty", "2025Q3", "a0"): MISSED}) == RULED_OUT
    later = Consequence("later", "streak", ("talk",), times=2, when="met")
    with pytest.raises(Fault) as refused:
        check_ladder([TALK, later], ["last"])
    assert refused.value.values["setting"] == "when"


def test_annual_verdicts_in_a_row_are_two_years_and_a_missing_year_is_a_gap():
    """Four annual verdicts in the last quarters of four years, between which no verdict is due."""
    waves = quarters(16)
    due = np.array([wave.endswith("Q4") for wave in waves])
    poor = Consequence("poor", "each", ("year",))
    veto = Consequence("veto", "streak", ("poor",), times=2)
    for marks, expected in (("xx..", "2026Q4"), (".xx.", "2027Q4"), ("x.x.", ""), ("x-xx", "2028Q4")):
        missed, judged = np.zeros((2, 16, 1), dtype=bool)
        missed[due, 0], judged[due, 0] = [[m == "x" for m in marks], [m != "-" for m in marks]]
        year = np.array([int(wave[:4]) for wave in waves])
        of_year = History(waves, year, 4, ("a",), {"year": judged}, {"year": missed}, {"year": due})
        events = [event for event in replay(of_year, [poor, veto]) if event.consequence == "veto"]
        assert [event.wave for event in events] == ([expected] if expected else [])
        assert all(event.unjudged == () and len(event.verdicts) == 2 for event in events)


def test_luck_judges_an_annual_rule_on_the_mean_of_the_year_s_simulated_quarters():
    """The mean of four quarters of 60 falls below 80 % as often as one share of 240 does."""
    waves = quarters(4)
    due = np.array([wave.endswith("Q4") for wave in waves])
    judged = np.broadcast_to(due[:, None], (4, 200))
    one_year = History(waves, np.full(4, 2025), 4, tuple(map(str, range(200))), {"low": judged}, {}, {"low": due})
    rules = {"low": ("safe", Rule("low", "at_least", 0.85))}
    poor = [Consequence("poor", "each", ("low",))]
    measures = {"safe": alike(200, 60, equal=True, T=4)}
    chance = luck(one_year, measures, rules, poor, np.random.default_rng(6), draws=200).chance["poor"]
    assert chance[:3].max() == 0
    exact = stats.binom.cdf(203, 240, 0.8955)  # 203/240 = 84.6 %
    assert chance[3].mean() == pytest.approx(exact, abs=4 * (exact / 40_000) ** 0.5)


def test_fewer_histories_are_simulated_of_many_areas_and_periods():
    rules = {"last": ("safe", Rule("last", "not_last", 5))}
    few = luck(of_simulation(20), {"safe": alike(20, 60, equal=True)}, rules, [TALK], np.random.default_rng(1))
    many = luck(of_simulation(9000), {"safe": alike(9000, 60, equal=False)}, rules, [TALK], np.random.default_rng(1))
    assert (few.draws, many.draws) == (2000, 100)
    assert many.expected["talk"] == pytest.approx(8 * 5)


@pytest.mark.parametrize("equal", [True, False])
def test_luck_knows_the_errors_of_clustered_samples(equal):
    """With a design effect of 2 the simulated shares have twice the variance, on the survey's own grid."""
    simple = alike(50, 120, equal=equal, T=2)
    clustered = SimulatedMeasure(**{**vars(simple), "se": simple.se * 2**0.5})
    assert simple.design_effect == pytest.approx(1) and clustered.design_effect == pytest.approx(2)
    one, two = (simulated_values(measure, 1000, np.random.default_rng(9)) for measure in (simple, clustered))
    assert two.var() / one.var() == pytest.approx(2, rel=0.03)
    assert equal == bool(np.allclose(two * 120, np.rint(two * 120)))


SCORES = st.lists(st.integers(0, 20), min_size=4, max_size=12)


@given(SCORES, st.integers(1, 3), st.integers(0, 20))
def test_a_worse_area_added_never_worsens_another_s_place_on_the_list(scores, k, lower):
    """Who is not among the last k stays off the list when an area that is worse than all joins the league."""
    values = np.array(scores, dtype=float)
    options = {"largest_is_best": True, "printed_unit": 0.0}
    before = RULES["not_last"].missed_by(values, k, **options)
    after = RULES["not_last"].missed_by(np.append(values, values.min() - 1 - lower), k, **options)
    assert not (after[:-1] & ~before).any()
    honour = [RULES["first"].missed_by(v, k, **options) for v in (values, np.append(values, values.min() - 1))]
    assert np.array_equal(honour[0], honour[1][:-1])


@given(st.lists(st.text("x.-", min_size=8, max_size=8), min_size=1, max_size=3))
def test_replaying_a_history_again_gives_the_same_state(texts):
    past = history(*texts)
    assert replay(past, LAIBIN) == replay(past, LAIBIN)
    shuffled = history(*texts[::-1])
    names = {past.areas[j]: past.areas[-1 - j] for j in range(len(texts))}
    events = {(e.consequence, e.wave, names[e.area]) for e in replay(shuffled, LAIBIN)}
    assert events == {(e.consequence, e.wave, e.area) for e in replay(past, LAIBIN)}


def panel_of(rho: float, n: int = 60, p: int = 8, T: int = 4) -> tuple[SimulatedMeasure, History]:
    correlation = np.full((T, T), rho) + (1 - rho) * np.eye(T)
    measure = SimulatedMeasure(**{**vars(alike(p, n, equal=True, T=T)), "correlation": correlation})
    names = tuple(map(str, range(p)))
    return measure, History(quarters(T), np.full(T, 2025), 4, names, {"last": np.ones((T, p), bool)}, {})


def test_luck_of_a_panel_agrees_with_a_naive_simulation_of_people_who_are_asked_again():
    """Each person answers as in the first quarter with probability √ρ, else anew: two answers have correlation ρ."""
    rho, n, p, T, draws = 0.6, 60, 8, 4, 1500
    measure, past = panel_of(rho)
    rules = {"last": ("safe", Rule("last", "not_last", 2))}
    brought = luck(past, {"safe": measure}, rules, LAIBIN, np.random.default_rng(7), draws=3000)
    rng, cards, listings = np.random.default_rng(8), 0, 0
    for _ in range(draws):
        own = rng.random((p, n))
        streak = np.zeros(p, int)
        for _quarter in range(T):
            answers = np.where(rng.random((p, n)) < rho**0.5, own, rng.random((p, n))) < 0.8955
            values = answers.mean(axis=1)
            last = np.array([(values < value).sum() < 2 for value in values])
            streak = np.where(last, streak + 1, 0)
            cards, listings = cards + (streak == 2).sum(), listings + (streak == 3).sum()
    assert brought.expected["card"] == pytest.approx(cards / draws, abs=5 * (1.5 / draws) ** 0.5)
    assert brought.expected["listed"] == pytest.approx(listings / draws, abs=5 * (1.0 / draws) ** 0.5)
    alone = luck(past, {"safe": panel_of(0.0)[0]}, rules, LAIBIN, np.random.default_rng(7), draws=1500)
    assert brought.expected["listed"] > 1.5 * alone.expected["listed"]


def test_scores_of_a_panel_go_together_as_its_correlation_says():
    measure, _ = panel_of(0.7)
    scores = SimulatedMeasure(**{**vars(measure), "share": False, "se": measure.se / 10})
    values = simulated_values(scores, 4000, np.random.default_rng(3))
    assert np.corrcoef(values[:, 0, 0], values[:, 3, 0])[0, 1] == pytest.approx(0.7, abs=0.04)
    assert abs(np.corrcoef(values[:, 0, 0], values[:, 0, 1])[0, 1]) < 0.07


def test_a_quarter_with_twice_the_interviews_settles_what_is_told_apart_by_seven_tenths():
    assert times_of_value(0.85, 0.75, 0.95, 0.8) == pytest.approx(4.0)
    assert times_of_value(0.75, 0.65, 0.85, 0.8) == pytest.approx(4.0)
    assert times_of_value(0.8, 0.7, 0.9, 0.8) == float("inf")
    enough = Rule("enough", "enough", 0.8, over="group", share=0.5)
    times, reaches = np.array([1.0, 3.0, 9.0, 0.5]), np.array([True, True, True, False])
    assert times_of_share(enough, times, reaches, printed=True) == 3.0
    assert times_of_share(enough, times, reaches, printed=False) == float("inf")  # three of four are above


@pytest.mark.parametrize("place", [0, 2, 5])
def test_with_so_many_times_the_interviews_the_split_shows_what_is_printed(place):
    """The number of interviews that `times_of_place` asks for is just enough, by the split itself."""
    value, se = np.array([0.70, 0.8, 0.805, 0.9, 0.905, 0.91]), np.full(6, 0.04)
    rule, listed = Rule("last", "not_last", 2), place < 2
    times = times_of_place(rule, place, value, se, printed=not listed, largest_is_best=True)
    shown = []
    for factor in (0.95 * times, 1.05 * times):
        estimate = Estimate(tuple("abcdef"), value, np.diag(se**2) / factor, np.inf)
        shown.append(last_k(estimate, 2, covariance="independent").outcome[place])
    assert shown == ["possible", "in" if listed else "out"]
