"""A wave's figures as anybody may see them: two tables made of what a run computed, without small cells."""

import io
from collections.abc import Callable, Mapping

import pandas as pd

import contracts
from accountability.disclosure.measures import measures_withheld
from accountability.disclosure.shown_league import shown_figures
from accountability.league.conventions import ALL
from accountability.league.figures import LeagueFigures, league_figures
from programme.declared import Programme
from service.figures.factors import named_by_area, shown_factors
from service.figures.types_of_person import shown_groups
from service.store.differences import CLOSE
from words import Fault

FIGURES, VERDICTS, FACTORS, TYPES = "figures.csv", "verdicts.csv", "factors.csv", "types.csv"
KEYS = {
    FIGURES: ["measure", "league", "area"],
    VERDICTS: ["measure", "league", "rule", "area"],
    FACTORS: ["table", "area", "factor"],
    TYPES: ["measure", "types", "group", "area"],
}


def published_figures(
    programme: Programme,
    wave: str,
    tables: Mapping[str, pd.DataFrame],
    people: Callable[[str], tuple[pd.Series, pd.Series]],
) -> dict[str, pd.DataFrame]:
    """File name -> the estimates with ranks of every measure and league, the verdicts of the rules, and what people
    named and the figures by type of person, if the programme has such tables.

    tables: ESTIMATES, RANKS, VERDICTS and CONTRASTS of the wave's run.  The row of area "*" is everybody, unranked.
    people: from a question, each respondent's area and answer, by which it is known what few people named
    """
    estimates, ranks, verdicts = (typed(tables, name) for name in ("ESTIMATES", "RANKS", "VERDICTS"))
    sizes, rows, judged = estimates[["measure", "domain", "n"]], [], []
    for name in programme.measures:
        of_measure = [table[table.measure == name] for table in (estimates, ranks, verdicts)]
        for league in programme.leagues:
            shown = _shown(programme, name, league, wave, of_measure, sizes)
            if shown is None:
                continue
            everybody = pd.DataFrame([{**shown.everybody, "area": ALL}] if shown.everybody else [])
            table = pd.concat([shown.table.reset_index(), everybody], ignore_index=True)
            rows.append(table.assign(measure=name, league=league))
            judged.append(shown.verdicts.assign(measure=name, league=league))
            if not shown.withheld and not shown.elsewhere:
                judged.append(_together(programme, name, league, verdicts, sizes).assign(measure=name, league=league))
    figures = joined_parts(rows, KEYS[FIGURES])
    places = [column for column in ("rank", "rank_lower", "rank_upper") if column in figures]
    figures = figures.astype(dict.fromkeys(places, "Int64"))  # everybody has none
    shown = {FIGURES: figures, VERDICTS: joined_parts(judged, KEYS[VERDICTS])}
    if programme.types:
        groups = shown_groups(programme, estimates, typed(tables, "CONTRASTS"))
        shown[TYPES] = joined_parts([groups], KEYS[TYPES])
    return shown | ({FACTORS: _factors(programme, wave, estimates, people)} if programme.factors else {})


def _together(
    programme: Programme, name: str, league: str, verdicts: pd.DataFrame, sizes: pd.DataFrame
) -> pd.DataFrame:
    """The verdicts on a league's groups, and on the league, that rest on no measure of which anything is withheld."""
    units = {unit for of in programme.units_of(league).values() for unit in of}
    rules = programme.in_league(league).joint_rules[name]
    placing = {rule.placed_by for rule in rules} - {""}
    hidden = measures_withheld(
        placing, programme.shown_measures, sizes, limit=programme.withhold, inside=programme.ranked_inside
    )
    joint = {rule.name for rule in rules if rule.placed_by not in hidden}
    rows = verdicts[(verdicts.measure == name) & verdicts.rule.isin(joint) & verdicts.area.isin(units)]
    return rows.sort_values(["rule", "area"], kind="stable")


def differing_cells(stated: pd.DataFrame, computed: pd.DataFrame, keys: list[str]) -> list[tuple[str, str, str, str]]:
    """(row, column, as stated, as computed) of each cell of a file, all texts, that was not computed so.

    Numbers agree within 1e-12 relative. A row that one of the two lacks is a cell of its own, "-" where it is absent.
    """
    one, two = (table.set_index(keys).sort_index() for table in (stated, computed))
    differing = [(_row(key), "-", "+", "-") for key in one.index.difference(two.index)]
    differing += [(_row(key), "-", "-", "+") for key in two.index.difference(one.index)]
    if one.index.has_duplicates:
        return [*differing, *((_row(key), "-", "+", "-") for key in one.index[one.index.duplicated()])]
    shared = one.index.intersection(two.index)
    for column in dict.fromkeys([*one.columns, *two.columns]):
        if column not in one or column not in two:
            differing.append(("-", column, "+" if column in one else "-", "+" if column in two else "-"))
            continue
        for key, said, made in zip(shared, one.loc[shared, column], two.loc[shared, column], strict=True):
            if not _agree(said, made):
                differing.append((_row(key), column, said, made))
    return differing


def cells_of(content: bytes) -> pd.DataFrame:
    """A file of figures with every cell as it is written."""
    return pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False, encoding="utf-8-sig")


def _factors(
    programme: Programme, wave: str, estimates: pd.DataFrame, people: Callable[[str], tuple[pd.Series, pd.Series]]
) -> pd.DataFrame:
    """What people named, in every area and over all of them."""
    parts = []
    for name, factor_table in programme.factors.items():
        named = named_by_area(programme, wave, name, *people(factor_table.item))
        parts.append(shown_factors(programme, name, estimates, named).assign(table=name))
    return joined_parts(parts, KEYS[FACTORS])


def _shown(
    programme: Programme, name: str, league: str, wave: str, of_measure: list[pd.DataFrame], sizes: pd.DataFrame
) -> LeagueFigures | None:
    """What anybody may see of a measure in a league; None if nobody answered or all of it is withheld."""
    estimates, ranks, verdicts = of_measure
    areas = programme.league_areas(league)
    joint = {rule.name for rule in programme.joint_rules[name]}
    of_areas = verdicts[~verdicts.rule.isin(joint)]
    figures = league_figures(programme.measures[name], areas, estimates=estimates, ranks=ranks, verdicts=of_areas)
    if figures.table.empty:
        return None
    of = programme.shown_measures, name, programme.in_league(league).rules[name], {wave: sizes}
    try:
        return shown_figures(
            figures, *of, areas=areas, wave=wave, limit=programme.withhold, inside=programme.ranked_inside
        )
    except Fault:  # all of it is withheld
        return None


def typed(tables: Mapping[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """A table of a run with the columns of its contract; empty if the run has none."""
    columns = getattr(contracts, name).columns
    table = tables.get(name, pd.DataFrame({c: pd.Series(dtype=object) for c in columns}))
    return table[list(columns)].astype({c: float for c, kind in columns.items() if kind is float})


def joined_parts(parts: list[pd.DataFrame], keys: list[str]) -> pd.DataFrame:
    """The parts of a file of figures together, in the order of its keys."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=keys)
    table = pd.concat(filled, ignore_index=True)
    ordered = [*keys, *(column for column in table if column not in keys)]
    return table[ordered].sort_values(keys, ignore_index=True)


def _row(key: object) -> str:
    return " / ".join(map(str, key)) if isinstance(key, tuple) else str(key)


def _agree(said: str, made: str) -> bool:
    if said == made:
        return True
    try:
        one, two = float(said), float(made)
    except ValueError:
        return False
    return abs(one - two) <= CLOSE * abs(two)
