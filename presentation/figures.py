"""What the figures say, in sentences: numbers with their units, an area's place and movement, a league's headline."""

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from accountability import MET, MISSED, UNDECIDED
from accountability.rules import Rule
from estimation import Measure
from estimation.change.needed import RANK, SCORE, STANDING
from estimation.indicators.indicators import SHARE
from programme.population import PROCESS
from programme.survey import WAVE, parts_of_wave
from service.figures.detection import Detection
from service.figures.league import WINDOWS, League
from service.figures.waves import window
from service.intake.imports import frame_label
from service.store.runs import local_time, run_text

Speaker = Callable[..., str]
# columns of a league that are on the measure's scale: values, and differences of values
VALUES = ("estimate", "lower", "upper", "se", "se_interviewer")
DIFFERENCES = ("change", "change_lower", "change_upper", "change_se", "change_se_design", "change_se_interviewer")
DIFFERENCES += ("relative", "relative_se", "relative_lower", "relative_upper", "change_one_margins")


def value_text(measure: Measure, value: float, t: Speaker) -> str:
    """A share as 89.6%, a score as 83.7."""
    return t(f"number.{measure.unit}", value=value if measure.unit == SHARE else f"{value:.{measure.decimals}f}")


def change_text(measure: Measure, value: float, t: Speaker) -> str:
    """A change with its sign and unit: percentage points of a share, points of a score."""
    shown = shown_value(measure, value)
    shown = shown if measure.unit == SHARE else f"{shown:+.{measure.decimals}f}"
    return t(f"number.{measure.unit}_change", value=shown)


def shown_value(measure: Measure, value):
    """The number a table shows: a share as a percentage (89.6), a score as it is."""
    return value * 100 if measure.unit == SHARE else value


def wave_text(wave: str, t: Speaker) -> str:
    """2015Q1 as a person says it."""
    year, quarter, month = parts_of_wave(wave)
    if quarter:
        return t("wave.quarter", year=year, quarter=quarter)
    return t("wave.month", year=year, month=int(month)) if month else t("wave.year", year=year)


def percent_text(part: float) -> str:
    """0.95 as 95%, 0.99375 as 99.38%, 0.1855 as 18.55%."""
    return f"{100 * part:.4g}%"


def waves_a_year(wave: str) -> int:
    """How many waves like this one a year has: 4 of quarters, 12 of months, 1 of years."""
    _, quarter, month = parts_of_wave(wave)
    return 4 if quarter else 12 if month else 1


def window_text(text: str, t: Speaker) -> str:
    """A wave, or the mean of several: a year of four quarters by its number."""
    waves = window(text)
    if len(waves) == 1:
        return wave_text(waves[0], t)
    years = {parts_of_wave(wave)[0] for wave in waves}
    if len(years) == 1 and waves == [f"{min(years)}Q{q}" for q in (1, 2, 3, 4)]:
        return t("wave.mean", names=[t("wave.year", year=min(years))])
    return t("wave.mean", names=[wave_text(wave, t) for wave in waves])


def comparison_text(name: str, t: Speaker) -> str:
    """What a wave is compared with, as `comparisons` names it."""
    before, _, after = name.partition(WINDOWS)
    if not after:
        return wave_text(before, t)
    return t("wave.against", before=window_text(before, t), after=window_text(after, t))


def unfit_text(broken: str, t: Speaker) -> str:
    """The limits a figure breaks, in words; empty if it is fit to publish."""
    return t("unfit.list", limits=[t(f"unfit.{name}") for name in broken.split()]) if broken else ""


def withheld_text(league_or_factors, t: Speaker) -> str:
    """What stands in place of a withheld figure: the same of small ones and of those beside them."""
    return t("withheld.cell", limit=league_or_factors.programme.withhold)


def withheld_note(league: League, t: Speaker) -> list[str]:
    """Which areas, and whose changes, are withheld, why, and what the ranks are then; nothing if none is."""
    values, found = {"limit": league.programme.withhold, "shown": len(league.table)}, []
    if league.withheld:
        names = [league.name(a) for a in league.withheld]
        found = [t("withheld.note", names=names, count=len(names), **values), t("withheld.ranks", **values)]
    if league.unchanged:
        names = [league.name(a) for a in league.unchanged]
        found.append(t("withheld.changes", names=names, **values))
    return found


def finite_note(league: League, t: Speaker) -> list[str]:
    """What errors are of where the eligible people are counted, and where all of them were asked; else nothing."""
    if not league.finite:
        return []
    everyone = [league.name(area) for area in league.table.index[league.table.fpc == 0]]
    found = [t("notes.finite" if league.programme.population.changes == PROCESS else "notes.finite_changes")]
    return [*found, *([t("notes.everyone", names=everyone)] if everyone else [])]


def unfit_note(league: League, t: Speaker) -> list[str]:
    """One sentence that names the areas whose figures are not fit to publish; none if all are."""
    names = [league.name(area) for area in league.table.index[league.table.unfit != ""]]
    publish = league.programme.publish
    limits = {"n": publish.n, "n_effective": publish.n_effective, "df": publish.df, "cv": publish.cv}
    return [t("unfit.note", names=names, count=len(names), **limits)] if names else []


def factor_notes(found, t: Speaker) -> list[str]:
    """Under a table of what people named: how people were asked, what the two shares are of, and the run."""
    notes = [survey_note(found.programme, t), t("factors.note", level=found.programme.level)]
    if found.withheld:
        names = [found.label(code) for code in found.withheld]
        notes.append(t("withheld.factors", names=names, count=len(names), limit=found.programme.withhold))
    weak = [label for label, broken in zip(found.labels, found.table.unfit, strict=True) if broken]
    notes += [t("factors.unfit", names=weak, count=len(weak))] if weak else []
    notes += stopped_note([found.run], t)
    return [*notes, *([t("outdated.league")] if found.outdated else []), run_text(found.run, t)]


def stopped_note(runs: Iterable[Mapping], t: Speaker) -> list[str]:
    """A sentence for each wave weighted while numbers of its releases were still open, with the reason given."""
    stops = {stop["stop_id"]: stop for run in runs for stop in run["stopped"]}
    values = [(stop, {c: stop[c] for c in ("open", "units", "reason")}) for stop in stops.values()]
    return [t("notes.stopped", wave=wave_text(stop["wave"], t), **counts) for stop, counts in values]


def survey_note(league_or_programme, t: Speaker) -> str:
    """How people were asked and who asked them; simulated data says so first."""
    programme = getattr(league_or_programme, "programme", league_or_programme)
    note = t("note.survey", note=programme.note, source=programme.source)
    return t("note.simulated") + note if programme.simulated else note


def fault_text(key: str, values: Mapping, t: Speaker) -> str:
    """A refusal kept in the import log, as a sentence."""
    return t(key, **values)


def everybody_text(league: League, t: Speaker) -> str:
    """The estimate over all areas, with its interval and n."""
    if not league.everybody:
        return withheld_text(league, t) if league.withheld else t("leader.no_everybody")
    all_of = league.everybody
    value, lower, upper = (value_text(league.measure, all_of[k], t) for k in ("estimate", "lower", "upper"))
    return t("leader.everybody", value=value, lower=lower, upper=upper, level=all_of["level"], n=int(all_of["n"]))


def detection_rows(league: League, found: Detection, t: Speaker) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The two tables of `detection` under their headings: power of each comparison, interviews each move needs."""
    moves = [change_text(league.measure, move, t) for move in found.moves]
    powers = found.designs[list(found.moves)].to_numpy()
    values = {"correlation": found.correlation, "watched": found.watched}
    designs = pd.DataFrame({t("detection.design"): [t(f"detection.{d}", **values) for d in found.designs.design]})
    for k, move in enumerate(moves):
        designs[t("detection.power", move=move)] = [t("number.power", value=p) for p in powers[:, k]]
    detectable = [change_text(league.measure, d, t) for d in found.designs.detectable]
    designs[t("detection.detectable")] = detectable
    needed = pd.DataFrame({t("detection.move"): moves})
    for level in (SCORE, STANDING, RANK):
        needed[t(f"detection.{level}")] = [t("number.count", value=n) for n in found.needed[level]]
    return designs, needed


def detection_note(found: Detection, t: Speaker) -> str:
    """What the figures of `detection` rest on."""
    return t("detection.note", n=found.interviews, deff=found.design_effect)


def rule_number(measure: Measure, rule: Rule, number: float, t: Speaker) -> str:
    """A number of a rule: a place of a rule about places, else a value of the measure."""
    return f"{number:g}" if rule.of_places else value_text(measure, number, t)


def rule_sentence(league: League, rule: Rule, summary: Mapping[str, list[str]], t: Speaker) -> str:
    """What the printed rule says and what the figures can show, in counts and names."""
    counts = {key: len(summary[key]) for key in ("printed", MISSED, MET, UNDECIDED)}
    threshold = rule_number(league.measure, rule, rule.threshold, t)
    sentence = t(rule.sentence, rule=league.programme.rule_names[rule.name], threshold=threshold, **counts)
    if not summary["printed"]:
        return sentence
    return sentence + t("leader.rules.names_printed", names=[league.name(a) for a in summary["printed"]])


def shown_rows(league: League, rows: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """League rows as a page shows them: shares in per cent, intervals and ranges as text."""
    rows, k = rows.copy(), league.measure.decimals
    for column in [c for c in (*VALUES, *DIFFERENCES) if c in rows]:
        rows[column] = shown_value(league.measure, rows[column])
    rows["interval"] = _range(rows.lower, rows.upper, f"{{:.{k}f}}–{{:.{k}f}}")
    rows["rank_range"] = _range(rows.rank_lower, rows.rank_upper, "{}–{}")
    if league.against is not None:
        rows["range_before"] = _range(rows.before_lower, rows.before_upper, "{}–{}")
        rows["range_after"] = _range(rows.after_lower, rows.after_upper, "{}–{}")
        rows["places_range"] = _range(rows.places_lower, rows.places_upper, "{:+d} … {:+d}")
    if league.alone:
        rows["rank_range_alone"] = _range(rows.alone_lower, rows.alone_upper, "{}–{}")
    return rows


def with_withheld(league: League, rows: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """The rows of `shown_rows` and below them the areas withheld, said in the column of intervals."""
    text, code = withheld_text(league, t), t("language.code")
    own = [{"area": league.name(a)[code], "code": a, "interval": text} for a in league.withheld]
    return pd.concat([rows, pd.DataFrame(own)], ignore_index=True) if own else rows


def rule_rows(league: League, t: Speaker) -> pd.DataFrame:
    """VERDICTS as a page shows them: the rule's and area's names, as printed, and as shown, with the limits used."""
    rows = league.rules
    by_name = {rule.name: rule for rule in league.programme.rules[league.measure.name]}

    def limits(column: str) -> list[str]:
        pairs = zip(rows.rule, rows[column], strict=True)
        return [rule_number(league.measure, by_name[name], value, t) for name, value in pairs]

    return pd.DataFrame(
        {
            "rule": [league.programme.rule_names[r][t("language.code")] for r in rows.rule],
            "area": [league.name(a)[t("language.code")] for a in rows.area],
            "printed": [t("rule.printed_met" if p else "rule.printed_missed") for p in rows.printed],
            "shown": [t(f"rule.{outcome}") for outcome in rows.outcome],
            "lower": limits("lower"),
            "upper": limits("upper"),
        }
    )


def wave_rows(versions: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """Versions of waves as a page shows them."""
    return versions.assign(
        wave=[wave_text(w, t) for w in versions.wave], current=[t("yes" if c else "no") for c in versions.current]
    )


def import_rows(log: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """The import log as a page shows it: outcomes and reasons in the reader's language."""
    faults = [fault_text(f, v, t) if f else "" for f, v in zip(log.fault, log.fault_values, strict=True)]
    return log.assign(
        at=[local_time(at) for at in log["at"]],
        wave=[wave_label(w, t) if w else p for w, p in zip(log.wave, log.programme, strict=True)],
        outcome=[t(f"outcome.{o}") for o in log.outcome],
        reason=faults,
        version=log.version.astype("Int64"),
        interviews=log.interviews.astype("Int64"),
    )


def wave_label(wave: str, t: Speaker) -> str:
    """A wave's name as a person says it, or a frame's; what somebody typed that is no wave stays as typed."""
    if wave.startswith(frame_label("")):
        return t("centre.frame", name=wave.removeprefix(frame_label("")))
    return wave_text(wave, t) if WAVE.fullmatch(wave) else wave


def _range(low: pd.Series, high: pd.Series, form: str) -> list[str]:
    return ["" if pd.isna(a) else form.format(a, b) for a, b in zip(low, high, strict=True)]
