"""Items whose answers are numbers: what a file may hold, and a rating all the way to the league, the rule, the page."""

import numpy as np
import pytest
from made_up import JUNE, MAY, NAME, as_csv, begin_survey, changed, interviews, take, whole_survey

from accountability import MET, MISSED, UNDECIDED
from estimation import Item
from presentation.numbers import change_text, value_text
from presentation.terminal import league_table
from presentation.tiles import tiles
from programme.survey import read_programme
from service.figures import waves
from service.figures.detection import detection
from service.figures.league import read_league
from service.figures.screen import read_screen
from words import Fault, speaker

RATING = """
[items.visits]
text = { zh = "去年去过几次？", en = "How often did you go last year?" }
range = [0, 365]
whole = true
not_answered = ["refused"]

[items.walk]
text = { zh = "走到码头要几分钟？", en = "How many minutes do you walk to the pier?" }
range = [0, 120]
not_answered = [""]
not_asked = ["-1"]

[measures.visits]
kind = "mean"
items = "visits"
best = "largest"
name = { zh = "去的次数", en = "Visits" }

[measures.walk]
kind = "mean"
items = "walk"
unit = { zh = "分钟", en = "minutes" }
best = "smallest"
name = { zh = "步行时间", en = "Walk" }

[measures.both]
kind = "index"
best = "largest"
name = { zh = "指数", en = "Index" }
parts.visits = { weight = 0.5, bounds = [0, 365] }
parts.walk = { weight = 0.25, bounds = [0, 120] }
parts.disturbed = { weight = 0.25, bounds = [0, 1] }

[rules.near]
measure = "walk"
kind = "at_least"
threshold = 20.5
name = { zh = "不少于20.5分钟", en = "20.5 minutes or more" }

[rules.within]
measure = "walk"
kind = "at_most"
threshold = 20.5
name = { zh = "不超过20.5分钟", en = "20.5 minutes or fewer" }

[rules.far]
measure = "visits"
kind = "not_last"
threshold = 1
name = { zh = "不是最后一名", en = "Not the last" }
"""
PROGRAMME = changed(("[measures.disturbed]", "[measures.disturbed]")) + RATING.encode()


def answers(seed: int = 5):
    """The made-up interviews with numbers, a few without an answer, and one town where all walk 12.5 minutes."""
    table, rng = interviews(seed), np.random.default_rng(seed)
    visits = rng.geometric(0.1, len(table)).clip(0, 365).astype(str).astype(object)
    walk = np.char.mod("%.1f", rng.lognormal(3, 0.5, len(table)).clip(0, 120)).astype(object)
    visits[::9], walk[::7], walk[::13] = "refused", "", "-1"
    walk[(table.town == "birch").to_numpy()] = "12.5"
    return table.assign(visits=visits, walk=walk)


@pytest.fixture(scope="module")
def surveyed(fresh_store):
    """Both waves, estimated and compared once for all: seven seconds, for five measures in two leagues."""
    store = fresh_store("sqlite")
    whole_survey(store, answers(1), answers(2), PROGRAMME)
    yield store
    store.engine.dispose()


def test_numbers_are_estimated_ranked_compared_and_judged_like_any_measure(surveyed):
    for measure in ("visits", "walk", "both"):
        for shore, towns in (("north", {"ash", "birch", "cedar"}), ("south", {"dill", "elder"})):
            league = read_league(surveyed, NAME, measure=measure, league=shore)
            assert set(league.table.index) == towns and league.against == MAY
            assert (league.table.lower <= league.table.estimate).all() and league.table.verdict.notna().all()
    walk = read_league(surveyed, NAME, measure="walk", league="north")
    assert walk.table.estimate["birch"] == pytest.approx(12.5, rel=1e-12) and walk.table["rank"]["birch"] == 1
    assert walk.table.lower["birch"] < 12.5 < walk.table.upper["birch"]  # all alike is no certainty
    near, within = (walk.rules[walk.rules.rule == name].set_index("area") for name in ("near", "within"))
    assert not near.printed["birch"] and within.printed["birch"] and set(walk.rules.rule) == {"near", "within"}
    mirrored = {MET: MISSED, MISSED: MET, UNDECIDED: UNDECIDED}
    assert list(within.outcome) == [mirrored[outcome] for outcome in near.outcome]
    told = detection(walk)
    assert told.moves == pytest.approx([told.moves[1] * k for k in (0.5, 1, 2.5)])  # in standard deviations


@pytest.mark.parametrize(
    ("language", "heading"), [("zh", "不超过20.5分钟的目标"), ("en", "Target of at most 20.5 minutes")]
)
def test_a_target_not_to_be_exceeded_has_a_tile_of_its_own(surveyed, language, heading):
    screen = read_screen(surveyed, NAME, measure="walk", league="north")
    assert heading in [tile.heading for tile in tiles(screen, speaker(language))]
    assert [target.upwards for target in screen.targets] == [True, False]


def test_a_mean_is_printed_with_what_it_is_counted_in(surveyed):
    measure = read_league(surveyed, NAME, measure="walk", league="north").measure
    assert value_text(measure, 31.54, speaker("en")) == "31.5 minutes"
    assert value_text(measure, 31.54, speaker("zh")) == "31.5分钟"
    assert change_text(measure, -2.5, speaker("en")) == "−2.5 minutes"
    visits = read_league(surveyed, NAME, measure="visits", league="north").measure
    assert (value_text(visits, 3.25, speaker("en")), value_text(visits, 3.25, speaker("zh"))) == ("3.2", "3.2分")


def test_the_terminal_heads_a_mean_as_a_mean_in_its_unit_and_an_index_as_a_score(surveyed):
    headings = {"walk": ("Mean, minutes", "均值（分钟）"), "visits": ("Mean", "均值"), "both": ("Score", "得分")}
    for measure, by_language in headings.items():
        league = read_league(surveyed, NAME, measure=measure, league="north")
        for language, heading in zip(("en", "zh"), by_language, strict=True):
            columns = [str(column.header) for column in league_table(league, speaker(language)).columns]
            assert columns[3] == heading


def test_a_run_with_numbers_is_computed_again_the_same(surveyed):
    assert waves.rerun(surveyed, waves.estimate_wave(surveyed, NAME, JUNE).run_id) == []


def test_cells_outside_the_range_or_no_numbers_are_faults_with_their_rows_and_nothing_is_taken_in(sqlite_store):
    begin_survey(sqlite_store, PROGRAMME)
    table = answers()
    for row, cell in enumerate(("366", "-1", "2.5", "seven", "1_0", "7,5", "nan", "1e999", "٣")):
        table.loc[row, "visits"] = cell
    table.loc[3, "walk"] = "120.01"
    with pytest.raises(Fault) as caught:
        take(sqlite_store, content=as_csv(table))
    problems = str(caught.value)
    assert "“366” is not a whole number from 0 to 365" in problems and "9 rows have this fault" in problems
    assert "row 5, column walk: “120.01” is not a number from 0 to 120" in problems and "refused" in problems
    assert 'no answer ("", -1)' in problems  # an empty cell is a code, and is seen
    assert "“366”既不是0～365之间的整数" in caught.value.sentences["zh"]


@pytest.mark.parametrize("town", ["ash"])
def test_eight_interviews_an_area_are_estimated_and_one_alone_is_refused_with_the_reason(sqlite_store, town):
    begin_survey(sqlite_store, PROGRAMME.replace(b'stratum = ["town", "side"]', b'stratum = ["town"]'))
    table = answers().groupby("town").head(8)
    take(sqlite_store, content=as_csv(table))
    waves.estimate_wave(sqlite_store, NAME, MAY)
    assert (read_league(sqlite_store, NAME, measure="walk", league="north").table.n <= 8).all()
    one = table[(table.town != town) | ~table.town.duplicated()]
    with pytest.raises(Fault) as caught:
        take(sqlite_store, content=as_csv(one))
    assert caught.value.key == "design.lonely" and town in str(caught.value)


def test_a_number_is_read_as_it_was_written():
    item = Item("q", {}, frozenset({"99"}), frozenset(), range=(0.0, 10.0))
    assert [item.number(c) for c in ("7", "7.50", "+7", ".5", "7.", "1e1", "07", "10.0")] == [
        7,
        7.5,
        7,
        0.5,
        7,
        10,
        7,
        10,
    ]
    assert all(np.isnan(item.number(c)) for c in ("", "99", "10.01", "7 ", "inf", "0x7", "-0.1", "7;8"))
    assert item.allows("99") and not item.allows("98")


def test_a_rating_of_0_or_1_is_known_to_be_a_share():
    two = RATING.replace("range = [0, 365]", "range = [0, 1]").replace("bounds = [0, 365]", "bounds = [0, 1]")
    programme = read_programme(changed(("[measures.disturbed]", "[measures.disturbed]")) + two.encode(), "p.toml")
    assert programme.measures["visits"].yes_or_no and not programme.measures["walk"].yes_or_no
