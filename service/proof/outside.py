"""A wave's figures for somebody with R or Python: microdata without persons, and scripts that compute them again."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy

from accountability.league.estimates import estimate_table
from accountability.league.wave_measure import WaveMeasure
from estimation.calibration.calibration import Calibration
from estimation.weighting.weighting import Weighting
from programme.declared import Programme
from service.figures.computing import groups_of_wave, measure_of_wave
from service.figures.loaded_waves import Wave, load_waves
from service.proof.proof_links import Estimated, estimated
from service.samples.proof_files import READ_ME
from service.store import audit
from service.store.engine import Store
from service.store.permissions import permitted
from words import LANGUAGES, text

EXPORT = "export-microdata"  # the action in the audit trail
LIMIT = 1e-8
IN_R = {"error": "fail", "remove": "remove", "certainty": "certainty", "adjust": "adjust", "average": "remove"}
WAVE_SCRIPT = "wave_in_r.R"
SCRIPTS = {name: name for name in (WAVE_SCRIPT, "check_in_r.R")} | {"check_in_python.py": "check_in_python.txt"}


@permitted
def outside_files(store: Store, programme: str, wave: str) -> dict[str, bytes]:
    """File name -> content of what computes a wave's figures again in R and in Python; it is recorded.

    The figures are those of the wave's newest estimate: shares, scores and means whose values are one number for each
    respondent. Respondents have no id, and their rows another order than the file they came in.
    """
    of = estimated(store, programme, wave)
    loaded = load_waves(store, of.programme, of.inputs)
    files = files_for_outside(of, loaded[0], linear_measures(of, loaded))
    with store.begin() as connection:
        details = {"programme": programme, "wave": wave, "run": of.run["run_id"]}
        audit.append(connection, store.actor, EXPORT, details)
    return files


def linear_measures(of: Estimated, loaded: list[Wave]) -> dict[str, WaveMeasure]:
    """The measures whose values are one number for each respondent, and those by type of person, by their names."""
    linear = {name: measure for name, measure in of.programme.measures.items() if measure.linear}
    measures = {name: measure_of_wave(of.programme, loaded, of.run["arguments"], name) for name in linear}
    (wave,) = loaded
    for name in linear:
        measures |= groups_of_wave(of.programme, wave, measures[name])
    return measures


def files_for_outside(of: Estimated, wave: Wave, measures: Mapping[str, WaveMeasure]) -> dict[str, bytes]:
    """File name -> content: the files of the wave, and the scripts."""
    files = wave_files(of.programme, wave, measures, unit_numbers([wave]), interviewer_numbers(of.programme, [wave]))
    files |= scripts(SCRIPTS)
    read_me = [text("outside.read_me", language, wave=of.wave) for language in LANGUAGES]
    files[READ_ME] = "\n\n".join(read_me).encode()
    return files


def wave_files(
    programme: Programme,
    wave: Wave,
    measures: Mapping[str, WaveMeasure],
    numbers: Mapping[str, int],
    interviewers: Mapping[str, int],
) -> dict[str, bytes]:
    """File name -> content: the microdata, the known totals, the figures and the settings.

    numbers: `unit_numbers`;  interviewers: `interviewer_numbers`
    """
    calibration, reproduced = _calibration(wave.weighting)
    people, totals = _people(programme, wave, calibration, measures, numbers, interviewers)
    variables = variable_names(measures)
    tables_of_figures = [_figures(data, variables[name], programme.level) for name, data in measures.items()]
    figures = pd.concat(tables_of_figures, ignore_index=True)
    settings = _settings(programme, calibration, reproduced)
    tables = {"microdata.csv": people, "figures.csv": figures, "settings.csv": settings, "totals.csv": totals}
    return {name: table_bytes(table) for name, table in tables.items()}


def variable_names(measures: Mapping[str, object]) -> dict[str, str]:
    """measure -> the column of its values in the microdata."""
    return {name: f"y{k}" for k, name in enumerate(measures, 1)}


def unit_numbers(waves: Sequence[Wave]) -> dict[str, int]:
    """Stratum and sampling unit -> its number, the same in every wave in which both labels are the same."""
    labels = sorted(set().union(*(_unit_labels(wave) for wave in waves)))
    return {label: number for number, label in enumerate(labels, 1)}


def interviewer_numbers(programme: Programme, waves: Sequence[Wave]) -> dict[str, int]:
    """Interviewer -> number, the same in every wave; {} where interviewers are not counted in any of them.

    Numbers follow the order in which interviewers first appear among the interviews sorted by stratum, sampling unit
    and weight, so that they do not follow names or codes.
    """
    parts = []
    for wave in waves:
        who = wave.interviewers(programme)
        if who is not None:
            labels = _unit_labels(wave).to_numpy()
            parts.append(pd.DataFrame({"unit": labels, "weight": wave.design(programme.lonely).weight, "who": who}))
    if not parts:
        return {}
    people = pd.concat([part.sort_values(["unit", "weight"], kind="stable") for part in parts])
    return {str(name): number for number, name in enumerate(pd.unique(people.who), 1)}


def _unit_labels(wave: Wave) -> pd.Series:
    return wave.respondents.psu.astype(str) + "\0" + wave.respondents.stratum.astype(str)


def scripts(files: Mapping[str, str]) -> dict[str, bytes]:
    """File name -> content of scripts; files: the name that a script gets -> its name here."""
    here = Path(__file__).parent
    return {name: (here / script).read_bytes() for name, script in files.items()}


def table_bytes(table: pd.DataFrame) -> bytes:
    """A table as the scripts read it: CSV with every digit of its numbers."""
    return table.to_csv(index=False, lineterminator="\n").encode()


def _calibration(weighting: Weighting | None) -> tuple[Calibration | None, bool]:
    """The calibration that gives the final weights; False if weights were trimmed after it, which R does otherwise."""
    if weighting is None or weighting.calibration is None:
        return None, True
    trimmed = weighting.trimming is not None and weighting.trimming.trimmed.any()
    return (None, False) if trimmed else (weighting.calibration, True)


def _people(
    programme: Programme,
    wave: Wave,
    calibration: Calibration | None,
    measures: Mapping[str, WaveMeasure],
    numbers: Mapping[str, int],
    interviewers: Mapping[str, int],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A row for each respondent without any id, in an order of its own, and the known totals of the auxiliaries."""
    respondents, design = wave.respondents, wave.design(programme.lonely)
    columns: dict[str, Any] = {
        "area": respondents.area.astype(str).to_numpy(),
        "stratum": respondents.stratum.astype(str).to_numpy(),
        "psu": _unit_labels(wave).map(numbers).to_numpy(),
        "base_weight": design.weight if calibration is None else calibration.base,
        "weight": design.weight,
    }
    who = wave.interviewers(programme)
    if who is not None:
        columns["interviewer"] = pd.Series(who).astype(str).map(interviewers).to_numpy()
    totals = pd.DataFrame({"variable": [], "counts": [], "total": []})
    if calibration is not None:
        x, kept = calibration.auxiliary, calibration.independent
        dense = x.toarray() if scipy.sparse.issparse(x) else np.asarray(x)
        rows = dense if calibration.cell is None else dense[calibration.cell]
        names = [f"x{k}" for k in range(1, len(kept) + 1)]
        columns |= dict(zip(names, rows[:, kept].T, strict=True))
        counts = [str(calibration.names[k]) for k in np.arange(len(calibration.names))[kept]]
        totals = pd.DataFrame({"variable": names, "counts": counts, "total": calibration.totals[kept]})
    columns |= {f"y{k}": data.values for k, data in enumerate(measures.values(), 1)}
    people = pd.DataFrame(columns)
    return people.sort_values(list(people.columns), ignore_index=True), totals


def _figures(data: WaveMeasure, variable: str, level: float) -> pd.DataFrame:
    """The figures of the areas and of everybody, with the parts of their printed standard errors.

    variable, measure, area, n, estimate
    se              of the sampling design
    remaining       1 - f: the part of the design's variance that is left because some of the people were interviewed
    se_interviewer  the interviewers' part; empty where it is not counted
    se_printed      √(remaining se² + se_interviewer²)
    lower, upper, method  the printed interval, which has this standard error or the same parts in its design effect
    """
    estimates = [estimate for estimate in (data.areas, data.everybody) if estimate is not None]
    names = [name for estimate in estimates for name in estimate.names]
    printed = estimate_table(data, level=level).set_index("domain").loc[names]
    columns = {
        "area": names,
        "n": data.sizes.n.loc[names].to_numpy(),
        "estimate": np.concatenate([estimate.value for estimate in estimates]),
        "se": np.concatenate([estimate.se for estimate in estimates]),
        "remaining": printed.fpc.fillna(1.0).to_numpy(),
        "se_interviewer": printed.se_interviewer.to_numpy(),
        "se_printed": printed.se.to_numpy(),
        "lower": printed.lower.to_numpy(),
        "upper": printed.upper.to_numpy(),
        "method": printed.method.to_numpy(),
    }
    return pd.DataFrame(columns).assign(variable=variable, measure=data.measure.name)


def _settings(programme: Programme, calibration: Calibration | None, reproduced: bool) -> pd.DataFrame:
    """How the weights were made, as names and values that both scripts read."""
    calibrating = None if programme.weighting is None else programme.weighting.calibrating
    low, high = "-Inf", "Inf"
    if calibration is not None and calibrating is not None and calibrating.bounds:
        low, high = map(str, calibrating.bounds)
    values = {
        "calibrated": "no" if calibration is None else "yes",
        "distance": calibrating.distance if calibration is not None and calibrating is not None else "none",
        "low": low,
        "high": high,
        "lonely": IN_R[programme.lonely],
        "lonely_here": programme.lonely,
        "se": "yes" if reproduced else "no",
        "limit": str(LIMIT),
    }
    return pd.DataFrame({"name": list(values), "value": list(values.values())})
