"""Notes under the figures of a league: how people were asked, what is withheld or unfit, and what errors mean."""

from collections.abc import Iterable, Mapping

from presentation.numbers import value_text
from presentation.times import wave_text
from programme.declared import Programme
from programme.population import PROCESS
from service.figures.factors import FactorTable
from service.figures.league import League
from words import Speaker


def survey_note(league_or_programme: League | Programme, t: Speaker) -> str:
    """How people were asked and by whom; if the data are simulated, this is said first."""
    of_league = isinstance(league_or_programme, League)
    programme = league_or_programme.programme if of_league else league_or_programme
    note = t("note.survey", note=programme.note, source=programme.source)
    return simulated_mark(programme, t) + note


def simulated_mark(programme: Programme, t: Speaker) -> str:
    """What stands before the first sentence of simulated data; nothing for others."""
    return t("note.simulated") if programme.simulated else ""


def stopped_note(runs: Iterable[Mapping], t: Speaker) -> list[str]:
    """A sentence for each wave weighted while numbers of its releases were still open, with the reason given."""
    stops = {stop["stop_id"]: stop for run in runs for stop in run["stopped"]}
    counts = [{c: stop[c] for c in ("open", "units", "reason")} for stop in stops.values()]
    waves = [wave_text(stop["wave"], t) for stop in stops.values()]
    return [t("notes.stopped", wave=wave, **values) for wave, values in zip(waves, counts, strict=True)]


def accepted_note(runs: Iterable[Mapping], t: Speaker) -> list[str]:
    """A sentence for each wave that interviews were left out of, and for each that differs from the sample drawn for
    it, with the reason why this was accepted."""
    lacking = [origin for origin in _origins(runs) if origin.get("left_out")]
    notes = [t("notes.left_out", wave=wave_text(of["wave"], t), count=of["left_out"]) for of in lacking]
    for origin in (origin for origin in _origins(runs) if origin["reason"] is not None):
        counts = {key.split(".")[-1]: count for key, count in sorted(origin["differences"].items())}
        said = [t(f"difference.{kind}", count=count) for kind, count in counts.items()]
        notes.append(t("notes.accepted", wave=wave_text(origin["wave"], t), differences=said, reason=origin["reason"]))
    return notes


def origin_note(runs: Iterable[Mapping], t: Speaker) -> list[str]:
    """Of which waves the rows are known to be numbers drawn and released here, and of which they are not."""
    origins = _origins(runs)
    elsewhere = [wave_text(origin["wave"], t) for origin in origins if origin["draw_id"] is None]
    notes = [t("notes.elsewhere", waves=elsewhere)] if elsewhere else []
    for origin in origins:
        if origin["draw_id"] is not None and origin["reason"] is None:
            key = "notes.of_sample" if origin["calls"] else "notes.of_sample_without_log"
            counts = {"rows": origin["rows"], "released": origin["released"]}
            notes.append(t(key, wave=wave_text(origin["wave"], t), **counts))
    return notes


def _origins(runs: Iterable[Mapping]) -> list[Mapping]:
    """The origin of each version of a wave that the runs read, by wave."""
    by_version = {origin["version_id"]: origin for run in runs for origin in run["origins"]}
    return sorted(by_version.values(), key=lambda origin: (origin["wave"], origin["version_id"]))


def merged_strata_note(merged: Mapping[str, str], t: Speaker) -> list[str]:
    """Which strata were merged because one of them had a single sampled unit; nothing if none were."""
    return [t("notes.merged_strata", strata=list(dict.fromkeys(merged.values())))] if merged else []


def finite_note(league: League, t: Speaker) -> list[str]:
    """If the eligible people are counted: what the errors then mean, and in which areas everybody was asked."""
    if not league.finite:
        return []
    everyone = [league.name(area) for area in league.table.index[league.table.fpc == 0]]
    note = t("notes.finite" if league.programme.population.changes == PROCESS else "notes.finite_changes")
    return [note, *([t("notes.everyone", names=everyone)] if everyone else [])]


def withheld_text(league_or_factors: League | FactorTable, t: Speaker) -> str:
    """The words in place of a withheld figure, whether it is too small or withheld to protect another."""
    return t("withheld.cell", limit=league_or_factors.programme.withhold)


def withheld_note(league: League, t: Speaker) -> list[str]:
    """Which areas and changes are withheld, why, and what the ranks then mean; nothing if none are withheld."""
    values, notes = {"limit": league.programme.withhold, "shown": len(league.table)}, []
    if league.withheld:
        names = [league.name(a) for a in league.withheld]
        notes = [t("withheld.note", names=names, count=len(names), **values), t("withheld.ranks", **values)]
    if league.unchanged:
        names = [league.name(a) for a in league.unchanged]
        notes.append(t("withheld.changes", names=names, **values))
    return notes


def unfit_text(broken: str, t: Speaker) -> str:
    """The limits that a figure breaks (`broken`, separated by blanks), in words; empty if it is fit to publish."""
    return t("unfit.list", limits=[t(f"unfit.{name}") for name in broken.split()]) if broken else ""


def unfit_note(league: League, t: Speaker) -> list[str]:
    """A sentence that names the areas whose figures are not fit to publish; nothing if all are fit."""
    names = [league.name(area) for area in league.table.index[league.table.unfit != ""]]
    publish = league.programme.publish
    limits = {"n": publish.n, "n_effective": publish.n_effective, "df": publish.df, "cv": publish.cv}
    return [t("unfit.note", names=names, count=len(names), **limits)] if names else []


def everybody_text(league: League, t: Speaker) -> str:
    """The estimate over all areas with its interval and n; or why there is none."""
    if not league.everybody:
        return withheld_text(league, t) if league.withheld else t("leader.no_everybody")
    overall = league.everybody
    value, lower, upper = (value_text(league.measure, overall[k], t) for k in ("estimate", "lower", "upper"))
    return t("leader.everybody", value=value, lower=lower, upper=upper, level=overall["level"], n=int(overall["n"]))
