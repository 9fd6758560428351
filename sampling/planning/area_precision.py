"""The margins of areas and of all together, from the interviews in their strata."""

from typing import Any

import numpy as np
import pandas as pd

from sampling.planning.size import expected_precision


def area_precision(strata: pd.DataFrame, *, eligibility: float = 1.0, **options: Any) -> pd.DataFrame:
    """Area, population, sample, margin, weight and, with `cost`, cost; the last row is all areas (area None).

    strata       area, population N_h (units of the frame), sample (interviews), and perhaps represents M_h: the units
                 that those of the frame stand for, where the frame is a sample itself (a master sample of numbers)
    eligibility  the part of all units that can be asked;  a column cost of `strata` is that of one interview there
    options      p, sd, level, deff and cost, as in `expected_precision`
    An area's margin is that of Σ (M_h/M) ȳ_h over its strata: e² = Σ (M_h/M)² e_h², e_h the margin of one stratum with
    the finite population correction 1 - n_h/(M_h eligibility).  Strata sampled at different rates, three mobile
    numbers for one landline of equal parts, so widen it.  Cochran (1977) 5.9; for two phases Särndal, Swensson &
    Wretman (1992) 9.3: a simple random sample of one is a simple random sample of all that it stands for.
    """
    of_all = strata.get("represents", strata.population).to_numpy(dtype=float)
    n = strata["sample"].to_numpy(dtype=float)
    eligible = np.maximum(eligibility * of_all, n)  # a stratum of one person has no room for a part of him
    names = {"stratum": np.arange(len(strata)), "population": eligible, "sample": n}
    names |= {"cost": strata.cost.to_numpy(dtype=float)} if "cost" in strata else {}
    rows = expected_precision(pd.DataFrame(names), **options).iloc[:-1]
    by = pd.DataFrame({"area": strata.area.to_numpy(), "population": strata.population.to_numpy(), "of_all": of_all})
    by = by.assign(sample=n, square=(of_all * rows.margin.to_numpy(dtype=float)) ** 2)
    if "cost" in rows:
        by["cost"] = rows.cost.to_numpy(dtype=float)
    sums = by.groupby("area", sort=False).agg(lambda column: column.sum(skipna=False)).reset_index()
    every = pd.DataFrame([{"area": None, **by.drop(columns="area").sum(skipna=False)}])
    table = pd.concat([sums, every], ignore_index=True)
    table["margin"], table["weight"] = np.sqrt(table.square) / table.of_all, table.of_all / table["sample"]
    table = table.astype({"population": int, "sample": int})
    return table[["area", "population", "sample", "margin", "weight", *(["cost"] if "cost" in table else [])]]


def spread_within(strata: pd.DataFrame) -> pd.Series:
    """d of each area, by which the rates of its strata widen its variance: d = n Σ (M_h/M)²/n_h; 1 if all are equal."""
    of_all = strata.get("represents", strata.population).astype(float)
    by, area = strata.assign(of_all=of_all), strata.area
    part = by.of_all / by.groupby("area").of_all.transform("sum")
    widened = (part**2 / by["sample"]).groupby(area, sort=False).sum()
    return widened * by.groupby("area", sort=False)["sample"].sum()
