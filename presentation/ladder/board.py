"""The board of a league: who was carded, listed or praised, how surely, and what chance alone would have brought."""

from collections.abc import Iterable
from math import floor, isinf, log10

import pandas as pd

from accountability.ladders.consequence import MET, MISSED
from accountability.ladders.evidence import CONFIRMED, NOT_RULED_OUT, RULED_OUT
from presentation.notes import accepted_note, simulated_mark, stopped_note
from presentation.numbers import percent_text
from presentation.times import wave_text
from programme.wave_names import parts_of_wave
from service.figures.consequences import Behind, Consequences, Listed
from service.files.write import csv_bytes
from words import Speaker

COLUMNS = (
    "wave",
    "area",
    "consequence",
    "consequence_sure",
    "consequence_rests",
    "consequence_luck",
    "consequence_settling",
)
NOT_SAID = "–"
RESTS = {MISSED: "consequences.rests_missed", MET: "consequences.rests_met"}
SURE = {
    CONFIRMED: "consequences.confirmed",
    NOT_RULED_OUT: "consequences.not_ruled_out",
    RULED_OUT: "consequences.ruled_out",
}
MOST = 100_000  # interviews that would settle something: more are not given as a number
RARE = 0.005  # a chance below it is called so, not rounded to 0 %


def headline(board: Consequences, t: Speaker) -> str:
    """What followed in the newest wave, with the names of a few areas; or that nothing did."""
    newest = board.waves[-1]
    of_wave = [row for row in board.listed if row.event.wave == newest]
    said = []
    for consequence in board.programme.consequences[::-1]:  # the gravest first
        areas = [row.event.area for row in of_wave if row.event.consequence == consequence.name]
        if areas:
            names = [board.programme.name_of(area) for area in areas]
            name = board.programme.consequence_names[consequence.name]
            said.append(t("consequences.named", consequence=name, count=len(areas), names=names))
    start = simulated_mark(board.programme, t)
    if not said:
        return start + t("consequences.nothing", wave=wave_text(newest, t))
    return start + t("consequences.newest", wave=wave_text(newest, t), said=t("list.between_counts").join(said))


def count_sentences(board: Consequences, t: Speaker) -> list[str]:
    """Of each consequence: how often it followed, how sure that is, and what luck alone would have brought."""
    sentences = []
    for consequence in board.programme.consequences:
        counts = board.counts.get(consequence.name, dict.fromkeys(SURE, 0))
        name = board.programme.consequence_names[consequence.name]
        sentence = t("consequences.count", consequence=name, count=sum(counts.values()), **counts)
        if board.luck is not None and consequence.name in board.luck.expected:
            expected = f"{board.luck.expected[consequence.name]:.1f}"
            chance = chance_text(board.luck.any_at_all[consequence.name], t)
            sentence += t("consequences.luck", expected=expected, chance=chance)
        sentences.append(sentence)
    return sentences


def count_rows(board: Consequences, t: Speaker) -> pd.DataFrame:
    """`count_sentences` as a table under its headings, the gravest consequence first."""
    rows = []
    for consequence in board.programme.consequences[::-1]:
        counts = board.counts.get(consequence.name, dict.fromkeys(SURE, 0))
        row = {t("column.consequence"): board.programme.consequence_names[consequence.name][t("language.code")]}
        row[t("column.consequence_count")] = str(sum(counts.values()))
        row |= {t(key): str(counts[evidence]) for evidence, key in SURE.items()}
        if board.luck is not None:
            said = consequence.name in board.luck.expected
            expected = f"{board.luck.expected[consequence.name]:.1f}" if said else NOT_SAID
            row[t("column.consequence_expected")] = expected
            at_all = chance_text(board.luck.any_at_all[consequence.name], t) if said else NOT_SAID
            row[t("column.consequence_any")] = at_all
        rows.append(row)
    return pd.DataFrame(rows)


def board_rows(board: Consequences, listed: Iterable[Listed], t: Speaker) -> pd.DataFrame:
    """One row for each consequence: when, for whom, what it rests on, how sure it is, and the chance of it by luck."""
    language, rules = t("language.code"), board.programme.rule_names
    annual = _annual(board)
    rows = []
    for row in listed:
        event = row.event
        by_rule: dict[tuple[str, str], list[str]] = {}
        for rule, wave, when in event.verdicts:
            period = parts_of_wave(wave)[0] if rule in annual else wave
            by_rule.setdefault((when, rules[rule][language]), []).append(wave_text(period, t))
        rests_on = [t(RESTS[when], rule=rule, waves=waves) for (when, rule), waves in by_rule.items()]
        chance = board.chance(row)
        rows.append(
            {
                "code": event.area,
                "wave": wave_text(event.wave, t),
                "area": board.programme.name_of(event.area)[language],
                "consequence": board.programme.consequence_names[event.consequence][language],
                "consequence_sure": t(SURE[row.evidence]),
                "consequence_rests": t("list.between_clauses").join(rests_on),
                "consequence_luck": NOT_SAID if chance is None else chance_text(chance, t),
                "consequence_settling": settling_text(row, t),
            }
        )
    return pd.DataFrame(rows, columns=["code", *COLUMNS])


def together_rows(board: Consequences, t: Speaker) -> pd.DataFrame:
    """What the rules of several areas together say of the newest wave and of its year, one row for each unit."""
    rows = [
        {
            t("column.wave"): said["wave"],
            t("column.unit"): said["unit"],
            t("column.rule"): said["rule"],
            t("column.printed"): said["printed"],
            t("column.consequence_sure"): said["shown"],
        }
        for said in _together(board, t)
    ]
    return pd.DataFrame(rows)


def together_sentences(board: Consequences, t: Speaker) -> list[str]:
    """`together_rows` as sentences, one for each unit and rule."""
    return [t("consequences.together_said", **said) for said in _together(board, t)]


def _together(board: Consequences, t: Speaker) -> list[dict[str, str]]:
    language, annual, newest = t("language.code"), _annual(board), board.waves[-1]
    return [
        {
            "wave": wave_text(parts_of_wave(newest)[0] if row["rule"] in annual else newest, t),
            "unit": board.programme.name_of(row["area"])[language],
            "rule": board.programme.rule_names[row["rule"]][language],
            "printed": t("rule.printed_met" if row["printed"] else "rule.printed_missed"),
            "shown": t(f"rule.{row['outcome']}"),
        }
        for row in board.together.to_dict("records")
    ]


def settling_text(row: Listed, t: Speaker) -> str:
    """The interviews that would settle what is open, to two digits; how many there were."""
    if row.settling is None:
        return NOT_SAID
    asked = 0 if row.asked is None else round(row.asked)
    if row.settling > MOST:
        key = "consequences.settling_none" if isinf(row.settling) else "consequences.settling_many"
        return t(key, asked=asked, most=MOST)
    needed = max(row.settling, 1.0)
    digits = 1 - floor(log10(needed))
    return t("consequences.settling", needed=int(round(needed, digits)), asked=asked)


def _annual(board: Consequences) -> set[str]:
    """The rules that are judged on a whole year."""
    by_measure = (*board.programme.annual_rules.values(), *board.programme.annual_joint_rules.values())
    return {rule.name for rules in by_measure for rule in rules}


def board_csv(board: Consequences, t: Speaker) -> bytes:
    """The board as a file."""
    return csv_bytes(board_rows(board, board.listed, t), simulated=board.programme.simulated)


def board_notes(board: Consequences, t: Speaker) -> list[str]:
    """What must be known to read the board: what is sure and how, luck, gaps, and the runs behind it."""
    programme = board.programme
    notes = [t("consequences.how", level=programme.level)]
    silent = [
        programme.consequence_names[c.name]
        for c in programme.consequences
        if board.luck is None or c.name not in board.luck.expected
    ]
    if silent:
        notes.append(t("consequences.no_luck_of", names=silent))
    if board.luck is not None:
        waves, areas = len(board.waves), len(programme.league_areas(board.league))
        notes.append(t("consequences.luck_how", waves=waves, areas=areas, draws=board.luck.draws))
    if board.panel > 0:
        notes.append(t("consequences.same_people", correlation=f"{board.panel:.2f}"))
    for of_rule in board.wrongly:
        said = {"rule": programme.rule_names[of_rule.rule], "listed": of_rule.listed}
        said["wave"] = wave_text(board.waves[-1], t)
        if of_rule.expected is None:
            notes.append(t("consequences.wrongly_unknown", **said))
        else:
            notes.append(t("consequences.wrongly", expected=f"{of_rule.expected:.1f}", **said))
    if any(row.settling is not None for row in board.listed):
        notes.append(t("consequences.settling_how"))
    if board.unsurveyed:
        notes.append(t("consequences.unsurveyed", waves=[wave_text(wave, t) for wave in board.unsurveyed]))
    if board.unjudged:
        names = [programme.name_of(area) for area in board.unjudged]
        notes.append(t("consequences.unjudged", names=names, count=len(names)))
    passed = sorted({wave for row in board.listed for wave in row.event.unjudged})
    if passed:
        notes.append(t("consequences.passed", waves=[wave_text(wave, t) for wave in passed]))
    notes.append(t("consequences.runs", runs=[str(number) for number in board.runs]))
    return notes


def behind_notes(behind: Behind, t: Speaker) -> list[str]:
    """What is to be known of the data behind a board: out of date, stopped early, interviews left out, differences."""
    outdated = [t("app.outdated")] if behind.outdated else []
    return outdated + stopped_note(behind.runs, t) + accepted_note(behind.runs, t)


def chance_text(chance: float, t: Speaker) -> str:
    """A probability in whole per cent; one that would be 0 or 100 is called below or above the next."""
    if chance < RARE:
        return t("consequences.rare")
    if chance > 1 - RARE:
        return t("consequences.almost")
    return percent_text(round(chance, 2))
