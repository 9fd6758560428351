"""The truth behind the demonstration, and a small list of its people: `python -m reference.laibin_quarters`.

It writes truth.csv, list/simulated_list.csv and list/simulated_totals.csv of data/laibin_quarters.  Nobody was asked:
rates and people are made up, the townships are real.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from fieldwork.simulated import made_up_people
from programme.survey import read_programme
from service.demonstration.story import known_totals, read_story

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "data" / "laibin_quarters"
FILE = FOLDER / "truth.csv"
LIST, TOTALS = FOLDER / "list" / "simulated_list.csv", FOLDER / "list" / "simulated_totals.csv"
TOWNSHIPS = ROOT / "data" / "guangxi" / "laibin_townships.csv"
WAVES = ("2024Q4", *(f"{year}Q{quarter}" for year in (2025, 2026) for quarter in (1, 2, 3, 4)))
MEAN, SPREAD, SEED = 0.8955, 0.03, 4513  # of the true rates at first
PEOPLE = (700, 1_100)  # on a township's list
LISTED, NUMBERS, PERIOD = 60, "1990100", 2024  # people of a township in the small list; the range of their numbers
WILLING = (0.8, 1.0)  # factor of a township's response
# true rank at first -> by how much its rate is another, from which wave, up to before which
MOVES = (
    (36, -0.30, "2025Q4", None),  # falls, and stays among the last
    (70, -0.24, "2024Q4", "2025Q4"),  # the last one from the beginning, mended
    (64, -0.20, "2024Q4", "2025Q4"),  # among the last from the beginning, mended
    (5, -0.40, "2026Q3", None),  # falls in the newest quarter
    (11, -0.22, "2025Q4", None),
    (23, -0.18, "2025Q4", None),
    (59, 0.06, "2025Q4", None),
    (47, 0.04, "2025Q4", None),
)
COACHED = 20  # true rank at first of the township that is coached


def truth() -> pd.DataFrame:
    """area, people, willing, coached, and a column of true rates for each wave: normal scores, in random order."""
    townships = pd.read_csv(TOWNSHIPS, dtype=str).township
    p, rng = len(townships), np.random.default_rng(SEED)
    score = stats.norm.ppf((p - np.arange(1, p + 1) + 0.5) / p)
    table = pd.DataFrame({"area": rng.permutation(townships.to_numpy()), "rank": np.arange(1, p + 1)})
    table["people"] = rng.integers(*PEOPLE, p)
    table["willing"] = rng.uniform(*WILLING, p).round(3)
    table["coached"] = np.where(table["rank"] == COACHED, 1.0, 0.0)
    for wave in WAVES:
        moved = {rank: by for rank, by, first, end in MOVES if first <= wave and (end is None or wave < end)}
        rate = MEAN + SPREAD * score / np.sqrt(np.mean(score**2)) + table["rank"].map(moved).fillna(0.0)
        table[wave] = rate.round(4)
    return table.drop(columns="rank").sort_values("area", ignore_index=True).assign(simulated="true")


def small_list() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The first people of each township's list with telephone numbers that nobody has, and the totals of this list."""
    programme = read_programme((FOLDER / "programme.toml").read_bytes(), "programme.toml")
    story = read_story(FOLDER, programme)
    listed = story.listed()
    listed = listed[listed.groupby("area").cumcount() < LISTED].reset_index(drop=True)
    people = made_up_people(listed, story.truth(story.present[0]), seed=story.seed)
    totals = known_totals(people[people.number == ""], str(PERIOD), programme.columns.area)
    listed.insert(2, "phone", [f"{NUMBERS}{k:04}" for k in range(len(listed))])
    return listed, totals.assign(simulated="true")


if __name__ == "__main__":
    LIST.parent.mkdir(exist_ok=True)
    truth().to_csv(FILE, index=False, lineterminator="\n")
    for file, table in zip((LIST, TOTALS), small_list(), strict=True):
        table.to_csv(file, index=False, lineterminator="\n")
