"""The files number banks come from: a region's mobile prefixes, and the landline exchanges a centre uploads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sampling import Bank, landline_banks, mobile_banks
from sampling.frames.phone import LANDLINE, MOBILE
from service.files.carried import GUANGXI
from service.files.csv import check_given, refuse
from service.files.xlsx import read_table
from words import Fault

PREFIXES = ("segment7", "city_code")
EXCHANGES = ("area_code", "exchange", "city_code", "local_digits")
GUANGXI_PREFIXES = GUANGXI / "mobile_segments.csv"
AND = "+"  # between cities that share an exchange: 4502+4513


@dataclass(frozen=True)
class ExchangeFile:
    """A file of landline exchanges as it came: its bytes and its name."""

    content: bytes
    file: str


def check_wanted(numbers: Mapping[str, int], exchanges: ExchangeFile | None) -> None:
    """A Fault unless the numbers wanted are 1 or more of each mode, and landlines come with their exchanges."""
    wrong = [f"{mode} {n}" for mode, n in numbers.items() if mode not in (MOBILE, LANDLINE) or n < 1]
    if wrong or MOBILE not in numbers:
        raise Fault(key="phone.numbers", found=wrong or ["-"])
    if (LANDLINE in numbers) != (exchanges is not None):
        raise Fault(key="phone.needs_exchanges")


def read_banks(prefixes: bytes, file: str, exchanges: ExchangeFile | None, cities: Sequence[str]) -> list[Bank]:
    """The banks of these cities: of a prefix file (segment7, city_code) and, if given, of a file of exchanges.

    Where the prefix file has area codes too (area_code), an exchange of a city must have that city's.
    """
    table = read_table(prefixes, file)
    check_given(table, file, PREFIXES)
    banks = mobile_banks(table, cities)
    if exchanges is None:
        return banks
    known = {}
    if "area_code" in table:
        known = {city: sorted(set(table.area_code[table.city_code == city])) for city in cities}
    return banks + _landlines(exchanges, cities, known)


def _landlines(given: ExchangeFile, cities: Sequence[str], known: Mapping[str, Sequence[str]]) -> list[Bank]:
    """The banks of the exchanges that can ring in these cities; each city must have one."""
    table = read_table(given.content, given.file)
    check_given(table, given.file, EXCHANGES)
    for column in EXCHANGES:
        refuse(table[column] == "", "wave.blank", given.file, column, table)
    whole = table.local_digits.str.fullmatch("[0-9]{1,2}")
    refuse(~whole, "records.number", given.file, "local_digits", table)
    refuse(~table.city_code.str.fullmatch("[0-9]+( *[+] *[0-9]+)*"), "phone.cities", given.file, "city_code", table)
    banks = []
    for row, line in table.iterrows():
        of = [city.strip() for city in line.city_code.split(AND)]
        own = [city for city in of if city in cities]
        if not own:
            continue  # of another city: the file may cover a region
        other = [city for city in own if city in known and line.area_code not in known[city]]
        try:
            if other:
                expected = known[other[0]]
                raise Fault(key="phone.other_area_code", found=line.area_code, city=other[0], expected=expected)
            banks += landline_banks(line.area_code, [line.exchange], of, length=int(line.local_digits))
        except Fault as fault:
            raise Fault(key="phone.row", file=given.file, row=int(str(row)), problem=fault.sentences) from fault
    absent = sorted(set(cities) - {city for bank in banks for city in bank.areas})
    if absent:
        raise Fault(key="phone.no_exchange", file=given.file, cities=absent)
    return banks
