"""The townships of a city, with its counties as strata, from the table of administrative divisions."""

from dataclasses import dataclass

import pandas as pd

from contracts import DIVISIONS, STRATA, check
from words import Fault

TOWNSHIP_KINDS = ("0", "1", "2", "3")  # first digit of a unit's last three: 0 street, 1 town, 2 and 3 township


@dataclass(frozen=True, eq=False)
class CityFrame:
    """A city's counties and townships, in the order of their codes, and its units that are not townships.

    counties   county, name
    townships  township, name, county, county_name
    left_out   the columns of townships: farms and zones, listed so that nothing is dropped silently
    """

    city: str
    name: str
    counties: pd.DataFrame
    townships: pd.DataFrame
    left_out: pd.DataFrame


def city_frame(divisions: pd.DataFrame, city: str) -> CityFrame:
    """The counties of a city and their townships; divisions: a DIVISIONS table, city: the city's code.

    A unit's code is that of its county and three more digits.  001-399 are streets, towns and townships; 400 and above
    are farms, development zones and the like, which are left out and listed (GB/T 10114, codes below the county).
    Raises Fault for an unknown city, malformed codes, and a county without townships.
    """
    divisions = check(divisions, DIVISIONS).sort_values("code")
    cities = divisions[divisions.level == "city"].set_index("code").name
    if city not in cities.index:
        raise Fault(key="sampling.city_unknown", found=city, expected=_labels(cities) or ["-"])
    counties = divisions[(divisions.level == "county") & (divisions.parent == city)]
    names = counties.set_index("code").name
    units = divisions[(divisions.level == "township") & divisions.parent.isin(names.index)]
    _check_codes(units)
    is_township = units.code.str[-3].isin(TOWNSHIP_KINDS)
    bare = names[~names.index.isin(units.parent[is_township])]
    if len(bare) or names.empty:
        raise Fault(key="sampling.county_without_townships", counties=_labels(bare) or [f"{city} {cities[city]}"])
    units = units.rename(columns={"code": "township", "parent": "county"}).assign(county_name=units.parent.map(names))
    units = units[["township", "name", "county", "county_name"]]
    return CityFrame(
        city=city,
        name=cities[city],
        counties=names.rename_axis("county").reset_index(),
        townships=units[is_township].reset_index(drop=True),
        left_out=units[~is_township].reset_index(drop=True),
    )


def county_strata(frame: CityFrame, population: pd.Series) -> pd.DataFrame:
    """The city's counties as a STRATA table; `population` holds the persons N_h of each county, by its code.

    A county's population includes the residents of the units that are left out, because they were not counted apart.
    Raises Fault for a county whose population is missing or below 1.
    """
    names = frame.counties.set_index("county").name
    persons = population.reindex(names.index)
    without = names[~(persons >= 1)]
    if len(without):
        raise Fault(key="sampling.county_without_population", counties=_labels(without))
    return check(pd.DataFrame({"stratum": names.index, "population": persons.to_numpy()}), STRATA)


def _check_codes(units: pd.DataFrame) -> None:
    right = units.code.str.fullmatch("[0-9]{9}") & (units.code.str[:-3] == units.parent)
    wrong = units[~right]
    if len(wrong):
        raise Fault(key="sampling.township_code", units=_labels(wrong.set_index("code").name), count=len(wrong))


def _labels(names: pd.Series) -> list[str]:
    return [f"{code} {name}" for code, name in names.items()]
