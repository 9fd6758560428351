"""What is wrong with a wave that was made of its calls and answers, said of the numbers, since there is no file."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from service.files.faults import CellFault, FileFaults, faults_in
from words import Fault

HEADING = 2  # the row of a file's first line below its heading
FIRST = 6  # numbers that are named
OF_FILE = ("file", "row", "rows", "units", "wave")  # what a file's sentence names and that of a wave does not
SAID = {  # the sentence of a file -> that of a wave
    "wave.blank": "response.cell.blank",
    "wave.blank_eligible": "response.cell.blank_eligible",
    "wave.blank_responded": "response.cell.blank_responded",
    "wave.disposition": "response.cell.disposition",
    "wave.count": "response.cell.count",
    "wave.age": "response.cell.age",
    "wave.adults": "response.cell.adults",
    "wave.frame": "response.cell.frame",
    "wave.no_such_phone": "response.cell.no_such_phone",
    "wave.base_by_frame": "response.cell.base_by_frame",
    "wave.area": "response.cell.area",
}


@dataclass(frozen=True)
class MadeOf:
    """What a wave was made of.

    digest  of its responses
    units   the number of each row, in their order
    """

    digest: str
    units: Sequence[str]


@contextmanager
def said_of_numbers(wave: str, made: MadeOf | None) -> Generator[None]:
    """Faults in the rows of a wave that was made here name its numbers in place of a file's rows."""
    try:
        yield
    except Fault as fault:
        if made is None:
            raise
        raise in_way_of(wave, [_said(of, wave, made.units) for of in faults_in(fault)]) from fault


def in_way_of(wave: str, faults: Sequence[Fault]) -> Fault:
    """The one thing that is in the way of making a wave, or all of them."""
    return faults[0] if len(faults) == 1 else FileFaults(wave, faults, key="response.cannot")


def _said(fault: Fault, wave: str, units: Sequence[str]) -> Fault:
    if fault.key == "wave.column":
        return Fault(key="response.lacks.columns", wave=wave, columns=fault.values["columns"])
    if not isinstance(fault, CellFault) or fault.key not in SAID:
        return fault
    named = [str(units[number - HEADING]) for number in fault.numbers[:FIRST]]
    values = {name: value for name, value in fault.values.items() if name not in OF_FILE}
    return Fault(key=SAID[fault.key], wave=wave, units=named, **values)
