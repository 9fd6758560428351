"""Tables for the terminal: a league with what is real in it, and a plan by county."""

from rich.table import Table

from estimation.change.league_comparison import CHANCE, PROVEN, REAL
from presentation import changes, figures, league_table
from presentation.figures import Speaker
from service.drawing.city_plan import Plan
from service.figures.league import League


def league(found: League, t: Speaker) -> Table:
    """One row an area, best first; real movement in bold."""
    compared = found.against is not None
    columns = [("rank", "right"), ("rank_range", "center"), ("area", "left"), (found.measure.unit, "right")]
    columns += [("interval", "right"), ("n", "right"), *([("population", "right")] * found.finite)]
    columns += [("rank_range_alone", "center")] * found.alone
    columns += [("places", "right"), ("noise", "right"), ("change", "right"), ("verdict", "left")] * compared
    table, k = _table([(t(f"short.{column}"), justify) for column, justify in columns]), found.measure.decimals
    for row in league_table.league_rows(found, t).to_dict("records"):
        low, value, high = (figures.shown_value(found.measure, row[c]) for c in ("lower", "estimate", "upper"))
        cells = [str(row["rank"]), f"{row['rank_lower']}–{row['rank_upper']}", row["area"], f"{value:.{k}f}"]
        cells += [f"{low:.{k}f}–{high:.{k}f}", str(row["n"])]
        people = row["population"]
        cells += ["–" if people != people else f"{people:.0f}"] * found.finite
        cells += [f"{row['alone_lower']}–{row['alone_upper']}"] if found.alone else []
        cells += _movement(found, row, t) if compared else []
        table.add_row(*cells, style="bold" if compared and row["code"] in found.movers else None)
    for area in found.withheld:
        table.add_row("–", "", found.name(area)[t("language.code")], figures.withheld_text(found, t))
    return table


def levels(found: League, t: Speaker) -> Table:
    """One row an area: what each level of change says, score, standing, rank and probability, and the verdict."""
    names = ("area", "change", "p_holm", "relative", "p_standing", "p_worse_standing", "places", "places_range")
    names += ("p_last", "verdict")
    table = _table([(t(f"short.{n}"), "right" if n not in ("area", "verdict") else "left") for n in names])
    rows, k = figures.shown_rows(found, league_table.league_rows(found, t), t), found.measure.decimals
    for row in rows[rows.places.notna()].to_dict("records"):
        cells = [row["area"], f"{row['change']:+.{k}f}", f"{row['p_holm']:.3f}", f"{row['relative']:+.{k}f}"]
        cells += ["–" if row[c] != row[c] else f"{row[c]:.3f}" for c in ("p_standing", "p_worse_standing")]
        cells += [f"{row['places']:+d}" if row["places"] else "0", row["places_range"]]
        cells.append("–" if row["p_last"] != row["p_last"] else f"{row['p_last']:.2f}")
        verdict = changes.verdict_text(found, row["code"], t, short=True)
        table.add_row(*cells, verdict, style="bold" if row["code"] in found.movers else None)
    return table


def words_table(rows) -> Table:
    """A table whose headings and cells are words already."""
    table = _table([(heading, "left" if k == 0 else "right") for k, heading in enumerate(rows.columns)])
    for cells in rows.itertuples(index=False):
        table.add_row(*cells)
    return table


def plan(made: Plan, t: Speaker) -> Table:
    """One row a county: its people, townships, interviews, and what each township gets."""
    names = ("county", "population", "townships", "interviews", "each", "margin")
    table = _table([(t(f"column.plan.{name}"), "left" if name == "county" else "right") for name in names])
    for county in made.counties.to_dict("records"):
        own = made.townships[made.townships.county == county["county"]]
        cells = [county["name"], f"{county['population']:,}", str(county["townships"]), f"{county['interviews']:,}"]
        table.add_row(*cells, _span(own.interviews, "{}"), "±" + _span(own.margin_srs * 100, "{:.1f}"))
    return table


def _table(columns) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading, justify in columns:
        table.add_column(heading, justify=justify, no_wrap=True)
    return table


def _movement(found: League, row: dict, t: Speaker) -> list[str]:
    code = found.table.verdict[row["code"]]
    if code not in (PROVEN, REAL, CHANCE):  # nobody answered in the earlier wave
        return ["", "", "", row["verdict"]]
    change, places = figures.shown_value(found.measure, row["change"]), row["places"]
    moved = f"{places:+d}" if places else "0"
    return [
        moved,
        f"±{row['noise']}",
        f"{change:+.{found.measure.decimals}f}",
        changes.verdict_text(found, row["code"], t, short=True),
    ]


def _span(values, form: str) -> str:
    """The smallest and largest value, or the one there is."""
    low, high = form.format(values.min()), form.format(values.max())
    return low if low == high else f"{low}–{high}"
