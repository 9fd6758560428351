"""A league's figures from a run's tables, and what is left of them for a reader from whom small cells are withheld."""

import pandas as pd
import pytest

from accountability import Rule
from accountability.disclosure.shown_league import shown_figures
from accountability.league.conventions import ALL
from accountability.league.figures import league_figures
from accountability.rules.kind import MET
from estimation import Measure
from estimation.changes.verdicts import CHANCE, PROVEN, REAL
from words import Fault

SAFE = Measure("safe", "share", ("q",), frozenset({"1"}), {}, True)
AREAS = ["a", "b", "c", "d", "nobody"]
N = {"a": 40, "b": 50, "c": 6, "d": 12}
RULES = [Rule("target", "at_least", 0.5)]


def estimates(n=N):
    rows = {"measure": "safe", "domain": [*n, ALL], "n": [*n.values(), sum(n.values())]}
    return pd.DataFrame(rows).assign(estimate=0.5, se=0.1, p_own=0.0)


def ranks(family="simultaneous"):
    rows = {"measure": "safe", "area": list(N), "family": family, "rank": [3, 1, 2, 4]}
    return pd.DataFrame(rows | {"lower": [2, 1, 1, 3], "upper": [4, 2, 3, 4]})


def verdicts():
    rows = {"measure": "safe", "area": ["d", "elsewhere", "a", "c", "b"], "rule": "target", "outcome": MET}
    return pd.DataFrame(rows | {"printed": 1})


def changes(**columns):
    numbers = ["relative", "relative_se", "relative_lower", "relative_upper", "p_standing", "p_holm", "q_screening"]
    rows = {"measure": "safe", "level": 0.95, "df": 9.0, "area": list(N), "from_wave": "2026Q1", "to_wave": "2026Q2"}
    rows |= {"change": 0.1, "se": 0.02, "se_design": 0.02, "se_interviewer": 0.0, "lower": 0.0, "upper": 0.2}
    rows |= {"places": [-1, 2, 0, -1], "verdict": [REAL, PROVEN, CHANCE, CHANCE], "p_last": 0.2, "fits": 1.0}
    rows |= {"rank_before": [2, 3, 1, 4], "rank_after": [3, 1, 2, 4], "noise": 1}
    rows |= {f"{when}_{end}": 1 if end == "lower" else 4 for when in ("before", "after") for end in ("lower", "upper")}
    rows |= {"places_lower": [-2, 1, -1, -2], "places_upper": [0, 3, 1, 1]}
    return pd.DataFrame(rows | dict.fromkeys(numbers, 0.3) | columns)


def figures(**tables):
    plain = {"estimates": estimates(), "ranks": ranks(), "verdicts": verdicts()}
    return league_figures(SAFE, AREAS, **plain | tables)


def shown(whole, sizes, **options):
    options = {"areas": AREAS, "wave": "2026Q2", "limit": 10} | options
    return shown_figures(whole, {"safe": SAFE}, "safe", RULES, sizes, **options)


def test_the_table_is_best_first_with_the_verdicts_in_its_order_and_nobody_s_area_left_out():
    found = figures()
    assert list(found.table.index) == ["b", "c", "a", "d"] and list(found.table["rank"]) == [1, 2, 3, 4]
    assert list(found.verdicts.area) == ["b", "c", "a", "d"] and found.everybody["n"] == sum(N.values())
    assert "alone_lower" not in found.table and "change" not in found.table
    assert not figures(estimates=estimates().query("domain != @ALL")).everybody


def test_each_area_s_own_rank_set_stands_beside_the_joint_one_if_it_was_computed():
    own = pd.concat([ranks(), ranks("marginal").assign(lower=[3, 1, 2, 4], upper=[3, 1, 2, 4])])
    found = figures(alone=own).table
    assert list(found.alone_lower) == list(found["rank"]) and list(found.rank_upper) == [2, 3, 4, 4]


@pytest.mark.parametrize(("largest_is_best", "of_a"), [(True, 1), (False, -1)])
def test_a_confirmed_change_goes_the_way_of_the_rank_or_of_its_distance_from_the_average(largest_is_best, of_a):
    measure = Measure("safe", "share", ("q",), frozenset({"1"}), {}, largest_is_best)
    tables = {"estimates": estimates(), "ranks": ranks(), "verdicts": verdicts(), "changes": changes()}
    found = league_figures(measure, AREAS, **tables).table
    assert found.toward.to_dict() == {"b": 1, "c": 0, "a": of_a, "d": 0}
    assert list(found.change_se) == [0.02] * 4 and list(found.se) == [0.1] * 4


def test_the_chance_of_being_among_the_last_is_given_only_where_its_model_fits():
    assert figures(changes=changes(fits=1.0)).table.p_last.notna().all()
    assert figures(changes=changes(fits=0.0)).table.p_last.isna().all()


def test_a_small_area_and_the_next_smallest_are_withheld_with_their_verdicts_and_places():
    found = shown(figures(), {"2026Q2": estimates()})
    assert found.withheld == ("c", "d") and list(found.table.index) == ["b", "a"]
    assert list(found.table["rank"]) == [1, 2] and set(found.verdicts.area) == {"a", "b"}
    assert found.everybody and found.unchanged == ()


def test_a_change_is_withheld_where_either_wave_is_and_everywhere_if_one_was_never_estimated():
    plenty = estimates(dict.fromkeys(N, 40))
    waves = {"compared": ("2026Q1", "2026Q2")}
    whole = figures(changes=changes())
    small_before = shown(whole, {"2026Q1": estimates(), "2026Q2": plenty}, **waves)
    assert small_before.withheld == () and set(small_before.unchanged) == {"c", "d"}
    assert set(small_before.table.index[small_before.table.change.isna()]) == {"c", "d"}
    unknown = shown(whole, {"2026Q1": None, "2026Q2": plenty}, **waves)
    assert set(unknown.unchanged) == set(N) and unknown.table.change.isna().all()
    nothing = shown(whole, {"2026Q1": plenty, "2026Q2": plenty}, **waves)
    assert nothing.unchanged == () and nothing.table.change.notna().all()


def test_nothing_is_left_to_show_where_all_areas_together_are_too_few():
    few = dict.fromkeys(N, 2)
    with pytest.raises(Fault) as caught:
        shown(figures(estimates=estimates(few)), {"2026Q2": estimates(few)})
    assert caught.value.key == "withheld.all" and caught.value.values == {"wave": "2026Q2", "limit": 10}


@pytest.mark.parametrize(("programme_s_order", "listed"), [("abcd", "b"), ("dcba", "a")])
def test_ties_among_the_areas_shown_go_by_the_programme_s_order_and_not_by_that_of_the_table(programme_s_order, listed):
    tied = figures(ranks=ranks().assign(rank=1))
    order, sizes = [*programme_s_order, "nobody"], {"2026Q2": estimates()}  # c is too small, and d hides it
    last = [Rule("target", "not_last_in_order", 1)]
    found = shown_figures(tied, {"safe": SAFE}, "safe", last, sizes, areas=order, wave="2026Q2", limit=10).verdicts
    assert set(found.area) == set("ab") and list(found.area[~found.printed.astype(bool)]) == [listed]
