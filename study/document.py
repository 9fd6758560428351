"""The study's tables and the sentences that follow from them, as a document in Chinese or English."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from study import comparisons, intervals, leagues, list_tables, lists, move_tables, moves, panels
from study.streams import jackknife, sem
from study.written import bullets, clear, decimals, markdown, percent, span
from words import speaker

NOMINAL, ALPHA = 0.95, 0.05


class Numbers(NamedTuple):
    """Streams per cell in each study."""

    intervals: int
    changes: int
    leagues: int
    sizes: int
    powers: int
    lists: int
    comparisons: int


def document(tables: dict, numbers: Numbers, seed: int, language: str, *, part: tuple[int, int] = (1, 1)) -> str:
    """Markdown of all studies; part: the streams there are, and those of the whole study."""
    t = speaker(language)
    head = [f"# {t('study.title')}", t("study.other_language"), t("study.made", seed=seed), t("study.error")]
    if part[0] < part[1]:
        head.append(t("study.reduced", streams=part[0], whole=part[1], per_cent=f"{100 * part[0] / part[1]:.0f}"))
    parts = head + _intervals(tables["intervals"], numbers.intervals * intervals.COLUMNS, t)
    parts += _changes(tables["changes"], numbers.changes * panels.REPEATS, t)
    parts += _leagues(tables["leagues"], numbers.leagues * leagues.REPEATS, t)
    parts += move_tables.sizes(tables["sizes"], numbers.sizes * moves.REPEATS, t)
    parts += move_tables.powers(tables["powers"], numbers.powers * moves.REPEATS, t)
    parts += list_tables.last_five(tables["lists"], numbers.lists * lists.REPEATS, t)
    parts += list_tables.of_comparisons(tables["comparisons"], numbers.comparisons * comparisons.REPEATS, t)
    return "\n\n".join(parts) + "\n"


def thousandths(value: float, error: float) -> str:
    """0.345 ±0.001"""
    return decimals(value, error, places=3)


# ---- 1. intervals


def interval_summary(table: pd.DataFrame) -> pd.DataFrame:
    """One row per cell and method: coverage, width and point, each with its Monte-Carlo error (…_error); n_eff, df."""
    measures = ["coverage", "width", "point"]
    groups = table.groupby(["cell", "method"], sort=False)
    errors = groups[measures].agg(sem).add_suffix("_error")
    cells = pd.DataFrame(intervals.CELLS).rename_axis("cell")
    return groups[[*measures, "n_effective", "df"]].mean().join(errors).reset_index().join(cells, on="cell")


def _intervals(table: pd.DataFrame, replicates: int, t) -> list[str]:
    summary = interval_summary(table)
    parts = [f"## {t('study.intervals')}", t("study.intervals_text", replicates=replicates, shared=intervals.COLUMNS)]
    for design, rows in summary.groupby("design", sort=False):
        parts += [f"### {t(f'study.{design}')}", t(f"study.{design}_text")]
        for quantity, write in (("coverage", percent), ("width", thousandths), ("point", percent)):
            parts += [t(f"study.{quantity}"), _interval_table(rows, quantity, write, t)]
        parts += [
            t("study.follows"),
            bullets(_method_sentence(m, rows[rows.method == m], t) for m in intervals.METHODS),
        ]
    return parts


def _interval_table(rows: pd.DataFrame, quantity: str, write, t) -> str:
    head = ["p", "n", t("study.n_effective"), t("study.df"), *(t(f"study.{m}") for m in intervals.METHODS)]
    lines = []
    for _, cell in rows.groupby("cell", sort=False):
        one, by_method = cell.iloc[0], cell.set_index("method")
        cells = [write(by_method.loc[m, quantity], by_method.loc[m, f"{quantity}_error"]) for m in intervals.METHODS]
        lines.append([f"{one.share:g}", one.n, f"{one.n_effective:.0f}", f"{one.df:.0f}", *cells])
    return markdown(head, lines)


def _method_sentence(method: str, rows: pd.DataFrame, t) -> str:
    low, high = rows.loc[rows.coverage.idxmin()], rows.loc[rows.coverage.idxmax()]
    return t(
        "study.method_sentence",
        method=t(f"study.{method}"),
        low=percent(low.coverage, low.coverage_error),
        low_p=f"{low.share:g}",
        low_n=low.n,
        high=percent(high.coverage, high.coverage_error),
        short=int((rows.coverage + clear(rows.coverage_error) < NOMINAL).sum()),
        cells=len(rows),
        point=percent(*rows.loc[rows.point.idxmax(), ["point", "point_error"]]),
    )


# ---- 2. change


def change_summary(table: pd.DataFrame) -> pd.DataFrame:
    """One row per cell, group of areas, measure and estimator: coverage, se/sd, the covariance's bias; with errors."""
    rows = []
    mixed = table.cell.map(lambda c: panels.CELLS[c][0] == panels.MIXED)
    grouped = table.assign(group=table.rho.where(mixed, -1.0))
    for keys, part in grouped.groupby(["cell", "group", "measure", "estimator"], sort=False):
        cell, group, measure, estimator = tuple(keys)  # ty: ignore[invalid-argument-type]  # of four columns
        covered, se, square, excess, scale = (
            part.pivot_table(index="stream", columns="area", values=v).to_numpy() for v in panels.QUANTITIES
        )
        ratio = jackknife(lambda se, square: np.mean(se / np.sqrt(square)), se, square)
        bias = jackknife(lambda excess, scale: np.mean(excess / scale), excess, scale)
        size, overlap, rho = panels.CELLS[cell]
        values = [covered.mean(), sem(covered.mean(axis=1)), *ratio, *bias]
        rows.append([size, overlap, rho if size != panels.MIXED else group, measure, estimator, *values])
    columns = ["size", "overlap", "rho", "measure", "estimator", "coverage", "coverage_error", "ratio", "ratio_error"]
    return pd.DataFrame(rows, columns=[*columns, "bias", "bias_error"])


def _changes(table: pd.DataFrame, replicates: int, t) -> list[str]:
    summary = change_summary(table)
    parts = [f"## {t('study.changes')}", t("study.changes_text", replicates=replicates, shared=panels.REPEATS)]
    parts.append(bullets(t(f"study.{e}_text") for e in panels.ESTIMATORS))
    for size, rows in summary.groupby("size", sort=False):
        parts += [f"### {t(f'study.{size}')}", t(f"study.{size}_text")]
        for quantity, write in (("coverage", percent), ("ratio", thousandths), ("bias", thousandths)):
            parts += [t(f"study.change_{quantity}"), _change_table(rows, quantity, write, t)]
        parts += [
            t("study.follows"),
            bullets(_estimator_sentence(e, rows[rows.estimator == e], t) for e in panels.ESTIMATORS),
        ]
    return parts


def _change_table(rows: pd.DataFrame, quantity: str, write, t) -> str:
    head = [t("study.measure"), t("study.overlap"), "ρ", *(t(f"study.{e}") for e in panels.ESTIMATORS)]
    lines = []
    for measure in panels.MEASURES:
        for (overlap, rho), cell in rows[rows.measure == measure].groupby(["overlap", "rho"]):
            by_name = cell.set_index("estimator")
            cells = [write(by_name.loc[e, quantity], by_name.loc[e, f"{quantity}_error"]) for e in panels.ESTIMATORS]
            lines.append([t(f"study.{measure}"), f"{overlap:g}", f"{rho:g}", *cells])
    return markdown(head, lines)


def _estimator_sentence(estimator: str, rows: pd.DataFrame, t) -> str:
    low, high = rows.loc[rows.coverage.idxmin()], rows.loc[rows.coverage.idxmax()]
    return t(
        "study.estimator_sentence",
        estimator=t(f"study.{estimator}"),
        low=percent(low.coverage, low.coverage_error),
        low_cell=_panel_cell(low, t),
        high=percent(high.coverage, high.coverage_error),
        high_cell=_panel_cell(high, t),
        short=int((rows.coverage + clear(rows.coverage_error) < NOMINAL).sum()),
        cells=len(rows),
        ratio_low=thousandths(*rows.loc[rows.ratio.idxmin(), ["ratio", "ratio_error"]]),
        ratio_high=thousandths(*rows.loc[rows.ratio.idxmax(), ["ratio", "ratio_error"]]),
    )


def _panel_cell(row, t) -> str:
    return t("study.panel_cell", measure=t(f"study.{row.measure}"), overlap=f"{row.overlap:g}", rho=f"{row.rho:g}")


# ---- 3. leagues

RATES = ("standing", "unsmoothed", "normal", "holm", "ranks")


def league_summary(table: pd.DataFrame) -> pd.DataFrame:
    """One row per cell: the rates of `RATES`, each with its Monte-Carlo error."""
    groups = table.groupby("cell")[list(RATES)]
    return groups.mean().join(groups.agg(sem).add_suffix("_error"))


def _leagues(results: pd.DataFrame, replicates: int, t) -> list[str]:
    summary = league_summary(results)
    head = ["league", "areas", "interviews", "df", "true_shares", "measure", "overlap"]
    lines = []
    for number, row in summary.iterrows():
        cell = leagues.CELLS[int(str(number))]
        panel = leagues.panel_of(cell)
        lines.append(
            [
                t(f"study.{cell.sizes}"),
                len(panel.share),
                span(panel.interviews),
                span(panel.df),
                span(panel.share),
                t(f"study.{cell.measure}"),
                f"{cell.overlap:g}",
                f"{cell.rho:g}",
                *(percent(row[r], row[f"{r}_error"]) for r in RATES),
            ]
        )
    table = markdown([*(t(f"study.{h}") for h in head), "ρ", *(t(f"study.{r}") for r in RATES)], lines)
    text = t("study.leagues_text", replicates=replicates, draws=leagues.DRAWS, shared=leagues.REPEATS)
    sentences = [_rate_sentence(r, summary, t) for r in RATES]
    return [f"## {t('study.leagues')}", text, table, t("study.follows"), bullets(sentences)]


def _rate_sentence(rate: str, summary: pd.DataFrame, t) -> str:
    """An error rate at its largest and how many cells are clearly above 5 %; joint coverage at its smallest."""
    error = summary[f"{rate}_error"]
    if rate == "ranks":
        at, off = summary[rate].idxmin(), (summary[rate] + clear(error) < NOMINAL).sum()
    else:
        at, off = summary[rate].idxmax(), (summary[rate] - clear(error) > ALPHA).sum()
    return t(
        f"study.{rate}_sentence",
        value=percent(summary.loc[at, rate], error[at]),
        row=list(summary.index).index(at) + 1,
        off=int(off),
        cells=len(summary),
    )
