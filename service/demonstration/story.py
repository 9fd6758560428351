"""What a simulated survey's folder says: fieldwork.toml, how it is played, and truth.csv, what is true in its areas."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from fieldwork.simulated import Interviewing, Reaching, Truth, made_up_people
from fieldwork.simulated.people import chance_good
from programme.declared import Programme
from programme.entry import Entry
from programme.wave_names import check_wave_name
from service.fieldwork.simulating import COACHED, WILLING
from service.figures.windows import window
from service.files.bounds import read_bounded
from service.files.faults import FaultList
from service.files.read import read_file
from service.store.names import name_of

PLAY, TRUE = "fieldwork.toml", "truth.csv"
AREA, PEOPLE = "area", "people"
LISTED_AGE = "listed_age"  # a column of the made-up list, which is kept for weighting
SETTINGS = {"seed", "measure", "interviews", "interviewers", "rho", "lazy", "days", "waves", "present"}
SETTINGS |= {"coached_wave", "coached_from", "windows"}
MOST_PEOPLE = 20_000


@dataclass(frozen=True, eq=False)
class Story:
    """A survey to be played.

    seed          of the people and their answers
    measure       of which the true rates are
    interviews    planned in every area and wave
    interviewers  their names; the last `lazy` of them make up interviews
    rho           correlation of answers to one interviewer
    days          of a fieldwork
    waves         wave -> its first day, for those that are over
    present       the wave whose fieldwork goes on when it is played, and for how many days it has
    coached_wave  the wave in which areas are coached; "": none
    coached_from  the day of its fieldwork, from 1, on which that begins
    windows       two windows of waves that are compared, the earlier first; none: ("", "")
    areas         by area: people (on the list), willing, coached, and the true rate in each wave
    """

    seed: str
    measure: str
    interviews: int
    interviewers: tuple[str, ...]
    lazy: int
    rho: float
    days: int
    waves: Mapping[str, date]
    present: tuple[str, int]
    coached_wave: str
    areas: pd.DataFrame
    coached_from: int = 1
    windows: tuple[str, str] = ("", "")

    def truth(self, wave: str) -> Truth:
        """The true rates of a wave."""
        return Truth(self.areas[wave].to_dict())

    def reaching(self) -> Reaching:
        """Who is reached and gives an interview."""
        return Reaching(willing=self.areas[WILLING].to_dict())

    def interviewing(self, wave: str, begins: datetime) -> Interviewing:
        """What interviewers do in a wave whose fieldwork begins then."""
        coached = self.areas[COACHED].to_dict() if wave == self.coached_wave else {}
        lazy = frozenset(self.interviewers[len(self.interviewers) - self.lazy :])
        since = begins + timedelta(days=self.coached_from - 1)
        return Interviewing(self.interviewers, self.rho, lazy, coached, since)

    def listed(self) -> pd.DataFrame:
        """The made-up list: unit_id, area, listed_age (the age group that the register has) and source."""
        area = np.repeat(self.areas.index.to_numpy(), self.areas[PEOPLE])
        place = np.concatenate([np.arange(n) for n in self.areas[PEOPLE]])
        ids = [f"sim-{a}-{k:05d}" for a, k in zip(area, place, strict=True)]
        listed = pd.DataFrame({"unit_id": ids, "area": area})
        people = made_up_people(listed, self.truth(self.present[0]), seed=self.seed)
        return listed.assign(**{LISTED_AGE: people.age_group.to_numpy(), "source": "simulated"})

    def expected(self, people: pd.DataFrame, wave: str) -> pd.Series:
        """The share of good answers if everybody on an area's list were asked, by area.

        A person whose own number is u gives a good answer with chance √s 1[u < q] + (1 - √s) q, s the steadiness.
        """
        truth = self.truth(wave)
        q, own = chance_good(people, truth), np.sqrt(truth.steady)
        chance = own * (people.unease.to_numpy() < q) + (1 - own) * q
        return pd.Series(chance).groupby(people.area.to_numpy()).mean()


def is_story(folder: Path) -> bool:
    """Whether a folder holds a survey to be played, and no waves."""
    return (folder / PLAY).is_file()


def read_story(folder: Path, programme: Programme) -> Story:
    """The survey of a folder; a Fault names what is missing or wrong in its two files."""
    play = folder / PLAY
    data = tomllib.loads(read_bounded(play).decode("utf-8"))
    entry = Entry(name_of(play), "", data)
    entry.known(SETTINGS)
    days = entry.at("waves").data
    waves = {check_wave_name(wave): entry.at("waves").get(wave, date) for wave in sorted(days)}
    present = entry.at("present")
    present.known({"wave", "days"})
    now = check_wave_name(present.get("wave", str)), present.get("days", int)
    count, lazy = entry.get("interviewers", int), entry.get("lazy", int, 0)
    numbers = {"interviews": entry.get("interviews", int), "interviewers": count, "days": entry.get("days", int)}
    for key, number in numbers.items():
        if not 1 <= number <= 999:
            raise entry.fault(key, number, "1 … 999")
    coached_from = entry.get("coached_from", int, 1)
    if not 1 <= coached_from <= numbers["days"]:
        raise entry.fault("coached_from", coached_from, f"1 … {numbers['days']}")
    windows = entry.texts("windows", ("", ""))
    if any(windows) and (len(windows) != 2 or not {w for name in windows for w in window(name)} <= set(waves)):
        raise entry.fault("windows", list(windows), ", ".join(waves))
    if not 0 <= lazy <= count:
        raise entry.fault("lazy", lazy, f"0 … {count}")
    return Story(
        seed=entry.get("seed", str),
        measure=entry.one_of("measure", programme.measures),
        interviews=numbers["interviews"],
        interviewers=tuple(f"sim{number:02d}" for number in range(1, count + 1)),
        lazy=lazy,
        rho=float(entry.get("rho", float, 0.0)),
        days=numbers["days"],
        waves=waves,
        present=now,
        coached_wave=entry.get("coached_wave", str, ""),
        areas=_areas(folder / TRUE, programme, [*waves, now[0]]),
        coached_from=coached_from,
        windows=(windows[0], windows[1]),
    )


def _areas(file: Path, programme: Programme, waves: list[str]) -> pd.DataFrame:
    name, needed = name_of(file), [AREA, PEOPLE, WILLING, COACHED, *waves]
    read = read_file(read_bounded(file), name, needed)
    table, faults = read.table, FaultList(name, list(read.faults))
    if faults.lacking(table, needed, key="simulated.truth_columns"):
        faults.settle()
    faults.refuse(~table[AREA].isin(programme.areas), "simulated.truth_area", AREA, table, expected=programme.areas)
    faults.refuse(table[AREA].duplicated(), "simulated.truth_twice", AREA, table)
    numbers = {}
    for column in needed[1:]:
        numbers[column] = pd.to_numeric(table[column], errors="coerce")
        high, low = (MOST_PEOPLE, 2) if column == PEOPLE else (1, 0)
        outside = ~numbers[column].between(low, high) | (column in waves) & (numbers[column] <= 0)
        faults.refuse(outside, "simulated.truth_number", column, table)
    faults.settle()
    areas = pd.DataFrame(numbers).set_axis(pd.Index(table[AREA], name=AREA))
    return areas.astype({PEOPLE: int})


def known_totals(people: pd.DataFrame, period: str, area: str) -> pd.DataFrame:
    """margin, category, total and period: the list's people by area, and by sex and age group."""
    cells = people.sex + "*" + people.age_group
    rows = [(area, code, n) for code, n in people.area.value_counts().sort_index().items()]
    rows += [("sex*age_group", cell, n) for cell, n in cells.value_counts().sort_index().items()]
    return pd.DataFrame(rows, columns=["margin", "category", "total"]).assign(period=period)


def people_of(story: Story) -> pd.DataFrame:
    """Who is behind the units of the list; the numbers behind which nobody is are left out."""
    people = made_up_people(story.listed(), story.truth(story.present[0]), seed=story.seed)
    return people[people.number == ""]
