"""A wave's figures with and without some interviews: those left out of it, or those of some interviewers."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from accountability.league.wave_measure import WaveMeasure
from programme.declared import Programme
from service.figures.comparable import totals_inputs
from service.figures.computing import measures_of_waves
from service.figures.league import newest_run
from service.figures.loaded_waves import Wave, computed_waves, load_waves, wave_of_tables
from service.figures.use_cases import ESTIMATE
from service.intake.imports import current_programme, load_margins
from service.intake.lacking_versions import tables_of, without_interviews
from service.intake.left_out import read_left_out
from service.intake.released import by_number
from service.store.engine import Store
from service.store.objects import RELEASED, RESPONDENTS
from service.store.permissions import permitted
from service.store.remembered import remembered_while_called
from words import Fault


@dataclass(frozen=True, eq=False)
class BothWays:
    """Figures with all interviews and without some of them.

    without  how many interviews are left out;  reasons: of those left out of the wave
    computed whether the wave's newest estimates are of its newest version; None where it was never estimated
    table    measure, domain, n_all, n_kept, all, kept, se (of the figure with all), rank_all, rank_kept in its league
    """

    programme: Programme
    wave: str
    interviewers: tuple[str, ...]
    without: int
    reasons: pd.DataFrame
    computed: bool | None
    table: pd.DataFrame


@permitted
@remembered_while_called
def read_both_ways(store: Store, programme_name: str, wave: str, *, interviewers: tuple[str, ...] = ()) -> BothWays:
    """The figures with everybody and without the interviews left out, or without those of some interviewers."""
    programme = current_programme(store, programme_name)[1]
    out = read_left_out(store, programme_name, wave)
    totals = totals_inputs(store, programme, [wave])
    (whole,) = load_waves(store, programme, [("wave", out.from_id), *totals])
    if interviewers:
        tables = tables_of(store, out.from_id)
        people = tables[RESPONDENTS]
        units = people.unit_id[people.interviewer.isin(list(interviewers))].tolist()
        if not units:
            raise Fault(key="both_ways.nobody", wave=wave, names=list(interviewers))
        if len(units) == len(people):
            raise Fault(key="left_out.nobody", wave=wave, count=len(units))
        kept = _without(store, programme, wave, tables, units, totals)
        reasons, without = out.interviews[:0], len(units)
    else:
        (kept,) = load_waves(store, programme, [("wave", out.version_id), *totals])
        reasons, without = out.interviews, len(out.interviews)
    table = _table(programme, whole, kept) if without else pd.DataFrame()
    run = newest_run(store, ESTIMATE, programme=programme_name, wave=wave)
    computed = None if run is None else any(read["version_id"] == out.version_id for read in run["origins"])
    return BothWays(programme, wave, interviewers, without, reasons, computed, table)


def _without(store: Store, programme: Programme, wave: str, tables, units, totals) -> Wave:
    """The wave as a run would compute with it if these interviews were left out."""
    changed = without_interviews(programme, tables, units)
    released = {wave: by_number(changed[RELEASED])} if RELEASED in changed else {}
    files = [load_margins(store, number) for _, number in totals]
    loaded = wave_of_tables(0, wave, changed)
    return computed_waves(programme, [loaded], released, {file.period: file.totals for file in files})[0]


def _table(programme: Programme, whole: Wave, kept: Wave) -> pd.DataFrame:
    """The figures of every measure and area both ways."""
    both = [measures_of_waves(programme, [wave], {}, programme.measures) for wave in (whole, kept)]
    tables = []
    for name, of_wave in both[0].items():
        measured = of_wave[whole.name]
        again = both[1].get(name, {}).get(kept.name)
        if again is None:
            continue
        one, two = _figures(measured), _figures(again)
        joined = (
            one.add_suffix("_all").join(two.add_suffix("_kept")).rename(columns={"value_all": "all", "se_all": "se"})
        )
        joined = joined.rename(columns={"value_kept": "kept"}).drop(columns="se_kept")
        league = [programme.areas[str(a)].league if str(a) in programme.areas else "" for a in joined.index]
        best = measured.measure.largest_is_best
        for column in ("all", "kept"):
            ranks = joined[column].groupby(league).rank(method="min", ascending=not best)
            joined[f"rank_{column}"] = ranks
        tables.append(joined.rename_axis("domain").reset_index().assign(measure=name))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _figures(measured: WaveMeasure) -> pd.DataFrame:
    """value, se and n of every area."""
    areas = measured.areas
    n = measured.sizes.loc[list(areas.names), "n"].to_numpy()
    columns = {"value": areas.value, "se": np.asarray(areas.se), "n": n}
    return pd.DataFrame(columns, index=pd.Index([str(a) for a in areas.names]))
