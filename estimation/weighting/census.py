"""Known totals of a city's people of the survey's ages, from a census by county, sex, age band, and urban or rural."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from estimation.weighting.ages import BandSplit, split_bands
from words import Fault

BAND = re.compile(r"([mf])_(\d+(?:-\d+|\+)?)")  # a column of the census: m_15-19, f_85+
COLUMNS = ("county", "sex", "age_group", "urban")
CROSSED = "*"  # separates the columns of a crossed margin, and the parts of its categories
URBAN, RURAL = "urban", "rural"


@dataclass(frozen=True, eq=False)
class CensusMargins:
    """Margins from a census, and what had to be assumed.

    table            margin, category, total
    split            how age bands were divided among the survey's age groups
    urban_all_ages   whether the urban share is that of people of all ages, as the census does not cross it with age
    """

    table: pd.DataFrame
    split: BandSplit
    urban_all_ages: bool


def census_margins(census: pd.DataFrame, city: str, groups: Iterable, margins: Iterable[str]) -> CensusMargins:
    """The totals of the people in the survey's age groups, for each margin one row per category.

    census   one row per county: code2023, pop_urban, pop_rural, and the columns m_ and f_ of every age band
    city     the first four digits of its counties' codes
    groups   the survey's age groups, as in `split_bands`
    margins  columns out of county, sex, age_group and urban, crossed by "*": "sex*age_group", "county*urban"
    The urban total of a county is the urban share of its people of all ages times its people of the survey's ages.
    Urban can be crossed with county only, because the census crosses it with nothing else.  All margins have the same
    sum.  Raises Fault for an unknown city or margin.
    """
    codes = census.code2023.astype(str)
    counties = census[codes.str.startswith(city) & ~codes.str.endswith("00")]
    if counties.empty:
        raise Fault(key="census.city", found=city, expected=sorted(codes[codes.str.endswith("00")].str[:4]))
    by_age, split = _people(counties, groups)
    tables, urban = [], False
    for name in margins:
        columns = name.split(CROSSED)
        if not set(columns) <= set(COLUMNS) or len(set(columns)) < len(columns):
            raise Fault(key="census.margin", found=name, expected=list(COLUMNS))
        if "urban" in columns and not set(columns) <= {"county", "urban"}:
            raise Fault(key="census.no_cross", found=name)
        people = _urban(counties, by_age) if "urban" in columns else by_age
        urban |= "urban" in columns
        totals = people.groupby(columns, sort=False).total.sum()
        labels = [CROSSED.join(label if isinstance(label, tuple) else (label,)) for label in totals.index]
        tables.append(pd.DataFrame({"margin": name, "category": labels, "total": totals.to_numpy()}))
    if not tables:
        raise Fault(key="margins.none")
    return CensusMargins(pd.concat(tables, ignore_index=True), split, urban)


def _people(counties: pd.DataFrame, groups) -> tuple[pd.DataFrame, BandSplit]:
    """The people by county, sex and age group, one row for each combination; and how the bands were divided."""
    bands = [BAND.fullmatch(str(column)) for column in counties.columns]
    by_sex = []
    for sex in ("m", "f"):
        counts = counties[[match[0] for match in bands if match and match[1] == sex]]
        counts = counts.rename(columns={match[0]: match[2] for match in bands if match})
        by_sex.append(counts.set_axis(pd.MultiIndex.from_product([counties.code2023.astype(str), [sex]])))
    split = split_bands(pd.concat(by_sex).rename_axis(["county", "sex"]), groups)
    totals = split.totals.rename_axis(columns="age_group")
    return totals.stack().rename("total").reset_index(), split  # noqa: PD013


def _urban(counties: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """The people by county and urban or rural, divided in the proportion of people of all ages."""
    urban_share = counties.pop_urban / (counties.pop_urban + counties.pop_rural)
    share = urban_share.set_axis(counties.code2023.astype(str))
    total = people.groupby("county", sort=False).total.sum()
    parts = [(kind, total * part) for kind, part in ((URBAN, share), (RURAL, 1 - share))]
    return pd.concat([t.rename("total").reset_index().assign(urban=kind) for kind, t in parts], ignore_index=True)
