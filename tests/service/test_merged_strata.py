"""Merge rules of strata: one with a single sampled unit joins the first neighbour there is, in all waves compared."""

import numpy as np
import pandas as pd
import pytest
from made_up import JUNE, MAY, NAME, as_csv, begin_survey, changed, interviews, take, whole_survey

from estimation.estimators.merge_rules import merged_strata
from presentation.league_notes import league_notes
from programme.population import RECORD, PopulationPlan
from programme.survey import read_programme
from service.figures import waves
from service.figures.league import read_league
from words import Fault, speaker

RULES = b'\n[design.merge]\n"ash / quay" = ["nowhere / quay", "ash / hill"]\n'
MERGING = changed(("[measures.disturbed]", "[measures.disturbed]")) + RULES
MERGED = "ash / hill + ash / quay"


def one_alone(seed=1):
    """May with a single interview in a stratum of ash."""
    table = interviews(seed)
    return table[~((table.town == "ash") & (table.side == "quay") & (table.index > 0))]


def strata(**counts):
    """A wave with so many units in each stratum."""
    return pd.DataFrame(
        [(name, f"{name}{k}") for name, n in counts.items() for k in range(n)], columns=["stratum", "psu"]
    )


def test_a_stratum_with_one_unit_joins_the_first_neighbour_that_the_wave_has():
    rules = {"a": ["x", "b", "c"], "b": ["c"]}
    assert merged_strata([strata(a=1, b=2, c=2)], rules) == dict.fromkeys("ab", "a + b")
    assert merged_strata([strata(a=1, c=2)], rules) == dict.fromkeys("ac", "a + c")
    assert merged_strata([strata(a=1, b=1, c=1)], rules) == dict.fromkeys("ab", "a + b")  # two units are enough
    assert not merged_strata([strata(a=2, b=2)], rules) and not merged_strata([strata(a=1, d=3)], rules)
    assert not merged_strata([strata(a=2, c=1)], rules)  # c has no rule, and is refused as before
    several = strata(a=3).assign(psu="one")
    assert merged_strata([pd.concat([several, strata(b=2)])], rules) == dict.fromkeys("ab", "a + b")  # units, not rows


def test_what_one_wave_needs_all_waves_get():
    rules = {"a": ["b", "c"]}
    assert merged_strata([strata(a=5, b=5, c=5), strata(a=1, c=2)], rules) == dict.fromkeys("ac", "a + c")
    assert merged_strata([strata(a=1, b=2), strata(a=1, c=2)], rules) == dict.fromkeys("abc", "a + b + c")


def test_a_wave_with_a_rule_is_estimated_as_if_it_had_been_drawn_so_and_notes_say_it(fresh_store):
    """Without the rule it is refused; with it every figure is that of the two strata drawn as one."""
    merging, drawn_so = fresh_store("sqlite"), fresh_store("sqlite")
    with pytest.raises(Fault) as caught:
        begin_survey(merging, changed(("[measures.disturbed]", "[measures.disturbed]")))
        take(merging, MAY, as_csv(one_alone()))
    assert caught.value.key == "design.lonely" and "[design.merge]" in str(caught.value)
    begin_survey(merging, MERGING)
    ((key, values),) = take(merging, MAY, as_csv(one_alone())).notes
    assert key == "wave.strata_merged" and values["strata"] == [MERGED]
    take(merging, JUNE, as_csv(interviews(2)))
    for wave in (MAY, JUNE):
        waves.estimate_wave(merging, NAME, wave)
    run = waves.compare_waves(merging, NAME, MAY, JUNE)
    assert not waves.rerun(merging, run.run_id)
    by_side = changed(('stratum = ["town", "side"]', 'stratum = ["town", "wing"]'))
    wing = lambda table: table.assign(wing=table.side.where(table.town != "ash", "both"))  # noqa: E731
    whole_survey(drawn_so, wing(one_alone()), wing(interviews(2)), by_side)
    for wave, against in ((MAY, None), (JUNE, MAY)):
        one, two = (
            read_league(store, NAME, measure="disturbed", league="north", wave=wave) for store in (merging, drawn_so)
        )
        columns = ["estimate", "lower", "upper", "n"] if against is None else ["change", "change_se_design"]
        one_table, two_table = (league.table.sort_index()[columns].to_numpy(float) for league in (one, two))
        np.testing.assert_allclose(one_table, two_table, rtol=1e-12)
        for language in ("en", "zh"):
            assert any(MERGED in note for note in league_notes(one, speaker(language)))
            assert not any("[design.merge]" in note for note in league_notes(two, speaker(language)))
    alone = read_league(merging, NAME, measure="disturbed", league="south", wave=JUNE)
    assert alone.runs["estimate"]["arguments"].get("strata") is None  # June itself needs no rule
    merging.engine.dispose()
    drawn_so.engine.dispose()


def test_a_merged_stratum_has_the_units_of_its_parts():
    plan = PopulationPlan("stratum", {"a": 10, "b": 20, "c": 5})
    assert plan.known({}, None, {"a": "a + b", "b": "a + b"}).units["a + b"] == 30
    assert "a + x" not in plan.known({}, None, {"a": "a + x", "x": "a + x"}).units
    of_areas = PopulationPlan("area", {"a": 10, "b": 20})
    assert "a + b" not in of_areas.known({}, None, {"a": "a + b", "b": "a + b"}).units
    assert PopulationPlan("stratum").known({(RECORD, "a"): 3}, None, {}).units == {"a": 3}


@pytest.mark.parametrize("rule", ['"ash / quay" = []', '"ash / quay" = ["ash / quay"]', '"ash / quay" = 3'])
def test_a_rule_without_a_neighbour_is_refused_with_its_place(rule):
    with pytest.raises(Fault) as caught:
        read_programme(MERGING.replace(b'"ash / quay" = ["nowhere / quay", "ash / hill"]', rule.encode()), "p.toml")
    assert "design.merge.ash / quay" in str(caught.value)
