"""The changes of a comparison for somebody with R or Python: microdata without persons, and scripts."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from accountability.league.changes import answered_in_all, interviewers_part
from accountability.league.joined import joined_waves
from accountability.league.wave_measure import WaveMeasure
from estimation import combine, window_change
from estimation.waves.influence import gram, influence_parts
from estimation.waves.waves import is_independent
from programme.declared import Programme
from service.figures.computing import measures_of_waves
from service.figures.league import newest_comparison
from service.figures.loaded_waves import Wave, load_waves
from service.figures.windows import window
from service.intake.imports import programme_of_run
from service.proof.outside import (
    EXPORT,
    WAVE_SCRIPT,
    interviewer_numbers,
    scripts,
    table_bytes,
    unit_numbers,
    variable_names,
    wave_files,
)
from service.samples.proof_files import READ_ME
from service.store import audit
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.runs import run_inputs
from words import LANGUAGES, Fault, text

SCRIPT, IN_PYTHON = "changes_in_r.R", "changes_in_python.py"


@permitted
def outside_changes(store: Store, programme: str, wave: str, against: str) -> dict[str, bytes]:
    """File name -> content of what computes the changes of a comparison again in R; it is recorded.

    against: as in `read_league`.  Sampling units are numbered alike in all waves, so that those asked twice are known
    again.
    """
    run = newest_comparison(store, programme, wave, against)
    assert run is not None  # `against` is named
    with store.read() as connection:
        inputs = run_inputs(connection, run["run_id"])
    compared = programme_of_run(store, run["run_id"])
    files = files_of_changes(compared, load_waves(store, compared, inputs), run["arguments"])
    with store.begin() as connection:
        details = {"programme": programme, "wave": wave, "against": against, "run": run["run_id"]}
        audit.append(connection, store.actor, EXPORT, details)
    return files


def files_of_changes(programme: Programme, loaded: list[Wave], arguments: Mapping) -> dict[str, bytes]:
    """File name -> content: a folder for each wave, the changes and correlations of all measures, and the scripts.

    arguments: those of the run; `before` and `after` are the windows compared
    """
    linear = {name: measure for name, measure in programme.measures.items() if measure.linear}
    measures = measures_of_waves(programme, loaded, arguments, linear)
    before, after = arguments["before"], arguments["after"]
    if not measures:
        raise Fault(key="outside.no_changes", before=before, after=after)
    coefficients = window_change(window(before), window(after))
    numbers, interviewers, files = unit_numbers(loaded), interviewer_numbers(programme, loaded), {}
    for wave in loaded:
        data = {name: by_wave[wave.name] for name, by_wave in measures.items()}
        of_wave = wave_files(programme, wave, data, numbers, interviewers)
        files |= {f"{wave.name}/{file}": content for file, content in of_wave.items()}
    names = sorted(wave.name for wave in loaded)
    waves = pd.DataFrame({"wave": names, "folder": names, "coefficient": [coefficients[name] for name in names]})
    changes, correlations = _changes(programme, measures, coefficients)
    tables = {"waves.csv": waves, "changes.csv": changes, "correlations.csv": correlations}
    files |= {name: table_bytes(table) for name, table in tables.items()}
    files |= scripts({WAVE_SCRIPT: WAVE_SCRIPT, SCRIPT: SCRIPT, IN_PYTHON: "changes_in_python.txt"})
    read_me = [text("outside.read_me_changes", language, before=before, after=after) for language in LANGUAGES]
    files[READ_ME] = "\n\n".join(read_me).encode()
    return files


def _changes(
    programme: Programme, measures: Mapping[str, Mapping[str, WaveMeasure]], coefficients: Mapping[str, float]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The changes with their standard errors, and the correlations between two waves, of every measure and league."""
    variables, changes, correlations = variable_names(measures), [], []
    for name, waves in measures.items():
        for league in programme.leagues:
            areas = [a for a in programme.league_areas(league) if all(a in w.areas.names for w in waves.values())]
            if areas:
                tables = changes_of_league(waves, coefficients, areas)
                labels = {"variable": variables[name], "measure": name, "league": league}
                changes.append(tables[0].assign(**labels))
                correlations.append(tables[1].assign(**labels))
    return pd.concat(changes, ignore_index=True), pd.concat(correlations, ignore_index=True)


def changes_of_league(
    waves: Mapping[str, WaveMeasure], coefficients: Mapping[str, float], areas: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """area, change and standard errors; and area, earlier, later, correlation and correlation_used.

    se² = Σ_s Σ_t a_s a_t C_st with C_st = Σ_j e_sj e_tj over the PSUs in both waves (`gram`), which is what the sample
    says; se_published is that of `change_table` before smoothing and interviewers, where correlations are shrunk, and
    se_smoothed the one after smoothing.  se_printed² = se_smoothed² + se_interviewer² is the one behind the printed
    interval; se_interviewer is empty where interviewers are not counted.
    """
    common = answered_in_all(waves, areas)
    sides = [[name for name, a in coefficients.items() if sign * a > 0] for sign in (-1, 1)]
    joined, smoothed, counted = joined_waves(waves, common, sides=(sides[0], sides[1]))
    published = combine(joined, dict(coefficients))
    parts = dict(zip(joined.names, influence_parts([waves[n].linearized for n in joined.names], common), strict=True))
    se = {name: estimate.se for name, estimate in zip(joined.names, joined.estimates, strict=True)}
    variance, rows = sum((coefficients[name] * se[name]) ** 2 for name in se), []
    for s, t in combinations(joined.names, 2):
        shared, cross = gram(parts[s], parts[t]).diagonal(), joined.cross[s, t]
        used = np.zeros(len(common)) if is_independent(cross) else cross.diagonal()
        variance = variance + 2 * coefficients[s] * coefficients[t] * shared
        pair = {"area": common, "earlier": s, "later": t, "correlation": _over(shared, se[s] * se[t])}
        rows.append(pd.DataFrame(pair | {"correlation_used": _over(used, se[s] * se[t])}))
    values = {"area": common, "change": published.value, "se": np.sqrt(np.maximum(variance, 0))}
    values |= {
        "se_published": published.se,
        "se_smoothed": combine(smoothed, coefficients).se,
        "se_interviewer": interviewers_part(waves, smoothed, counted, coefficients),
        "se_printed": combine(counted, coefficients).se,
    }
    return pd.DataFrame(values), pd.concat(rows, ignore_index=True)


def _over(covariance: np.ndarray, product: np.ndarray) -> np.ndarray:
    """The correlation; 0 where a standard error is 0."""
    return np.divide(covariance, product, out=np.zeros(len(product)), where=product > 0)
