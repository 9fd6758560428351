"""What Rankshift says of a simulated year, imported into a store as anybody's files are, beside the known truth."""

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import pandas as pd

from accountability import MET, MISSED
from estimation.changes.verdicts import PROVEN
from service.figures.league import read_league
from service.figures.waves import compare_waves, estimate_wave
from service.figures.windows import JOINED, comparison_name
from service.intake.imports import import_programme, import_wave
from service.store.engine import Store
from service.store.permissions import STATISTICIAN, Actor
from study.laibin_year import NAME, Year, programme

WITHIN, ACROSS, YEARS = "within", "across", "years"  # kinds of comparison
LEVELS = ("score", "standing", "rank", "probability")
LIKELY = 0.95  # a probability that counts as a confirmation
STUDY, LAST_FIVE = Actor("study", STATISTICIAN), "last_five"


class Results(NamedTuple):
    """changes: one row per comparison and township, with what each level confirms (-1, 0, 1) and what is true

    lasts: one row per quarter and township: printed and truly among the last five, and the verdict on it
    """

    changes: pd.DataFrame
    lasts: pd.DataFrame


def results(year: Year, folder: Path | None = None) -> Results:
    """Load, estimate and compare the year in a store of its own: quarter on quarter, and its halves."""
    with TemporaryDirectory(dir=folder) as place:
        store = loaded(year, Path(place) / "simulated.db")
        changes = pd.concat([_change(store, year, *comparison) for comparison in comparisons(year)], ignore_index=True)
        lasts = pd.concat([_last(store, year, wave) for wave in year.waves], ignore_index=True)
        store.engine.dispose()
    return Results(changes, lasts)


def loaded(year: Year, file: Path) -> Store:
    """A new store with the year's programme, waves and estimates."""
    store = Store.create(f"sqlite:///{file}").acting(STUDY)
    import_programme(store, programme(year.townships).encode(), "programme.toml")
    for wave, table in year.waves.items():
        content = table.to_csv(index=False).encode()
        import_wave(store, NAME, wave, content, f"{NAME}_{wave}.csv")
        estimate_wave(store, NAME, wave)
    return store


def comparisons(year: Year) -> list[tuple[str, str, str]]:
    """kind, before, after: neighbouring quarters in which nothing changed, those across the moves, the two halves."""
    first, second = year.plan.halves
    neighbours = [(ACROSS if b == second[0] else WITHIN, a, b) for a, b in pairwise(year.plan.waves)]
    return neighbours + [(YEARS, JOINED.join(first), JOINED.join(second))] * (len(first) > 1)


def _change(store: Store, year: Year, kind: str, before: str, after: str) -> pd.DataFrame:
    compare_waves(store, NAME, before, after, sharing=1)  # each comparison is a page of its own here
    wave = after.split(JOINED)[-1]
    table = read_league(store, NAME, wave=wave, against=comparison_name(before, after)).table
    truth = [year.truth[year.truth.wave == w.split(JOINED)[0]].set_index("township") for w in (before, after)]
    one, two = (t.reindex(table.index) for t in truth)
    moved = (two.rate - one.rate).to_numpy()
    true = {"score": moved, "standing": moved - moved.mean(), "rank": (one["rank"] - two["rank"]).to_numpy()}
    true["probability"] = true["rank"]
    rows = pd.DataFrame({"kind": kind, "before": before, "after": after, "township": table.index, "moved": moved})
    rows = rows.assign(rate_before=one.rate.to_numpy(), rate_after=two.rate.to_numpy())
    rows = rows.assign(true_before=one["rank"].to_numpy(), true_after=two["rank"].to_numpy())
    columns = ["n", "change", "places", "places_lower", "places_upper", "p_holm", "p_standing", "verdict", "fits"]
    columns += ["p_rank_worse", "p_rank_better"]
    rows[columns] = table[columns].to_numpy()
    for level, called in _called(table).items():
        rows[f"{level}_called"] = called
        # rounding apart, a rate that did not move did not change
        rows[f"{level}_false"] = (called != 0) & (called != np.sign(np.round(true[level], 9)))
    return rows


def _called(table: pd.DataFrame) -> dict[str, np.ndarray]:
    """What each level says of every area: -1 worse, 0 nothing, 1 better."""
    likely = np.where(table.p_rank_worse >= LIKELY, -1, np.where(table.p_rank_better >= LIKELY, 1, 0))
    score = np.where(table.p_holm <= 1 - table.level, np.sign(table.change), 0)
    standing = np.where(table.p_standing <= table.alpha_standing, np.sign(table.relative), 0)
    rank = np.where(table.verdict == PROVEN, np.sign(table.places), 0)
    return dict(zip(LEVELS, (score, standing, rank, likely), strict=True))


def _last(store: Store, year: Year, wave: str) -> pd.DataFrame:
    league = read_league(store, NAME, wave=wave)
    rules = league.rules[league.rules.rule == LAST_FIVE].set_index("area")
    true = year.truth[year.truth.wave == wave].set_index("township")["rank"].reindex(rules.index)
    return pd.DataFrame(
        {
            "wave": wave,
            "township": rules.index,
            "printed": ~rules.printed.to_numpy(dtype=bool),
            "true": (true > len(true) - 5).to_numpy(),
            "shown_in": (rules.outcome == MISSED).to_numpy(),
            "shown_out": (rules.outcome == MET).to_numpy(),
        }
    )
