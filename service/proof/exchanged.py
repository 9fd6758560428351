"""A wave's figures for other programs: a tidy table as CSV and Parquet with its dictionary, and SDMX-CSV."""

import io
import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from accountability.league.conventions import ALL
from programme.declared import Programme
from service.files.write import csv_bytes
from service.proof.chain_files import figure_chain
from service.proof.proof_links import estimated
from service.proof.published import FIGURES, TYPES
from service.store import objects
from service.store.engine import Store
from service.store.permissions import permitted
from words import LANGUAGES, sentences, text

KEYS = ("survey", "wave", "league", "area", "measure", "statistic")
FIGURE = ("estimate", "se", "lower", "upper", "n", "n_effective", "deff", "rank", "rank_lower", "rank_upper")
STATISTICS = (*FIGURE, "relative", "relative_lower", "relative_upper")
EVERYBODY = "_T"  # SDMX: the total
DIMENSIONS = {"FREQ": "", "REF_AREA": "area", "INDICATOR": "measure", "LEAGUE": "league", "STATISTIC": "statistic"}
CODE = re.compile(r"[^A-Za-z0-9_@$-]")
IN_SDMX = {"survey": "STRUCTURE_ID", "wave": "TIME_PERIOD", "value": "OBS_VALUE", "simulated": "SIMULATED"}
IN_SDMX |= {column: dimension for dimension, column in DIMENSIONS.items() if column}
ONLY_SDMX = ("STRUCTURE", "ACTION", "FREQ")  # columns without one of ours
FREQUENCIES = ((re.compile(r"\d{4}"), "A"), (re.compile(r"\d{4}Q\d"), "Q"), (re.compile(r"\d{4}-\d\d"), "M"))


@permitted
def exchange_files(store: Store, programme: str, wave: str) -> dict[str, bytes]:
    """File name -> content: figures.csv, figures.parquet, dictionary.csv and figures_sdmx.csv.

    The figures are those of the wave's newest estimate as anybody may see them, without small cells.
    """
    of, published = estimated(store, programme, wave), figure_chain(store, programme, wave).public
    shown = _read(published[FIGURES])
    if TYPES in published:
        shown = pd.concat([shown, _by_type(of.programme, _read(published[TYPES]))], ignore_index=True)
    tidy = tidy_figures(of.programme, wave, shown)
    simulated = of.programme.simulated
    files = {"figures.csv": csv_bytes(tidy, simulated=simulated)}
    files["figures.parquet"] = objects.parquet(tidy.assign(simulated=True) if simulated else tidy)
    files["dictionary.csv"] = csv_bytes(dictionary_of(of.programme, tidy))
    files["figures_sdmx.csv"] = sdmx_csv(of.programme, wave, tidy)
    return files


def _read(published: bytes) -> pd.DataFrame:
    keys: Any = dict.fromkeys(("league", "area", "measure", "types", "group"), str)
    return pd.read_csv(io.BytesIO(published), dtype=keys, encoding="utf-8-sig")


def _by_type(programme: Programme, groups: pd.DataFrame) -> pd.DataFrame:
    """The figures by type of person as those of a measure each; over all areas they are those of no one league."""
    if groups.empty:
        return groups
    names = [
        programme.types[kind].measures[measure, group].name
        for kind, measure, group in zip(groups.types, groups.measure, groups.group, strict=True)
    ]
    league = [ALL if area == ALL else programme.areas[area].league for area in groups.area]
    ranked = [name in programme.measures for name in names]  # these are among the other figures already
    return groups.assign(measure=names, league=league)[[not one for one in ranked]]


def _measure_names(programme: Programme) -> dict[str, Any]:
    """The names of all measures, also of those by type of person."""
    names = dict(programme.measure_names)
    for types in programme.types.values():
        for (measure, group), own in types.measures.items():
            both = {"measure": programme.measure_names[measure], "group": types.labels[group]}
            names.setdefault(own.name, sentences("measure.group", **both))
    return names


def tidy_figures(programme: Programme, wave: str, shown: pd.DataFrame) -> pd.DataFrame:
    """A row for each statistic of each measure and area: the keys and the value; area "*" is everybody."""
    kept = [name for name in STATISTICS if name in shown]
    if shown.empty or not kept:
        return pd.DataFrame({name: pd.Series(dtype=str) for name in KEYS} | {"value": pd.Series(dtype=float)})
    values = shown[["league", "area", "measure", *kept]].astype(dict.fromkeys(kept, float))
    tidy = values.melt(["league", "area", "measure"], var_name="statistic", value_name="value").dropna(subset="value")
    tidy = tidy.assign(survey=programme.name, wave=wave).astype({name: str for name in KEYS})
    return tidy[[*KEYS, "value"]].sort_values(list(KEYS), ignore_index=True)


def dictionary_of(programme: Programme, tidy: pd.DataFrame) -> pd.DataFrame:
    """column, code, their names in SDMX, and what they are in each language.

    The columns stand first, then those that only SDMX has, with an empty name of ours, then the codes in them.
    """
    columns = [*tidy, "simulated"] if programme.simulated else list(tidy)
    rows = [(name, "", *(text(f"exchange.column.{name}", language) for language in LANGUAGES)) for name in columns]
    rows += [("", "", *(text(f"exchange.sdmx.{name}", language) for language in LANGUAGES)) for name in ONLY_SDMX]
    rows += [
        ("statistic", name, *(text(f"exchange.statistic.{name}", language) for language in LANGUAGES))
        for name in STATISTICS
    ]
    rows += [
        (column, ALL, *(text("exchange.everybody", language) for language in LANGUAGES))
        for column in ("area", "league")
    ]
    names = {
        "survey": {programme.name: programme.title},
        "league": programme.leagues,
        "area": {code: area.name for code, area in programme.ranked.items()},
        "measure": _measure_names(programme),
    }
    for column, of_codes in names.items():
        used = set(tidy[column])
        rows += [(column, code, *_in_all(name)) for code, name in of_codes.items() if code in used]
    rows += [("wave", wave, *[wave] * len(LANGUAGES)) for wave in dict.fromkeys(tidy.wave)]
    said = pd.DataFrame(rows, columns=["column", "code", *LANGUAGES])
    said.insert(2, "sdmx", _in_sdmx(programme, tidy, said))
    return said


def _in_sdmx(programme: Programme, tidy: pd.DataFrame, said: pd.DataFrame) -> list[str]:
    """What the SDMX file calls each column and code of the dictionary."""
    codes = {
        column: _codes([*tidy[column], *said.code[said.column == column]]) for column in DIMENSIONS.values() if column
    }
    codes["survey"] = {programme.name: _structure(programme)}
    codes["wave"] = {wave: sdmx_period(wave)[1] for wave in tidy.wave}
    alone = iter(ONLY_SDMX)
    pairs = zip(said.column, said.code, strict=True)
    return [codes[column][code] if code else IN_SDMX.get(column) or next(alone) for column, code in pairs]


def _structure(programme: Programme) -> str:
    """The dataflow by which the SDMX file names the survey."""
    return f"RANKSHIFT:{_codes([programme.name])[programme.name].upper()}(1.0)"


def sdmx_csv(programme: Programme, wave: str, tidy: pd.DataFrame) -> bytes:
    """The figures as SDMX-CSV 2.0: STRUCTURE, STRUCTURE_ID, ACTION, the dimensions, OBS_VALUE and attributes.

    Signs that a code may not have are written as _; the file has no byte-order mark and names no registered structure.
    """
    frequency, period = sdmx_period(wave)
    columns = {
        "STRUCTURE": "dataflow",
        "STRUCTURE_ID": _structure(programme),
        "ACTION": "I",
    }
    table = pd.DataFrame(columns, index=tidy.index)
    for dimension, column in DIMENSIONS.items():
        table[dimension] = frequency if not column else tidy[column].map(_codes(tidy[column]))
    table["TIME_PERIOD"], table["OBS_VALUE"] = period, tidy.value
    table["SIMULATED"] = "Y" if programme.simulated else "N"
    return table.to_csv(index=False, lineterminator="\r\n").encode()


def sdmx_period(wave: str) -> tuple[str, str]:
    """The frequency and the period of a wave: 2026Q1 is Q and 2026-Q1, 2026-03 is M, 2026 is A."""
    frequency = next((code for form, code in FREQUENCIES if form.fullmatch(wave)), "_Z")
    return frequency, wave.replace("Q", "-Q")


def _codes(names: Iterable[str]) -> dict[str, str]:
    """name -> a code of SDMX, another one for each name."""
    codes: dict[str, str] = {}
    for name in dict.fromkeys(names):
        code = EVERYBODY if name == ALL else CODE.sub("_", name)
        while code in codes.values():
            code += "_"
        codes[name] = code
    return codes


def _in_all(names) -> list[str]:
    return [names.get(language, names.get("en", next(iter(names.values())))) for language in LANGUAGES]
