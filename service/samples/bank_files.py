"""The files from which number banks are made: a region's mobile prefixes, and the landline exchanges of a centre."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from contracts import LANDLINE, MOBILE
from sampling import Bank, landline_banks, mobile_banks
from service.files.carried import GUANGXI
from service.files.choice import Choice
from service.files.faults import FaultList
from service.files.read import read_file
from service.files.zeros import lost_zeros, refuse_lost_zeros, restored
from words import Fault

AREA_CODE = "area_code"
PREFIXES = ("segment7", "city_code")
EXCHANGES = (AREA_CODE, "exchange", "city_code", "local_digits")
GUANGXI_PREFIXES = GUANGXI / "mobile_segments.csv"
WITHOUT_ZERO = re.compile("[1-9][0-9]{1,2}")  # an area code that lost its zero: each begins with one
AND = "+"  # between cities that share an exchange: 4502+4513


@dataclass(frozen=True)
class ExchangeFile:
    """An uploaded file of landline exchanges: its bytes and its name, and what the user named of it."""

    content: bytes
    file: str
    choice: Choice | None = None


def check_wanted(numbers: Mapping[str, int], exchanges: ExchangeFile | None) -> None:
    """A Fault unless mobile numbers are wanted, every count is 1 or more, and landlines come with their exchanges."""
    wrong = [f"{mode} {n}" for mode, n in numbers.items() if mode not in (MOBILE, LANDLINE) or n < 1]
    if wrong or MOBILE not in numbers:
        raise Fault(key="phone.numbers", found=wrong or ["-"])
    if (LANDLINE in numbers) != (exchanges is not None):
        raise Fault(key="phone.needs_exchanges")


def read_banks(
    prefixes: bytes,
    file: str,
    exchanges: ExchangeFile | None,
    cities: Sequence[str],
    choice: Choice | None = None,
) -> list[Bank]:
    """The banks of these cities, from a prefix file (segment7, city_code) and, if given, a file of exchanges.

    If the prefix file has area codes too (area_code), the exchanges of a city must have that city's area code.
    choice: what the user named of the prefix file.
    """
    read = read_file(prefixes, file, PREFIXES, (AREA_CODE,), choice=choice)
    faults = FaultList(file, list(read.faults))
    faults.lacking(read.table, PREFIXES)
    faults.settle()
    table = read.table
    banks = mobile_banks(table, cities)
    if exchanges is None:
        return banks
    area_codes = {}
    if AREA_CODE in table:
        codes = [f"0{code}" for code in table[AREA_CODE].unique() if WITHOUT_ZERO.fullmatch(code)]
        table, _ = restored(table, AREA_CODE, codes, choice)
        refuse_lost_zeros(faults, AREA_CODE, table, codes)
        faults.settle()
        area_codes = {city: sorted(set(table.area_code[table.city_code == city])) for city in cities}
    return banks + _landlines(exchanges, cities, area_codes)


def _landlines(exchanges: ExchangeFile, cities: Sequence[str], area_codes: Mapping[str, Sequence[str]]) -> list[Bank]:
    """The banks of the exchanges that serve these cities; each city must have one.

    area_codes: those of each city, if they are known.
    """
    known = sorted({code for codes in area_codes.values() for code in codes})
    table, faults = _checked_exchanges(exchanges, known)
    banks: list[Bank] = []
    problems: dict[int, dict[str, str]] = {}
    for row, line in table.iterrows():
        served = [city.strip() for city in line.city_code.split(AND)]
        wanted = [city for city in served if city in cities]
        if not wanted:
            continue  # of another city: the file may cover a whole region
        wrong = [city for city in wanted if city in area_codes and line.area_code not in area_codes[city]]
        try:
            if wrong:
                expected = area_codes[wrong[0]]
                raise Fault(key="phone.other_area_code", found=line.area_code, city=wrong[0], expected=expected)
            banks += landline_banks(line.area_code, [line.exchange], served, length=int(line.local_digits))
        except Fault as fault:
            problems[int(str(row))] = fault.sentences
    faults.refuse(
        table.index.isin(list(problems)),
        "phone.row",
        "exchange",
        table,
        each={"problem": table.index.map(problems.get)},
    )
    faults.settle()
    absent = sorted(set(cities) - {city for bank in banks for city in bank.areas})
    if absent:
        raise Fault(key="phone.no_exchange", file=exchanges.file, cities=absent)
    return banks


def _checked_exchanges(exchanges: ExchangeFile, area_codes: Sequence[str]) -> tuple[pd.DataFrame, FaultList]:
    """The exchanges whose cells can be read, and the faults of the others.

    area_codes: those that are known, by which one that lost its zero (772 for 0772) is recognised
    """
    read = read_file(exchanges.content, exchanges.file, EXCHANGES, choice=exchanges.choice)
    table, faults = read.table, FaultList(exchanges.file, list(read.faults))
    if faults.lacking(table, EXCHANGES):
        faults.settle()
    table, _ = restored(table, AREA_CODE, area_codes, exchanges.choice)
    lost = lost_zeros(table[AREA_CODE].unique(), area_codes)
    blank = {column: faults.refuse(table[column] == "", "wave.blank", column, table) for column in EXCHANGES}
    wrong = np.logical_or.reduce(list(blank.values()))
    is_lost, as_codes = table[AREA_CODE].isin(list(lost)), {"code": table[AREA_CODE].map(lost)}
    wrong |= faults.refuse(is_lost, "file.lost_zeros", AREA_CODE, table, each=as_codes)
    forms = (("local_digits", "[0-9]{1,2}", "records.number"), ("city_code", "[0-9]+( *[+] *[0-9]+)*", "phone.cities"))
    for column, form, key in forms:
        wrong |= faults.refuse(~blank[column] & ~table[column].str.fullmatch(form), key, column, table)
    return table[~wrong], faults
