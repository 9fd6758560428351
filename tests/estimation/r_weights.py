"""R's calls that calibrate a design or make replicates of it, carried out with ours."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
from r_calls import call, split, table, terms, vector

from estimation import (
    LINEAR,
    RAKING,
    Replicates,
    balanced_weights,
    bounded,
    calibrate,
    given_weights,
    jackknife_weights,
    logit,
    poststratify,
    rake,
    standardize,
    trim,
)

# schools of the California API population by type and "school-wide target met", counted in R's apipop
APIPOP = {
    ("E", "No"): 472,
    ("E", "Yes"): 3949,
    ("H", "No"): 334,
    ("H", "Yes"): 421,
    ("M", "No"): 266,
    ("M", "Yes"): 752,
}
# the default control of R's rake() stops once no margin moves by 1, after so many sweeps of the two margins
R_SWEEPS = 7


def calibrated(design, data, prep: str):
    """The design after an R call d <- step(d, …) that calibrates it."""
    head, positional, named = call(prep.removeprefix("d <- "))
    base = design.weight
    if head == "postStratify":
        return design.calibrated(poststratify(base, data, positional[1].lstrip("~"), counts(positional[2])))
    if head == "rake":
        return design.calibrated(rake(base, data, margins(positional), residual="margin_means"))
    if head == "calibrate":
        return design.calibrated(calibration(base, data, positional, named))
    if head == "svystandardize":
        by, over = named["by"].lstrip("~"), named["over"].lstrip("~")
        population = pd.Series(numbers(named["population"]), index=sorted(data[by].unique()))
        return design.calibrated(standardize(base, data, by, over, population))
    if head == "trimWeights":
        raked = stopped_early(rake(base, data, margins(call(positional[0])[1]), residual="margin_means"), data)
        limits = {name: float(named[name]) for name in ("lower", "upper")}
        return design.reweighted(trim(raked.weight, once=named.get("strict") != "TRUE", **limits).weight, raked)
    raise AssertionError(head)


def stopped_early(raked, data):
    """The raking as R left it: not at the margins yet."""
    w = raked.base.copy()
    for _ in range(R_SWEEPS):
        for column in dict.fromkeys(name for name, _ in raked.names):
            known = raked.margins().known[[n for n in raked.names if n[0] == column]]
            known.index = [label for _, label in known.index]
            w *= (known / pd.Series(w).groupby(data[column]).sum())[data[column]].to_numpy()
    return replace(raked, g=w / raked.base)


def calibration(base, data, positional, named):
    kind = named["calfun"].strip("'")
    if positional[1].startswith("list"):
        formulas = [f.lstrip("~") for f in call(positional[1])[1]]
        if "*" in formulas[0]:
            return rake(base, data, {tuple(formulas[0].split("*")): pd.Series(APIPOP)})
        return rake(base, data, dict(zip(formulas, map(array, split(positional[2][5:-1], ",")), strict=True)))
    totals = {}
    for part in split(positional[2][2:-1], ","):
        name, value = re.fullmatch(r"`?([^`=]+)`?\s*=\s*(\S+)", part).groups()
        totals[name] = float(value)
    x = pd.DataFrame({"(Intercept)": np.ones(len(data))})
    for term in terms(positional[1]):
        levels = {term + level: (data[term] == level).astype(float) for level in "HM"} if term == "stype" else None
        x = x.assign(**(levels or {term: data[term]}))
    distance = {"linear": LINEAR, "raking": RAKING}.get(kind)
    if "bounds" in named:
        low, high = numbers(named["bounds"])
        distance = logit(low, high) if kind == "logit" else bounded(distance, low, high)
    return calibrate(base, x, totals, distance=distance)


def margins(positional) -> dict:
    formulas, frames = (call(p)[1] for p in positional[1:3])
    return {f.lstrip("~"): counts(frame) for f, frame in zip(formulas, frames, strict=True)}


def counts(frame: str) -> pd.Series:
    """data.frame(column=c(labels), Freq=c(counts)) as a Series."""
    _, _, named = call(frame)
    (labels,) = (value for name, value in named.items() if name != "Freq")
    labels = [f"A{j:02d}" for j in range(1, 13)] if labels.startswith("sprintf") else vector(labels)
    return pd.Series(numbers(named["Freq"]), index=labels)


def array(text: str) -> pd.Series:
    """{a <- array(c(counts), dim=, dimnames=list(column=c(labels))); …} as a Series."""
    values = re.search(r"array\((c\([^)]*\))", text)[1]
    labels = re.search(r"dimnames=list\(\w+=(c\([^)]*\))\)", text)[1]
    return pd.Series(numbers(values), index=vector(labels))


def numbers(text: str) -> list[float]:
    return [float(v) for v in vector(text)]


def replicates(design, data, case) -> Replicates:
    """The replicates of an R call as.svrepdesign; the bootstrap's as R drew them, from the file beside the case."""
    prep, result = case["prep"], case["result"]
    options = dict(re.findall(r"\b(type|mse|fay\.rho)='?([\w.]+)", prep))
    kind, mse = options["type"], options.get("mse") == "TRUE"
    if kind in ("bootstrap", "subbootstrap"):
        weights = table(f"repw_strat_{kind}")
        columns = {"scale": result["scale"], "rscales": result["rscales"], "mse": mse, "df": result["n_rep"] - 1}
        whole = data[[case["design"]["weights"]]].join(weights)
        return given_weights(whole, weight=case["design"]["weights"], replicates=list(weights), **columns)
    if kind in ("JK1", "JKn"):
        made = jackknife_weights(design, mse=mse)
    else:
        made = balanced_weights(design, fay=float(options.get("fay.rho", 0)), mse=mse)
    if "rake(" not in prep:
        return made
    known = margins(call(prep[prep.index("d <- rake(") + 5 : -1])[1])
    return made.reweighted(lambda w: rake(w, data, known).weight)
