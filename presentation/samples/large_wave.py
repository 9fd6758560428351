"""The figures of a wave too large for memory, as the rows of a table for each measure."""

import pandas as pd

from presentation.numbers import shown_value, value_heading
from programme.declared import Programme
from words import Speaker


def measure_rows(figures: pd.DataFrame, programme: Programme, name: str, t: Speaker) -> pd.DataFrame:
    """The areas of a measure, best first in each league, and all of them together, as texts under their headings.

    figures: rank, rank_lower, rank_upper and the columns of ESTIMATES
    """
    measure, language = programme.measures[name], t("language.code")
    places = {area: place for place, area in enumerate(programme.ranked)}
    leagues = {code: area.league for code, area in programme.ranked.items()}
    of_measure = figures[figures.measure == name]
    order = of_measure.assign(league=of_measure.domain.map(leagues), place=of_measure.domain.map(places))
    rows = []
    for row in order.sort_values(["league", "rank", "place"]).to_dict("records"):
        low, value, high = (shown_value(measure, row[column]) for column in ("lower", "estimate", "upper"))
        ranked, area = not pd.isna(row["rank"]), row["domain"]
        rows.append(
            {
                t("short.rank"): str(row["rank"]) if ranked else "",
                t("short.rank_range"): f"{row['rank_lower']}–{row['rank_upper']}" if ranked else "",
                t("short.area"): programme.ranked[area].name[language] if area in places else t("cli.large_wave.all"),
                value_heading(measure, t): f"{value:.{measure.decimals}f}",
                t("short.interval"): f"{low:.{measure.decimals}f}–{high:.{measure.decimals}f}",
                t("short.n"): f"{row['n']:,}",
            }
        )
    return pd.DataFrame(rows)
