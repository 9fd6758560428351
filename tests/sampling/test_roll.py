"""A draw from a list that is looked up and not held: unit for unit the draw of the list in memory."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from sampling import DrawnWave, DrawPlan, record_rested, verify_chain
from sampling.draw.past import Succession
from sampling.draw.rested import draw_rested
from sampling.draw.roll import RollStrata, draw_rested_roll
from sampling.draw.seeded import draw_key
from sampling.proof.draw_plan import RESTED
from words import Fault

PORTIONS = (0.5, 0.5)


@dataclass(frozen=True, eq=False)
class Listed:
    """A roll of a table in memory."""

    table: pd.DataFrame
    digest: str

    @classmethod
    def of(cls, frame: pd.DataFrame) -> "Listed":
        table = frame.sort_values(["stratum", "unit_id"], ignore_index=True).assign(area="a")
        return cls(table.assign(position=table.groupby("stratum").cumcount()), f"digest of {len(frame)} rows")

    @property
    def population(self) -> pd.Series:
        return self.table.groupby("stratum").size()

    def find(self, unit_ids) -> pd.DataFrame:
        return self.table[self.table.unit_id.isin(list(unit_ids))].iloc[::-1]  # in no order of ours

    def at(self, places: pd.DataFrame) -> pd.DataFrame:
        return self.table.set_index(["stratum", "position"]).loc[list(places.itertuples(index=False))].reset_index()


def people(wave: int) -> pd.DataFrame:
    """Some 300 people in six strata, of whom one in ten lives elsewhere in every wave, and one in twenty is absent."""
    rng = np.random.default_rng(wave)
    home = np.where(rng.random(300) < 0.1, rng.integers(0, 6, 300), np.arange(300) % 6)
    frame = pd.DataFrame({"unit_id": [f"u{i:03}" for i in range(300)], "stratum": [f"s{h}" for h in home]})
    return frame[rng.random(300) < 0.95].assign(first_phase=1.0)


@pytest.mark.parametrize(
    ("rest", "keep", "panel"),
    [
        (0, 0.0, {}),
        (3, 0.0, {}),
        (2, 0.5, {}),
        (4, 0.25, {}),
        (3, 0.5, {"respondents": True}),
        (1, 0.0, {"rotation": (2, 1, 1)}),
        (2, 0.0, {"rotation": (1, 1, 1), "respondents": True}),
    ],
)
def test_every_wave_of_a_chain_is_the_one_drawn_in_memory_whoever_moves(rest, keep, panel):
    allocation, held, rolled = {f"s{h}": (0, 9, 14, 20, 9, 30)[h] for h in range(6)}, [], []
    for t in range(5):
        frame, roll = people(t), Listed.of(people(t))
        plan = DrawPlan(
            RESTED, tuple(allocation.items()), rest=rest, portions=PORTIONS, keep=keep if t else None, **panel
        )
        waves = []
        for list_or_roll, drawn in ((frame, held), (roll, rolled)):
            before = {"past": [w.past(2) for w in drawn], "continued": drawn[-1].continued(2) if drawn else None}
            sample, record = record_rested(list_or_roll, plan, seed="x" * 20, wave=f"w{t}", code="c", **before)
            answered = frozenset(sample.unit_id[::2]) if panel.get("respondents") else None
            drawn.append(DrawnWave(record, list_or_roll, sample, answered))
            waves.append(sample)
        in_memory, looked_up = waves
        shown = ["unit_id", "stratum", "rest", "place", "release", "probability", "base_weight", "first_phase"]
        shown += ["age"] if "rotation" in panel else []
        pd.testing.assert_frame_equal(looked_up[shown], in_memory[shown], check_dtype=False)
        assert held[-1].record.rates == rolled[-1].record.rates and held[-1].record.sample == rolled[-1].record.sample
    assert verify_chain(rolled).holds and (rest == 0 or (in_memory["rest"] <= rest).any())


def test_a_roll_with_another_digest_is_named_and_an_unknown_unit_has_no_stratum():
    plan = DrawPlan(RESTED, (("s1", 9),), rest=4, portions=PORTIONS)
    roll = Listed.of(people(0))
    sample, record = record_rested(roll, plan, seed="x" * 20, wave="w", code="c")
    found = verify_chain([DrawnWave(record, Listed(roll.table, "another"), sample)])
    assert [key for key, _ in found.differences] == ["proof.frame"]
    assert RollStrata(roll).reindex(["nobody", "u001"]).isna().tolist() == [True, False]


def test_what_a_list_refuses_a_roll_refuses_too():
    roll = Listed.of(people(0))
    for allocation, options, key in (
        ({"s1": 900}, {"rest": 4}, "sampling.larger_than_stratum"),
        ({"s9": 1}, {"rest": 4}, "sampling.unknown_strata"),
        ({"s1": 1}, {"rest": -1}, "sampling.rest"),
    ):
        for draw, frame in ((draw_rested_roll, roll), (draw_rested, roll.table)):
            with pytest.raises(Fault) as caught:
                draw(frame, allocation, Succession(**options), key=draw_key("x" * 20, "w", None))
            assert caught.value.key == key
