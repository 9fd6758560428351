"""The judged claims as a chapter of the study: what erred how often in which cell, before and now, and what follows."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd

from service.store.runs import code_version
from study.claims.cells import (
    CELLS,
    CORNERS,
    OF_NUMBERS,
    OF_PEOPLE,
    OF_SHARES,
    PERSONS,
    SHARES,
    Cell,
    full_crossing,
    kind,
)
from study.claims.checks import CLAIMS, COVERED
from study.claims.probabilities import AREAS, SIZES
from study.claims.sequential import OPEN, verdict
from study.written import bullets, markdown, percent

# counted on the code of 2026-11-26 before the tests were mended
BEFORE = Path(__file__).with_name("before.json")
COMPARED = ("page", "field_below", "field_above", "field_both")
MARK = "<!-- claims -->"
PART_MARKS = {
    OF_NUMBERS: "<!-- numbers -->",
    OF_PEOPLE: "<!-- people -->",
}  # of the parts that can be made by themselves


def with_claims(text: str, chapter: str) -> str:
    """A document with this chapter at its end, in the place of the one it had."""
    return f"{text.split(MARK)[0].rstrip()}\n\n{MARK}\n\n{chapter.rstrip()}\n"


def with_part(text: str, name: str, section: str) -> str:
    """A document with this part at the end of its chapter, in the place of the one it had."""
    before, *after = re.split(f"(?={'|'.join(PART_MARKS.values())})", text)
    parts = {other: x for x in after for other, mark in PART_MARKS.items() if x.startswith(mark)} | {name: section}
    return "\n\n".join([before.rstrip(), *(parts[other].rstrip() for other in PART_MARKS if other in parts)]) + "\n"


def chapter(tallies: dict, above: dict, other_results: dict, t, *, short: bool) -> str:
    """Markdown; short: whether the run ended before every claim was settled.

    above: claim -> cells rejected twice;  found: calibration and its leagues; year: true share -> (count, rates)
    """
    parts = [
        f"## {t('study.claims')}",
        t("study.claims_text", cells=sum(kind(cell) == OF_SHARES for cell in CELLS), possible=f"{full_crossing():,}"),
    ]
    if short:
        parts.append(honest(tallies, t))
    parts += [f"### {t('study.claims_before')}", t("study.claims_before_text"), _before(tallies, t)]
    shares = {k: x for k, x in tallies.items() if kind(CELLS[k]) == OF_SHARES}
    parts += [f"### {t('study.claims_all')}", t("study.claims_all_text", covered=COVERED), _all(shares, t)]
    parts += [t("study.follows"), bullets(_sentences(shares, above, t))]
    parts += [f"### {t('study.calibration')}", _calibration(other_results["calibration"], other_results["leagues"], t)]
    parts += [f"### {t('study.year_pages')}", _year(other_results["year"], t)]
    parts += [part(name, tallies, above, t, short=short) for name in PART_MARKS]
    return "\n\n".join(parts)


def part(name: str, tallies: dict, above: dict, t, *, short: bool) -> str:
    """Markdown of one kind of cell beside shares; short: whether the run ended before all was settled."""
    judged = {k: x for k, x in tallies.items() if kind(CELLS[k]) == name}
    cells, leagues = sum(kind(cell) == name for cell in CELLS), sum(x.leagues for x in judged.values())
    text = t(f"study.claims_{name}_text", cells=cells, leagues=leagues, code=f"`{code_version()}`")
    if short:
        text += "\n\n" + honest(judged, t)
    table = [_all(judged, t), t("study.follows"), bullets(_sentences(judged, above, t))] if judged else []
    return "\n\n".join([PART_MARKS[name], f"### {t(f'study.claims_{name}')}", text, *table])


def honest(tallies: dict, t) -> str:
    """What a run that was cut short has drawn and decided."""
    claims = [(claim.allowed, *x.claims[claim.name]) for x in tallies.values() for claim in CLAIMS]
    decided = sum(verdict(*claim, len(tallies)) != OPEN for claim in claims)
    leagues = sum(x.leagues for x in tallies.values())
    return t("study.claims_honest", cells=len(tallies), leagues=leagues, decided=decided, claims=len(claims))


def rate(errors: int, leagues: int) -> str:
    """Per cent with its Monte-Carlo error; nothing seen yet: a dash."""
    if not leagues:
        return "–"
    r = errors / leagues
    return percent(r, np.sqrt(r * (1 - r) / leagues))


def cell_text(cell: Cell, t) -> list:
    """The cell's columns."""
    before, after, ratio = cell.windows
    windows = t("study.claims_windows", before=before, after=after) + (f", n×{ratio:g}" if ratio != 1 else "")
    others = [t(f"study.claims_{name}") for name in ("calibrated", "interviewers", "movers") if getattr(cell, name)]
    if cell.answers != SHARES:
        others.insert(0, t(f"study.claims_{cell.answers}"))
    if cell.listed:
        others.append(t("study.claims_listed", people=cell.listed, steady=f"{100 * cell.steady:g}"))
    if cell.together:
        others.append(t("study.claims_together", points=f"{100 * cell.together:+.0f}".replace("-", "−")))
    n = "–".join(map(str, cell.interviews)) if len(cell.interviews) < 3 else "/".join(map(str, cell.interviews[:2]))
    df = "n−1" if cell.df == PERSONS else cell.df
    return [
        cell.areas,
        n,
        cell.share,
        f"{cell.deff:g}",
        df,
        windows,
        t(f"study.claims_{cell.overlap}"),
        ", ".join(others),
    ]


def _head(t) -> list[str]:
    names = ("number", "areas", "n", "share", "deff", "df", "windows", "overlap", "others")
    return [t(f"study.claims_head_{name}") for name in names]


def _before(tallies: dict, t) -> str:
    kept = json.loads(BEFORE.read_text("utf-8"))["cells"]
    lines = []
    for key, then in kept.items():
        k = int(key)
        now = tallies[k].claims if k in tallies else {name: (0, 0) for name in COMPARED}
        pairs = [f"{rate(then[c], then['leagues'])} → {rate(*reversed(now[c]))}" for c in COMPARED]
        lines.append([k + 1, *cell_text(CORNERS[k], t)[1:3], cell_text(CORNERS[k], t)[5], *pairs])
    head = _head(t)
    return markdown([head[0], *head[2:4], head[6], *(t(f"study.claim_{c}") for c in COMPARED)], lines)


def _all(tallies: dict, t) -> str:
    lines = []
    for k, tally in sorted(tallies.items()):
        rates = [rate(*reversed(tally.claims[c.name])) for c in CLAIMS]
        held = [percent(*tally.mean("change")), f"{tally.mean('change_width')[0]:.3f}", percent(*tally.mean("level"))]
        lines.append([k + 1, *cell_text(CELLS[k], t), tally.leagues, *rates, *held])
    names = [
        *(t(f"study.claim_{c.name}") for c in CLAIMS),
        *(t(f"study.claims_{x}") for x in ("change", "width", "level")),
    ]
    return markdown([*_head(t), t("study.claims_leagues"), *names], lines)


def _sentences(tallies: dict, above: dict, t) -> list[str]:
    sentences = []
    for claim in CLAIMS:
        leagues_and_errors = {k: x.claims[claim.name] for k, x in tallies.items() if x.claims[claim.name][0]}
        if leagues_and_errors:
            n, errors = (sum(pair[j] for pair in leagues_and_errors.values()) for j in (0, 1))
            worst = max(leagues_and_errors, key=lambda k: leagues_and_errors[k][1] / leagues_and_errors[k][0])
            values = {
                "all": rate(errors, n),
                "worst": rate(*reversed(leagues_and_errors[worst])),
                "row": worst + 1,
                "cells": len(leagues_and_errors),
            }
            rows = sorted(k + 1 for k in above.get(claim.name, ()))
            said = t("study.claims_above", rows=[str(r) for r in rows]) if rows else t("study.claims_none_above")
            name = t(f"study.claim_{claim.name}")
            sentence = t("study.claims_sentence", claim=name, allowed=f"{100 * claim.allowed:g}", **values)
            sentences.append(sentence + (" " if sentence.endswith(".") else "") + said)
    return sentences


def _calibration(calibration: pd.DataFrame, leagues: int, t) -> str:
    lines = []
    for r in calibration.sort_values(["name", "few", "low"]).to_dict("records"):
        moved = t("study.calibration_few" if r["few"] else "study.calibration_many")
        band, said = f"{100 * r['low']:g}–{100 * r['high']:g}", f"{100 * r['said']:.1f}"
        true, wrong = percent(r["true"], r["error"]), f"{100 * r['wrong']:.0f}"
        lines.append([t(f"study.calibration_{r['name']}"), moved, band, said, true, wrong, r["count"]])
    head = [t(f"study.calibration_head_{c}") for c in ("name", "moved", "band", "said", "true", "wrong", "count")]
    text = t("study.calibration_text", leagues=leagues, areas=AREAS, sizes=[f"{n:,}" for n in SIZES])
    return text + "\n\n" + markdown(head, lines)


def _year(year: dict, t) -> str:
    names = ("one", "four", "eight", "four_and_last_year")
    lines = [
        [share, count, *(percent(rates.loc[name, "rate"], rates.loc[name, "error"]) for name in names)]
        for share, (count, rates) in year.items()
    ]
    head = [t("study.claims_head_share"), t("study.claims_leagues"), *(t(f"study.year_{name}") for name in names)]
    return t("study.year_pages_text") + "\n\n" + markdown(head, lines)
