"""What other rules would say of the newest wave, computed from its answers and stored nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from programme.declared import Programme
from programme.regular_comparisons import regular_comparisons
from programme.survey import read_programme
from programme.wave_names import kind_of_wave, parts_of_wave, periods_of_year
from service.figures.comparable import wave_inputs
from service.figures.computing import annual_rule_verdicts, changed_rule_verdicts, rule_verdicts
from service.figures.league import newest_estimated_wave, newest_run
from service.figures.loaded_waves import Wave, load_waves
from service.figures.use_cases import ANNUAL, COMPARE, ESTIMATE
from service.figures.waves import SEED
from service.intake.imports import current_programme, wave_versions
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.runs import run_inputs
from words import Fault


@dataclass(frozen=True, eq=False)
class RulesPreview:
    """VERDICTS of a wave by the rules that somebody edits, and by those that it was judged by.

    before    empty where the wave was judged by no rule
    year      the newest whole year, on which annual rules are tried; None where no year is whole
    compared  the waves with which the wave is compared, as rules about changes ask
    untried   rules that nothing can be said of: annual ones without a year, changes without another wave
    """

    programme: Programme
    wave: str
    verdicts: pd.DataFrame
    before: pd.DataFrame
    year: str | None
    compared: tuple[str, ...]
    untried: tuple[str, ...]


@permitted
def preview_rules(store: Store, programme_name: str, content: bytes, file: str) -> RulesPreview:
    """The verdicts of the programme in these bytes on the newest estimated wave, on the newest whole year and on the
    regular comparisons of the wave; nothing is written.

    They are those that a computation by this programme would store: the same answers, the same seed.
    """
    edited = read_programme(content, file)
    wave = newest_estimated_wave(store, programme_name)
    if wave is None:
        raise Fault(key="consequences.no_estimates", programme=current_programme(store, programme_name)[1].title)
    run = newest_run(store, ESTIMATE, programme=programme_name, wave=wave)
    assert run is not None
    year, compared = _whole_year(store, edited, wave), _compared(store, edited, wave)
    runs: list[int] = [run["run_id"]]
    said = [rule_verdicts(edited, _loaded(store, edited, run), run["arguments"], run["seed"])]
    if year is not None and edited.judges_years:
        names = periods_of_year(year, kind_of_wave(wave))
        known, tried = _inputs(store, edited, ANNUAL, names, year=year)
        runs += known
        said.append(annual_rule_verdicts(edited, _ordered(load_waves(store, edited, tried[0])), *tried[1:]))
    for kind, before in compared.items():
        known, (inputs, arguments, _) = _inputs(store, edited, COMPARE, [before, wave], before=before, after=wave)
        runs += known
        of_changes = changed_rule_verdicts(edited, _ordered(load_waves(store, edited, inputs)), arguments)
        said.append(of_changes[of_changes.rule.isin(_since(edited, kind))])
    verdicts = pd.concat([table for table in said if len(table)] or said[:1], ignore_index=True)
    table = schema.DERIVED["VERDICTS"]
    stored = store.table(sa.select(table).where(table.c.run_id.in_(runs))).drop(columns="run_id")
    return RulesPreview(
        edited,
        wave,
        verdicts,
        stored.drop_duplicates(["measure", "rule", "area"]),
        year,
        tuple(compared.values()),
        tuple(sorted(_asked(edited) - set(verdicts.rule))),
    )


Tried = tuple[list[tuple[str, int]], dict, str]  # inputs, arguments and seed of a run


def _inputs(
    store: Store, edited: Programme, use_case: str, names: Sequence[str], **arguments: str
) -> tuple[list[int], Tried]:
    """The newest run of a use case, if there is one, and what it read, or what it would read."""
    run = newest_run(store, use_case, programme=edited.name, **arguments)
    if run is None:
        return [], (wave_inputs(store, edited, names), {"programme": edited.name, **arguments}, SEED)
    with store.read() as connection:
        inputs = sorted(run_inputs(connection, run["run_id"]))
    return [run["run_id"]], (inputs, run["arguments"], run["seed"])


def _loaded(store: Store, edited: Programme, run: Mapping) -> list[Wave]:
    """The waves that a run read."""
    with store.read() as connection:
        inputs = sorted(run_inputs(connection, run["run_id"]))
    return load_waves(store, edited, inputs)


def _ordered(loaded: list[Wave]) -> list[Wave]:
    """The waves by name, as runs compute with them."""
    return sorted(loaded, key=lambda wave: wave.name)


def _whole_year(store: Store, edited: Programme, wave: str) -> str | None:
    """The newest year, up to the wave's, of which every wave is there and within which nothing breaks."""
    known = set(wave_versions(store, edited.name).wave)
    years = sorted({parts_of_wave(name)[0] for name in known if name <= wave}, reverse=True)
    for year in years:
        names = periods_of_year(year, kind_of_wave(wave))
        if set(names) <= known and names[-1] <= wave and edited.break_between(names[0], names[-1]) is None:
            return year
    return None


def _compared(store: Store, edited: Programme, wave: str) -> dict[str, str]:
    """Kind of regular comparison -> the wave compared with, of those that rules about changes ask for."""
    regular = regular_comparisons(edited, wave_versions(store, edited.name).wave.unique(), wave)
    return {r.kind: r.before for r in regular if r.broken is None and _since(edited, r.kind)}


def _since(edited: Programme, kind: str) -> set[str]:
    """The rules about the change since this kind of wave."""
    return {rule.name for rules in edited.change_rules.values() for rule in rules if rule.since == kind}


def _asked(edited: Programme) -> set[str]:
    """The rules of a year or of changes, of which it may be that nothing can be said."""
    fields = (edited.annual_rules, edited.annual_joint_rules, edited.change_rules)
    return {rule.name for of_measures in fields for rules in of_measures.values() for rule in rules}
