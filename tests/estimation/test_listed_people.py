"""Leagues of the study whose figures are of the people on a list: who changes, what is true, what is covered."""

import numpy as np

from study.claims.cells import CELLS, FULL, OF_PEOPLE, Cell, kind
from study.claims.checks import covered
from study.claims.populations import PopulationLeagues

FEW = Cell(areas=14, interviews=(40,), share=0.75, listed=60, steady=0.6)


def stream(number: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=[18, number]))


def test_as_many_people_turn_to_yes_as_turn_to_no_and_their_number_is_what_is_true():
    leagues = PopulationLeagues(FEW)
    before = np.arange(60) < leagues.satisfied[0][:, None]
    after = leagues.changed(before, leagues.satisfied[1], stream(1))
    np.testing.assert_array_equal(after.sum(axis=1), np.full(14, 45))
    np.testing.assert_array_equal((before & ~after).sum(axis=1), np.full(14, 6))  # of the 15 who say no, 40 % turn
    assert len({tuple(row) for row in before ^ after}) == 14


def test_true_movers_move_by_whole_people():
    leagues = PopulationLeagues(FEW._replace(movers=True, steady=0.9))
    first, second = leagues.satisfied
    assert set(second - first) == {-5, 0, 5}
    np.testing.assert_array_equal(leagues.truth.after, second / 60)
    answers = np.arange(60) < first[:, None]
    np.testing.assert_array_equal(leagues.changed(answers, second, stream(2)).sum(axis=1), second)


def test_a_panel_asks_the_same_people_and_fresh_samples_do_not():
    for overlap, same in ((FULL, 1.0), ("none", 40 / 60)):
        waves = PopulationLeagues(FEW._replace(overlap=overlap)).measured(stream(3))
        one, two = (set(np.asarray(w.design.psu_names)[w.design.psu]) for w in waves.values())
        assert abs(len(one & two) / len(one) - same) < 0.05


def test_intervals_are_of_the_people_there_are():
    leagues = PopulationLeagues(FEW)
    process = PopulationLeagues(FEW._replace(listed=60_000))
    drawn = [covered(league, leagues.truth) for league in leagues.drawn(stream(4), 12)]
    of_people, of_process = np.mean(drawn, axis=0), np.array(covered(next(process.drawn(stream(5), 1)), process.truth))
    assert abs(of_people[2] - 0.95) < 0.04 and of_people[0] > 0.92
    assert of_people[3] < 0.7 * of_process[3] and of_people[1] < of_process[1]


def test_the_study_has_few_people_panels_windows_and_movers_among_its_cells():
    cells = [cell for cell in CELLS if kind(cell) == OF_PEOPLE]
    assert len(cells) == 7 and all(max(cell.interviews) < cell.listed for cell in cells)
    assert (
        any(c.overlap == FULL for c in cells) and any(c.windows[0] > 1 for c in cells) and any(c.movers for c in cells)
    )
