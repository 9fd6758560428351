"""Tables for the terminal: a league and its changes, and a city's plan by county."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.table import Table

from estimation.changes.verdicts import CHANCE, PROVEN, REAL
from presentation.changes import verdict_text
from presentation.league_table import league_rows, shown_rows
from presentation.notes import withheld_text
from presentation.numbers import shown_value, value_heading
from service.figures.league import League
from words import Speaker, visible

if TYPE_CHECKING:  # a league is shown without what plans a sample
    from service.drawing.city_plan import CityPlan


class Rows(Table):
    """A table whose cells are printed letter by letter, each in its line."""

    def add_row(self, *cells: Any, **options: Any) -> None:
        """Add a row of texts."""
        super().add_row(*(visible(cell) if isinstance(cell, str) else cell for cell in cells), **options)


def league_table(league: League, t: Speaker) -> Table:
    """One row for each area, best first; confirmed rises and falls are bold."""
    compared = league.against is not None
    columns = [("rank", "right"), ("rank_range", "center"), ("area", "left"), ("estimate", "right")]
    columns += [("interval", "right"), ("n", "right"), *([("population", "right")] * league.finite)]
    columns += [("rank_range_alone", "center")] * league.alone
    columns += [("places", "right"), ("noise", "right"), ("change", "right"), ("verdict", "left")] * compared
    headings = {column: t(f"short.{column}") for column, _ in columns if column != "estimate"}
    headings["estimate"] = value_heading(league.measure, t)
    table, decimals = _table([(headings[column], justify) for column, justify in columns]), league.measure.decimals
    for row in league_rows(league, t).to_dict("records"):
        low, value, high = (shown_value(league.measure, row[c]) for c in ("lower", "estimate", "upper"))
        cells = [str(row["rank"]), f"{row['rank_lower']}–{row['rank_upper']}", row["area"], f"{value:.{decimals}f}"]
        cells += [f"{low:.{decimals}f}–{high:.{decimals}f}", str(row["n"])]
        population = row["population"]
        cells += ["–" if population != population else f"{population:.0f}"] * league.finite
        cells += [f"{row['alone_lower']}–{row['alone_upper']}"] if league.alone else []
        cells += _movement(league, row, t) if compared else []
        table.add_row(*cells, style="bold" if compared and row["code"] in league.movers else None)
    for area in league.withheld:
        table.add_row("–", "", league.name(area)[t("language.code")], withheld_text(league, t))
    return table


def levels_table(league: League, t: Speaker) -> Table:
    """One row for each area: its change on each level (score, standing, rank and probability), and the verdict."""
    names = ("area", "change", "p_holm", "relative", "p_standing", "p_worse_standing", "places", "places_range")
    names += ("p_last", "verdict")
    table = _table([(t(f"short.{n}"), "right" if n not in ("area", "verdict") else "left") for n in names])
    rows, decimals = shown_rows(league, league_rows(league, t), t), league.measure.decimals
    for row in rows[rows.places.notna()].to_dict("records"):
        cells = [
            row["area"],
            f"{row['change']:+.{decimals}f}",
            f"{row['p_holm']:.3f}",
            f"{row['relative']:+.{decimals}f}",
        ]
        cells += ["–" if row[c] != row[c] else f"{row[c]:.3f}" for c in ("p_standing", "p_worse_standing")]
        cells += [f"{row['places']:+d}" if row["places"] else "0", row["places_range"]]
        cells.append("–" if row["p_last"] != row["p_last"] else f"{row['p_last']:.2f}")
        verdict = verdict_text(league, row["code"], t, short=True)
        table.add_row(*cells, verdict, style="bold" if row["code"] in league.movers else None)
    return table


def words_table(rows: pd.DataFrame, words: int = 1) -> Table:
    """A table whose headings and cells are text already; the first `words` columns hold words, the others figures."""
    table = _table([(heading, "left" if k < words else "right") for k, heading in enumerate(rows.columns)])
    for cells in rows.itertuples(index=False):
        table.add_row(*cells)
    return table


def city_plan_table(city_plan: "CityPlan", t: Speaker) -> Table:
    """One row for each county: its people, townships and interviews, and the span of its townships' margins."""
    names = ("county", "population", "townships", "interviews", "each", "margin")
    table = _table([(t(f"column.plan.{name}"), "left" if name == "county" else "right") for name in names])
    for county in city_plan.counties.to_dict("records"):
        townships = city_plan.townships[city_plan.townships.county == county["county"]]
        cells = [county["name"], f"{county['population']:,}", str(county["townships"]), f"{county['interviews']:,}"]
        table.add_row(*cells, _span(townships.interviews, "{}"), "±" + _span(townships.margin_srs * 100, "{:.1f}"))
    return table


def _table(columns: Iterable[tuple[str, Any]]) -> Table:
    table = Rows(box=None, header_style="bold", pad_edge=False)
    for heading, justify in columns:
        table.add_column(heading, justify=justify, no_wrap=True)
    return table


def _movement(league: League, row: dict, t: Speaker) -> list[str]:
    """The cells on an area's change; if it cannot be compared, only the verdict, which says so."""
    verdict = league.table.verdict[row["code"]]
    if verdict not in (PROVEN, REAL, CHANCE):  # nobody answered in the earlier wave
        return ["", "", "", row["verdict"]]
    change, places = shown_value(league.measure, row["change"]), row["places"]
    places_cell = f"{places:+d}" if places else "0"
    return [
        places_cell,
        f"±{row['noise']}",
        f"{change:+.{league.measure.decimals}f}",
        verdict_text(league, row["code"], t, short=True),
    ]


def _span(values: pd.Series, form: str) -> str:
    """The smallest and the largest value; only one if they are the same."""
    low, high = form.format(values.min()), form.format(values.max())
    return low if low == high else f"{low}–{high}"
