"""A simulated telephone survey of Laibin: numbers, outcomes and answers are made up; counties and census are real.

`python tests/estimation/telephone_survey.py` writes the files of tests/surveys/laibin_simulated.  Nobody was asked;
every file says so.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from estimation import census_margins, cut_ages
from sampling import city_frame

ROOT = Path(__file__).parents[2]
FOLDER, CITY = ROOT / "tests" / "surveys" / "laibin_simulated", "4513"
GROUPS = ("18-29", "30-39", "40-49", "50-59", "60-70")
MARGINS = ("sex*age_group", "county*urban", "county", "urban")
RELEASED = {"mobile": 2_300, "landline": 500}  # numbers called in a wave
WAVES = ("2026Q1", "2026Q2")
SEED, PEOPLE, LISTED = 4513, 60_000, 3_000
LIST = "list/simulated_list.csv"  # in a folder of its own: `rankshift load` takes the CSVs beside a programme for waves

INELIGIBLE = {"mobile": 0.22, "landline": 0.45}  # chances that a number reaches nobody of the survey's
WHY_NOT = {"not_in_service": 0.5, "business": 0.2, "elsewhere": 0.2, "age": 0.1}
NOT_REACHED = {"no_answer": 0.55, "busy": 0.1, "hung_up": 0.35}
RESPONSE = {"18-29": 0.30, "30-39": 0.42, "40-49": 0.55, "50-59": 0.68, "60-70": 0.75}  # of those whose age was asked
SAFE = {"18-29": 0.72, "30-39": 0.80, "40-49": 0.87, "50-59": 0.91, "60-70": 0.94}  # feel safe or rather safe
COUNTY = {"451302": -0.04, "451321": 0.03, "451322": 0.02, "451323": 0.0, "451324": 0.04, "451381": -0.06}
MOVED = {"451381": 0.09}  # what the second quarter adds


def files() -> dict[str, pd.DataFrame]:
    """Name of file -> its table."""
    census = pd.read_csv(ROOT / "data" / "guangxi" / "population.csv", dtype={"code2023": str})
    divisions = pd.read_csv(ROOT / "data" / "guangxi" / "divisions.csv", dtype=str)
    rng = np.random.default_rng(SEED)
    people = population(census, divisions, rng)
    tables = {"margins.csv": margins(census)}
    for wave in WAVES:
        tables[f"laibin_simulated_{wave}.csv"] = quarter(people, wave, rng)
    return tables | {LIST: listed(people)}


def margins(census: pd.DataFrame) -> pd.DataFrame:
    """The known totals of Laibin's people aged 18–70, from the census of 2020."""
    table = census_margins(census, CITY, GROUPS, MARGINS).table
    return table.assign(total=table.total.round(3), period="2020")


def population(census: pd.DataFrame, divisions: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Made-up people whose county, sex, age and place are distributed as the census has them."""
    people = _drawn(census_margins(census, CITY, GROUPS, ["county*sex*age_group"]).table, rng)
    low = people.age_group.str[:2].astype(int).to_numpy()
    years = people.age_group.str[-2:].astype(int).to_numpy() - low + 1
    urban = census.set_index("code2023").pipe(lambda t: t.pop_urban / t.pop_total)[people.county].to_numpy()
    n, frame = len(people), city_frame(divisions, CITY).townships
    townships = frame.groupby("county").township.agg(list)
    old = people.age_group.isin(["50-59", "60-70"]).to_numpy()
    landlines = (rng.random(n) < np.where(old, 0.22, 0.08)).astype(int)
    mobiles = np.where((landlines == 1) & (rng.random(n) < np.where(old, 0.25, 0.02)), 0, 1 + rng.binomial(2, 0.13, n))
    return people.assign(
        age=low + rng.integers(0, years),
        urban=np.where(rng.random(n) < urban, "urban", "rural"),
        township=[townships[c][int(u * len(townships[c]))] for c, u in zip(people.county, rng.random(n), strict=True)],
        landlines=landlines,
        mobiles=mobiles,
        adults=1 + rng.binomial(4, 0.35, n),
    )


def listed(people: pd.DataFrame) -> pd.DataFrame:
    """Some of the made-up people as a list to draw from: no telephone numbers, so that a demonstration may hold it."""
    some = people.iloc[:LISTED]
    ids = [f"sim-{k:05d}" for k in range(1, len(some) + 1)]
    return pd.DataFrame({"unit_id": ids, "area": some.county, "urban": some.urban, "source": "simulated"})


def chance_safe(people: pd.DataFrame, wave: str) -> np.ndarray:
    """Each person's probability to answer "safe" or "rather safe": older people and small counties feel safer."""
    moved = people.county.map(MOVED).fillna(0.0).to_numpy() * (wave != WAVES[0])
    return np.clip(people.age_group.map(SAFE) + people.county.map(COUNTY) + moved, 0.02, 0.98).to_numpy(dtype=float)


def quarter(people: pd.DataFrame, wave: str, rng: np.random.Generator) -> pd.DataFrame:
    """One row per released number; its person is drawn in proportion to mobiles, or to landlines over adults."""
    parts = []
    for frame, n in RELEASED.items():
        ways = people.mobiles if frame == "mobile" else people.landlines / people.adults
        behind = people.iloc[rng.choice(len(people), n, p=(ways / ways.sum()).to_numpy())]
        parts.append(_called(behind.reset_index(drop=True), frame, wave, rng))
    table = pd.concat(parts, ignore_index=True)
    table.insert(0, "number", [f"sim{wave[2:]}-{k:04d}" for k in range(1, len(table) + 1)])
    return table


def _called(behind: pd.DataFrame, frame: str, wave: str, rng: np.random.Generator) -> pd.DataFrame:
    n = len(behind)
    nobody = rng.random(n) < INELIGIBLE[frame]
    reached = rng.random(n) < np.where(nobody, 0.6, 0.62)
    answered = rng.random(n) < behind.age_group.map(RESPONSE).to_numpy(dtype=float)
    outcome = np.where(answered, "complete", rng.choice(["refused", "broken_off"], n, p=[0.85, 0.15]))
    outcome = np.where(nobody, rng.choice(list(WHY_NOT), n, p=list(WHY_NOT.values())), outcome)
    outcome = np.where(reached, outcome, rng.choice(list(NOT_REACHED), n, p=list(NOT_REACHED.values())))
    safe = rng.random(n) < chance_safe(behind, wave)
    item = np.where(safe, rng.choice(["1", "2"], n, p=[0.45, 0.55]), rng.choice(["3", "4"], n, p=[0.75, 0.25]))
    item = np.where(rng.random(n) < 0.02, "9", item)
    screened, complete = np.isin(outcome, ["complete", "refused", "broken_off"]), outcome == "complete"
    table = pd.DataFrame({"frame": frame, "outcome": outcome})
    for column in ("county", "age", "sex"):
        table[column] = behind[column].astype(str).where(screened, "")
    for column in ("township", "urban", "mobiles", "landlines", "adults"):
        table[column] = behind[column].astype(str).where(complete, "")
    return table.assign(safe=np.where(complete, item, ""))


def _drawn(totals: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    cells = totals.category.str.split("*", expand=True).set_axis(["county", "sex", "age_group"], axis=1)
    return cells.iloc[rng.choice(len(cells), PEOPLE, p=(totals.total / totals.total.sum()).to_numpy())].reset_index(
        drop=True
    )


if __name__ == "__main__":
    assert set(cut_ages([18, 70], GROUPS)) == {"18-29", "60-70"}
    for name, table in files().items():
        table.to_csv(FOLDER / name, index=False, lineterminator="\n")
