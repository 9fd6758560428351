"""A city plan: interviews are allocated to a city's townships, from a file of divisions and a file of populations."""

from dataclasses import dataclass

import pandas as pd

from sampling import allocate_townships, city_frame, county_strata, margin_of_error
from sampling.planning.foresight import Assumed, Foresight, foresee
from sampling.planning.power import Progress
from service.files.faults import check_given, refuse
from service.files.read import read_table
from service.store.runs import planning_generator

DIVISION_COLUMNS = ("code", "name", "level", "parent")
COUNTY, PERSONS = "code2023", "pop_total"  # columns of the population file, of which only the counties are used
LEAST = 2  # interviews per township, so that each has a variance


@dataclass(frozen=True, eq=False)
class CityPlan:
    """How many interviews each township gets, with their margins of error; nothing of this is drawn or stored.

    townships  township, name, county, county_name, county_population, interviews, margin_srs: the expected margin of
               error of a share p at `level`, under simple random sampling within the township (sampling.size)
    counties   county, name, population, townships, proportional (n N_h/N before whole numbers and
               minimums), interviews
    left_out   township, name, county, county_name: units of the file that are not townships
    """

    city: str
    city_name: str
    interviews: int
    p: float
    level: float
    townships: pd.DataFrame
    counties: pd.DataFrame
    left_out: pd.DataFrame

    @property
    def notes(self) -> list[tuple[str, dict]]:
        """What must be said beside the plan: keys in words/ with the values of their sentences."""
        notes = [
            ("plan.note_allocation", {"minimum": LEAST}),
            ("plan.note_margin", {"p": self.p, "level": self.level}),
        ]
        if len(self.left_out):
            names = list(self.left_out.name)
            notes.append(("plan.note_left_out", {"units": names, "count": len(names)}))
        return notes


def plan_city(
    divisions: bytes,
    population: bytes,
    city: str,
    interviews: int,
    *,
    p: float = 0.9,
    level: float = 0.95,
    divisions_file: str = "divisions.csv",
    population_file: str = "population.csv",
) -> CityPlan:
    """Allocate interviews to the counties of a city in proportion to their populations, then equally to townships.

    divisions   CSV content: code, name, level, parent;   population  CSV content: code2023, pop_total
    p, level    share and confidence level of the margins;  …_file  the files' names for faults
    The allocation within counties is equal since no populations of townships are known; those of the counties are of
    all ages and include the units left out.
    """
    table = _read(divisions, divisions_file, DIVISION_COLUMNS)
    frame = city_frame(table, city)
    strata = county_strata(frame, _persons(population, population_file))
    sample = allocate_townships(frame.townships, strata, interviews, minimum=LEAST)
    persons = strata.set_index("stratum").population
    townships = frame.townships.assign(
        county_population=frame.townships.county.map(persons),
        interviews=sample.to_numpy(),
        margin_srs=margin_of_error(sample.to_numpy(), p=p, level=level),
    )
    by_county = townships.groupby("county").interviews.agg(["size", "sum"])
    counties = frame.counties.assign(
        population=persons.to_numpy(),
        townships=by_county["size"].to_numpy(),
        proportional=interviews * persons.to_numpy() / persons.sum(),
        interviews=by_county["sum"].to_numpy(),
    )
    return CityPlan(city, frame.name, interviews, p, level, townships, counties, frame.left_out)


def foresee_plan(
    city_plan: CityPlan, assumed: Assumed, *, cost: float | None = None, progress: Progress | None = None
) -> Foresight:
    """What the plan's interviews can show; for a township's unknown population, that of its county is used.

    progress(done, of): called after each part of the simulation
    """
    columns = {"township": "area", "county_population": "population", "interviews": "sample"}
    areas = city_plan.townships.rename(columns=columns)[list(columns.values())]
    return foresee(areas, assumed, rng=planning_generator(), cost=cost, progress=progress)


def _persons(content: bytes, file: str) -> pd.Series:
    """The number of people in each county, by its code."""
    table = _read(content, file, (COUNTY, PERSONS))
    refuse(~table[PERSONS].str.fullmatch("[0-9]{1,12}"), "plan.not_a_count", file, PERSONS, table)
    return table.set_index(COUNTY)[PERSONS].astype(int)


def _read(content: bytes, file: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """The named columns of a file, one row for each value of the first."""
    table = read_table(content, file, columns)
    check_given(table, file, columns, key="plan.column")
    refuse(table[columns[0]].duplicated(), "plan.repeated", file, columns[0], table)
    return table[list(columns)]
