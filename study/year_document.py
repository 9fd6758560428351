"""Two short pages on a simulated year: what was true, what raw ranks said, and what Rankshift said at each level."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import typer

from study.laibin_year import (
    MEAN,
    RESPONSE,
    SEED,
    SPREAD,
    STEADY,
    Interviews,
    Overlap,
    Plan,
    Quarters,
    Seed,
    Year,
    laibin,
    planned,
    simulate,
)
from study.written import bullets, markdown
from study.year_results import ACROSS, LEVELS, LIKELY, WITHIN, YEARS, Results, results
from words import LANGUAGES, speaker

DOCS = Path(__file__).parents[1] / "docs"
LARGER = 400  # interviews in a township and quarter, beside what was asked for
FAR = 10  # places
YearsBySize = dict[int, tuple[Year, Results]]  # by interviews in a township and quarter


def write(plan: Plan) -> list[Path]:
    """docs/year.md and docs/year.zh.md of the plan and of one with more interviews."""
    years = {n: simulate(replace(plan, interviews=n), laibin()) for n in sorted({plan.interviews, LARGER})}
    years_and_results = {n: (year, results(year)) for n, year in years.items()}
    written = []
    for language in LANGUAGES:
        path = DOCS / ("year.md" if language == "en" else f"year.{language}.md")
        path.write_text(document(years_and_results, language), "utf-8")
        written.append(path)
    return written


def document(years: YearsBySize, language: str) -> str:
    """Markdown of the years, which share one truth."""
    t = speaker(language)
    year = next(iter(years.values()))[0]
    parts = [f"# {t('year.title')}", t("year.other_language"), t("year.made", seed=year.plan.seed)]
    for section in (_true, _raw, _levels, _movers, _lasts):
        parts += section(years, t)
    return "\n\n".join(parts) + "\n"


def _true(years: YearsBySize, t) -> list[str]:
    year = next(iter(years.values()))[0]
    first, second = year.plan.halves
    rates = year.truth[year.truth.wave == first[0]].rate
    plan = t(
        "year.true_text",
        townships=len(year.townships),
        mean=f"{100 * MEAN:.2f}",
        spread=f"{100 * SPREAD:g}",
        low=f"{100 * rates.min():.1f}",
        high=f"{100 * rates.max():.1f}",
        moved=len(year.plan.moves),
        second=second[0],
        first=first[0],
        overlap=f"{100 * year.plan.overlap:g}",
        steady=STEADY,
        rung=f"{100 * RESPONSE:g}",
    )
    sizes = t("year.sizes", sizes=[f"{n} ({_interviews(y):,})" for n, (y, _) in years.items()])
    return [f"## {t('year.true')}", plan, sizes, t("year.commitment", commitment=year.commitment)]


def _interviews(year: Year) -> int:
    """Interviews of an average quarter."""
    return round(np.mean([len(table) for table in year.waves.values()]))


def _raw(years: YearsBySize, t) -> list[str]:
    rows = []
    for n, (_, year_results) in years.items():
        still = year_results.changes[~_moved(year_results.changes)]
        for kind, part in _kinds(still):
            places = part.places.abs()
            shifted = (part.true_before - part.true_after).abs().max()
            rows.append(
                [
                    n,
                    _kind(kind, year_results.changes, t),
                    len(part),
                    int((places > 0).sum()),
                    f"{places.mean():.1f}",
                    int((places >= FAR).sum()),
                    places.max(),
                    shifted,
                ]
            )
    columns = ("n", "comparison", "unchanged", "places", "mean", "far", "most", "true_places")
    return [f"## {t('year.raw')}", t("year.raw_text"), markdown([t(f"year.{c}", far=FAR) for c in columns], rows)]


def _levels(years: YearsBySize, t) -> list[str]:
    rows = []
    for n, (_, year_results) in years.items():
        for kind, part in _kinds(year_results.changes):
            moved = _moved(part)
            cells = [n, _kind(kind, year_results.changes, t)]
            for level in LEVELS:
                called = part[f"{level}_called"] != 0
                cells.append(
                    t(
                        "year.called",
                        movers=f"{(called & moved).sum()}/{moved.sum()}" if moved.any() else "–",
                        still=f"{(called & ~moved).sum()}/{(~moved).sum()}",
                        false=int(part[f"{level}_false"].sum()),
                    )
                )
            rows.append(cells)
    head = [t("year.n"), t("year.comparison"), *(t(f"level.{level}") for level in LEVELS)]
    rules = bullets(t(f"year.level.{level}", likely=f"{100 * LIKELY:g}") for level in LEVELS)
    return [f"## {t('year.levels')}", t("year.levels_text"), rules, markdown(head, rows), _poor(years, t)]


def _poor(years: YearsBySize, t) -> str:
    """In how many comparisons the check of the model behind the probabilities says that it fits poorly."""
    every = pd.concat([year_results.changes.assign(interviews=n) for n, (_, year_results) in years.items()])
    fits = every.groupby(["interviews", "before", "after"]).fits.first()
    return t("year.poor", poor=int((fits == 0).sum()), comparisons=len(fits))


def _movers(years: YearsBySize, t) -> list[str]:
    rows = []
    for n, (year, year_results) in years.items():
        names = year.townships.set_index("township")["name" if t("language.code") == "zh" else "pinyin"]
        moved = year_results.changes[_moved(year_results.changes)].sort_values(["kind", "moved"])
        for row in moved.to_dict("records"):
            called = [t(f"level.{level}") for level in LEVELS if row[f"{level}_called"] != 0]
            rows.append(
                [
                    n,
                    _kind(row["kind"], year_results.changes, t),
                    names[row["township"]],
                    f"{100 * row['rate_before']:.1f} → {100 * row['rate_after']:.1f}",
                    f"{100 * row['change']:+.1f}",
                    f"{row['true_before']} → {row['true_after']}",
                    f"{row['places']:+d}",
                    f"{row['places_lower']:+d} … {row['places_upper']:+d}",
                    f"{row['p_standing']:.4f}",
                    t("year.by", levels=called) if called else t("short.verdict.chance"),
                ]
            )
    columns = ("n", "comparison", "township", "rates", "change", "ranks", "moved", "sure", "p_standing", "said")
    return [f"## {t('year.movers')}", t("year.movers_text"), markdown([t(f"year.{c}") for c in columns], rows)]


def _lasts(years: YearsBySize, t) -> list[str]:
    rows = []
    for n, (_, year_results) in years.items():
        lasts = year_results.lasts
        for half, part in lasts.groupby(lasts.wave.isin(next(iter(years.values()))[0].plan.halves[1])):
            printed, shown = part[part.printed], part[part.shown_in]
            cells: list = [len(printed), int(printed.true.sum()), len(shown), int((~shown.true).sum())]
            out = part[part.shown_out]
            cells += [f"{len(out) / part.wave.nunique():.1f}", int(out.true.sum())]
            rows.append([n, t("year.second_half" if half else "year.first_half"), *cells])
    columns = ("n", "quarters", "printed", "printed_true", "shown_in", "shown_in_false", "shown_out", "shown_out_false")
    return [f"## {t('year.lasts')}", t("year.lasts_text"), markdown([t(f"year.{c}") for c in columns], rows)]


def _moved(changes: pd.DataFrame) -> pd.Series:
    """Did the true rate change?"""
    return changes.moved.round(9) != 0


def _kinds(changes: pd.DataFrame):
    """The kinds of comparison there are, in their order, with their rows."""
    return [(kind, part) for kind in (WITHIN, ACROSS, YEARS) if len(part := changes[changes.kind == kind])]


def _kind(kind: str, changes: pd.DataFrame, t) -> str:
    part = changes[changes.kind == kind]
    return t(f"year.kind.{kind}", count=part.groupby(["before", "after"]).ngroups)


def main(
    interviews: Interviews = Plan.interviews,
    quarters: Quarters = Plan.quarters,
    seed: Seed = SEED,
    overlap: Overlap = 0.0,
):
    """Write docs/year.md and docs/year.zh.md about two simulated years of Laibin's 70 townships."""
    for path in write(planned(interviews, quarters, seed, overlap)):
        print(path)


if __name__ == "__main__":
    typer.run(main)
