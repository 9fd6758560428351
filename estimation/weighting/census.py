"""Known totals of a city's people of the survey's ages, from a census by county, sex, age band and urban or rural."""

import re
from dataclasses import dataclass

import pandas as pd

from estimation.weighting.ages import BandSplit, split_bands
from words import Fault

BAND = re.compile(r"([mf])_(\d+(?:-\d+|\+)?)")  # a column of the census: m_15-19, f_85+
COLUMNS = ("county", "sex", "age_group", "urban")
CROSSED = "*"  # between the columns of a margin, and between the parts of a category
URBAN, RURAL = "urban", "rural"


@dataclass(frozen=True, eq=False)
class CensusMargins:
    """Margins from a census: table (margin, category, total), and what had to be assumed.

    split            how bands were cut by the survey's ages
    urban_all_ages   whether urban and rural were taken from people of all ages, the census having no cross with age
    """

    table: pd.DataFrame
    split: BandSplit
    urban_all_ages: bool


def census_margins(census: pd.DataFrame, city: str, groups, margins) -> CensusMargins:
    """Totals of the people in the survey's age groups: for each margin one row a category.

    census   one row a county: code2023, pop_urban, pop_rural, and m_ and f_ columns of every age band
    city     the first four digits of its counties' codes;  groups: ages as in `split_bands`
    margins  columns out of county, sex, age_group, urban, crossed by "*": "sex*age_group", "county*urban"
    Urban in a county is its share of people of all ages times its people of the survey's ages; urban can be crossed
    with county only, since the census has it with nothing else.  All margins have the same sum.
    """
    codes = census.code2023.astype(str)
    own = census[codes.str.startswith(city) & ~codes.str.endswith("00")]
    if own.empty:
        raise Fault(key="census.city", found=city, expected=sorted(codes[codes.str.endswith("00")].str[:4]))
    wide, split = _people(own, groups)
    tables, urban = [], False
    for name in margins:
        columns = name.split(CROSSED)
        if not set(columns) <= set(COLUMNS) or len(set(columns)) < len(columns):
            raise Fault(key="census.margin", found=name, expected=list(COLUMNS))
        if "urban" in columns and not set(columns) <= {"county", "urban"}:
            raise Fault(key="census.no_cross", found=name)
        people = _urban(own, wide) if "urban" in columns else wide
        urban |= "urban" in columns
        totals = people.groupby(columns, sort=False).total.sum()
        labels = [CROSSED.join(label if isinstance(label, tuple) else (label,)) for label in totals.index]
        tables.append(pd.DataFrame({"margin": name, "category": labels, "total": totals.to_numpy()}))
    if not tables:
        raise Fault(key="margins.none")
    return CensusMargins(pd.concat(tables, ignore_index=True), split, urban)


def _people(own: pd.DataFrame, groups) -> tuple[pd.DataFrame, BandSplit]:
    """People by county, sex and age group, one row each, and how the bands were split."""
    bands = [BAND.fullmatch(str(column)) for column in own.columns]
    by_sex = []
    for sex in ("m", "f"):
        counts = own[[found[0] for found in bands if found and found[1] == sex]]
        counts = counts.rename(columns={found[0]: found[2] for found in bands if found})
        by_sex.append(counts.set_axis(pd.MultiIndex.from_product([own.code2023.astype(str), [sex]])))
    split = split_bands(pd.concat(by_sex).rename_axis(["county", "sex"]), groups)
    totals = split.totals.rename_axis(columns="age_group")
    return totals.stack().rename("total").reset_index(), split  # noqa: PD013


def _urban(own: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """People by county and urban or rural, split as those of all ages are."""
    share = (own.pop_urban / (own.pop_urban + own.pop_rural)).set_axis(own.code2023.astype(str))
    total = people.groupby("county", sort=False).total.sum()
    parts = [(kind, total * part) for kind, part in ((URBAN, share), (RURAL, 1 - share))]
    return pd.concat([t.rename("total").reset_index().assign(urban=kind) for kind, t in parts], ignore_index=True)
