"""Flags in words: a headline, the table of what is conspicuous, and what could not be tested."""

import pandas as pd

from fieldwork.quality.flags import JUMP, KINDS, Flags
from presentation.times import wave_text
from service.figures.quality import WaveFlags
from words import Speaker

NOTHING = "–"


def title(found: WaveFlags, t: Speaker) -> str:
    """The survey and the wave."""
    return t("flags.of", programme=found.programme.title, wave=wave_text(found.wave, t))


def headline(found: WaveFlags, t: Speaker) -> list[str]:
    """How many tests were made, and how many flags they gave."""
    flagged = found.flags.flagged
    values = {"tests": len(found.flags.tests), "interviews": found.interviews, "level": found.flags.level}
    facts = len(found.flags.facts)
    of_facts = [t("flags.overlaps", count=facts)] if facts else []
    if not len(found.flags.tests):
        return [t("flags.untested", count=found.interviews), *of_facts]
    said = [t("flags.tests", **values)]
    interviewers = flagged.interviewer[flagged.interviewer != ""].nunique()
    areas = flagged.area[flagged.interviewer == ""].nunique()
    of_whom = [t(f"flags.on.{kind}", count=n) for kind, n in (("interviewers", interviewers), ("areas", areas)) if n]
    said.append(t("flags.some", count=len(flagged), of_whom=of_whom) if of_whom else t("flags.none"))
    return said + of_facts


def flag_rows(found: WaveFlags, t: Speaker) -> pd.DataFrame:
    """One row for each flag, the most conspicuous first, and for interviewers with overlapping interviews."""
    rows = []
    for row in found.flags.flagged.to_dict("records"):
        area = row["area"]
        name = found.programme.areas[area].name[t("language.code")] if area in found.programme.areas else area
        rows.append(
            (
                t(f"flags.kind.{row['kind']}"),
                row["interviewer"] or name,
                t("number.count", value=row["interviews"]),
                _part(row["value"], t),
                _part(row["others"], t),
                f"{row['z']:.1f}",
                _probability(row["p_holm"]),
                evidence_text(row["kind"], row["evidence"], t),
            )
        )
    for row in found.flags.facts.to_dict("records"):
        part = _part(row["overlapping"] / row["interviews"], t)
        count = t("number.count", value=row["interviews"])
        evidence = t("list.all", names=row["evidence"])
        rows.append((t("flags.kind.overlap"), row["interviewer"], count, part, NOTHING, NOTHING, NOTHING, evidence))
    columns = ("kind", "who", "interviews", "value", "others", "z", "p", "evidence")
    return pd.DataFrame(rows, columns=[t(f"flags.column.{c}") for c in columns])


def usual_rows(found: WaveFlags, t: Speaker) -> pd.DataFrame:
    """One row for each kind of test: how many were made, and by how much interviewers usually differ."""
    rows = []
    for kind in KINDS:
        count = int((found.flags.tests.kind == kind).sum())
        if count:
            usual = found.flags.usual.get(kind)
            cells = NOTHING if usual is None else t("flags.points", value=100 * usual)
            rows.append((t(f"flags.kind.{kind}"), t("number.count", value=count), cells, t(f"flags.what.{kind}")))
    columns = ("kind", "tests", "usual", "what")
    return pd.DataFrame(rows, columns=[t(f"flags.column.{c}") for c in columns])


def notes(found: WaveFlags, t: Speaker) -> list[str]:
    """What could not be tested, and how the flags are to be read."""
    said = [t(key, **_in_words(values, t)) for key, values in found.flags.unsaid]
    if found.left_aside:
        said.append(t("flags.left_aside", count=found.left_aside))
    if not found.at_random and len(found.flags.usual):
        said.append(t("flags.not_random"))
    if not len(found.flags.tests):
        return said
    read = "flags.note" if (found.flags.tests.kind != JUMP).any() else "flags.note_areas"
    return [*said, t(read, level=found.flags.level)]


def _in_words(values: dict, t: Speaker) -> dict:
    """The values of a sentence, with the names of kinds of flags."""
    if "kinds" not in values:
        return values
    return values | {"kinds": [t("flags.named", name=t(f"flags.kind.{kind}")) for kind in values["kinds"]]}


def flags_csv(found: Flags) -> pd.DataFrame:
    """Every test that was made."""
    return found.tests.assign(evidence=[" ".join(units) for units in found.tests.evidence])


def evidence_text(kind: str, evidence: list[str], t: Speaker) -> str:
    """The interviews to listen to first, or the day since when answers are better."""
    if not evidence:
        return NOTHING
    return t("flags.since", day=evidence[0]) if kind == JUMP else t("list.all", names=evidence)


def _part(value: float, t: Speaker) -> str:
    return NOTHING if pd.isna(value) else t("number.share", value=f"{100 * value:.1f}")


def _probability(p: float) -> str:
    return "<0.001" if p < 0.001 else f"{p:.3f}"
