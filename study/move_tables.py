"""Tables and sentences about changes of score and rank: false alarms where nothing changed, power where areas moved."""

from typing import Any

import numpy as np
import pandas as pd

from study import moves
from study.streams import sem
from study.written import bullets, clear, decimals, markdown, percent, span

NOMINAL = {
    "score": moves.ALPHA,
    "standing": moves.ALPHA_STANDING,
    "rank": moves.ALPHA_RANK,
    "page": moves.ALPHA,
}
YES_OR_NO = ("holds", "power")
LEAGUE = 70  # areas of a league as large as those the practices are meant for


def summary(table: pd.DataFrame, repeats: int) -> pd.DataFrame:
    """One row per cell: the mean of every measure over streams, and its Monte-Carlo error (…_error).

    A rate r of yes or no in n independent replicates has error √(r(1-r)/n), `repeats` of them a stream.
    """
    groups = table.drop(columns=["stream", "study"], errors="ignore").groupby("cell")
    means, errors, n = groups.mean(), groups.agg(sem), groups.size() * repeats
    for name in means:
        if name.endswith("false") or name in YES_OR_NO:
            errors[name] = np.sqrt(means[name] * (1 - means[name]) / n)
    return means.join(errors.add_suffix("_error"))


def measured(row, name: str, write=percent) -> str:
    """A measure with its Monte-Carlo error."""
    return write(row[name], row[f"{name}_error"])


# ---- which league


def league(cell: moves.Cell, t) -> list:
    """Areas, interviews, design, df, true shares, comparison."""
    drawn = moves.league_of(cell)
    return [
        cell.areas,
        span(drawn.interviews),
        t(f"study.design_{cell.design}"),
        span(drawn.psus - 1),
        _shares(cell, t),
        _comparison(cell, t),
    ]


def _shares(cell: moves.Cell, t) -> str:
    mean, sd = cell.shares
    return t("study.normal_shares", mean=f"{mean:g}", sd=f"{sd:g}") if cell.normal else span(np.array(cell.shares))


def _comparison(cell: moves.Cell, t) -> str:
    said = t(f"study.compared_{cell.comparison}")
    if not cell.common:
        return said
    if cell.same is None:
        return said + t("study.panel_psus", part=f"{100 * cell.common:g}", rho=f"{cell.rho:g}")
    if not cell.rho:
        return said + t("study.panel_persons", rho=f"{cell.same:g}")
    return said + t("study.panel_both", part=f"{100 * cell.common:g}", rho=f"{cell.rho:g}", same=f"{cell.same:g}")


def head(t, *columns: str) -> list[str]:
    """The columns of `league` under their names, and others."""
    names = ("row", "areas", "interviews", "design", "df", "true_shares", "compared")
    return [*(t(f"study.{name}") for name in names), *(t(f"study.{name}") for name in columns)]


def _rows(table: pd.DataFrame, cells: list, columns, t) -> list[list]:
    return [[k + 1, *league(cells[int(str(i))], t), *columns(row)] for k, (i, row) in enumerate(table.iterrows())]


# ---- nothing changed


def sizes(results: pd.DataFrame, replicates: int, t) -> list[str]:
    """False alarms of levels and practices, and what raw ranks do, in leagues where nothing changed."""
    table, cells = summary(results, moves.REPEATS), moves.UNCHANGED
    levels = [*(f"level_{name}" for name in moves.LEVELS), "level_holds", "deff"]
    text = t("study.sizes_text", replicates=replicates, draws=moves.DRAWS)

    def of_levels(row):
        return [*(measured(row, f"{name}_false") for name in moves.LEVELS), measured(row, "holds"), f"{row.deff:.1f}"]

    def of_practices(row):
        return [measured(row, f"{name}_{kind}") for name in moves.PRACTICES for kind in ("false", "others")]

    def of_raw(row):
        return [measured(row, name, percent if name == "ten_places" else decimals) for name in moves.RAW]

    practices = [[k + 1, *of_practices(row)] for k, (_, row) in enumerate(table.iterrows())]
    raw = [[k + 1, *of_raw(row)] for k, (_, row) in enumerate(table.iterrows())]
    return [
        f"## {t('study.sizes')}",
        text,
        bullets(t(f"study.design_{name}_text") for name in moves.PSUS),
        t("study.sizes_levels"),
        markdown(head(t, *levels), _rows(table, cells, of_levels, t)),
        t("study.sizes_practices"),
        markdown(_practice_head(t), practices),
        t("study.sizes_raw"),
        markdown([t("study.row"), *(t(f"study.raw_{name}") for name in moves.RAW)], raw),
        t("study.follows"),
        bullets(
            [
                *(_level_sentence(name, table, t) for name in moves.LEVELS),
                _holds_sentence(table, t),
                *(_practice_sentence(name, table, t) for name in moves.PRACTICES),
                *_raw_sentences(table, t),
            ]
        ),
    ]


def _practice_head(t) -> list[str]:
    names = [t(f"study.practice_{name}") for name in moves.PRACTICES]
    return [t("study.row"), *(said for n in names for said in (t("study.in_leagues", practice=n), t("study.of_areas")))]


def _level_sentence(name: str, table: pd.DataFrame, t) -> str:
    """The largest error rate, and the rows clearly above the nominal one."""
    rate, error = table[f"{name}_false"], table[f"{name}_false_error"]
    off = np.flatnonzero(rate - clear(error) > NOMINAL[name]) + 1
    said = t(
        "study.level_sentence",
        level=t(f"study.level_{name}"),
        value=percent(rate.max(), error[rate.idxmax()]),
        row=int(rate.argmax()) + 1,
        nominal=f"{100 * NOMINAL[name]:g}",
        off=len(off),
        cells=len(rate),
    )
    return said if not len(off) else f"{said} {t('study.level_off', rows=', '.join(str(k) for k in off))}"


def _holds_sentence(table: pd.DataFrame, t) -> str:
    rate, error = table.holds, table.holds_error
    return t(
        "study.holds_sentence",
        value=percent(rate.min(), error[rate.idxmin()]),
        row=int(rate.argmin()) + 1,
        nominal=f"{100 * (1 - moves.ALPHA_RANK):g}",
        off=int((rate + clear(error) < 1 - moves.ALPHA_RANK).sum()),
        cells=len(rate),
    )


def _practice_sentence(name: str, table: pd.DataFrame, t) -> str:
    large = table[[moves.UNCHANGED[number].areas >= LEAGUE for number in table.index]]
    rate = large[f"{name}_false"]
    low, high = (large.loc[at] for at in (rate.idxmin(), rate.idxmax()))
    others = large[f"{name}_others"]
    return t(
        "study.practice_sentence",
        practice=t(f"study.practice_{name}"),
        low=measured(low, f"{name}_false"),
        high=measured(high, f"{name}_false"),
        areas_low=measured(large.loc[others.idxmin()], f"{name}_others"),
        areas_high=measured(large.loc[others.idxmax()], f"{name}_others"),
        leagues=LEAGUE,
    )


def _raw_sentences(table: pd.DataFrame, t) -> list[str]:
    """What raw ranks do in ordinary leagues, those of them that were simulated."""
    sentences = []
    for cell in (moves.Cell(LEAGUE, moves.USUAL), moves.Cell(LEAGUE, moves.USUAL, shares=(0.86, 0.05), normal=True)):
        if (number := moves.UNCHANGED.index(cell)) in table.index:
            row, (low, high) = table.loc[number], moves.USUAL
            said: dict[str, Any] = {
                name: measured(row, name, percent if name == "ten_places" else decimals) for name in moves.RAW
            }
            place = list(table.index).index(number) + 1
            said |= {"row": place, "areas": LEAGUE, "low": low, "high": high, "shares": _shares(cell, t)}
            sentences.append(t("study.raw_sentence", **said))
    return sentences


# ---- some areas moved


def powers(results: pd.DataFrame, replicates: int, t) -> list[str]:
    """How many of the areas that moved are confirmed, and how often others are, wrongly."""
    table, cells, methods = summary(results, moves.REPEATS), moves.CHANGED, [*moves.LEVELS, *moves.PRACTICES]
    names = [*(f"level_{name}" for name in moves.LEVELS), *(f"practice_{name}" for name in moves.PRACTICES)]

    def hits(row):
        return [_moves(cells[row.name], t), *(measured(row, f"{name}_hits") for name in methods)]

    def false(row):
        wrong = [measured(row, f"{name}_false") for name in moves.LEVELS]
        return [*wrong, measured(row, "holds"), *(measured(row, f"{name}_others") for name in moves.PRACTICES)]

    wrong_head = [t(f"study.{name}") for name in (*names[: len(moves.LEVELS)], "level_holds")]
    wrong_head += [t("study.of_others", practice=t(f"study.{name}")) for name in names[len(moves.LEVELS) :]]
    return [
        f"## {t('study.powers')}",
        t("study.powers_text", replicates=replicates),
        t("study.powers_hits"),
        markdown(head(t, "moves", *names), _rows(table, cells, hits, t)),
        t("study.powers_false"),
        markdown([t("study.row"), *wrong_head], [[k + 1, *false(r)] for k, (_, r) in enumerate(table.iterrows())]),
        t("study.follows"),
        bullets(
            [
                *(_level_sentence(name, table, t) for name in moves.LEVELS),
                _holds_sentence(table, t),
                *_growth_sentences(table, t),
            ]
        ),
    ]


def _moves(cell: moves.Cell, t) -> str:
    """-5, +5"""
    return ", ".join(f"{m:+g}" for m in cell.moves).replace("-", "−")


def _growth_sentences(table: pd.DataFrame, t) -> list[str]:
    """Power at each level by the number of interviews, where five areas of 70 fall."""
    plain = [
        moves.Cell(LEAGUE, n, moves=moves.FALLS) for n in (moves.USUAL, *map(moves.same_n, (400, 800, 1600, 6400)))
    ]
    shown = [
        (span(np.array(c.interviews)), table.loc[i]) for c in plain if (i := moves.CHANGED.index(c)) in table.index
    ]
    sentences = []
    for name in moves.LEVELS if shown else ():
        steps = [t("study.power_step", n=n, value=measured(row, f"{name}_hits")) for n, row in shown]
        sentences.append(t("study.power_sentence", level=t(f"study.level_{name}"), steps=t("study.and_so").join(steps)))
    return sentences
