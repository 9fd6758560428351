"""What stands in the way of a wave's figures, said at its import by the checks that computing itself makes."""

from collections.abc import Callable
from typing import TypeVar

from service.fieldwork.calls import stops_of_waves
from service.figures.comparable import (
    NEVER,
    check_comparison,
    never_comparable,
    regular_of_wave,
    totals_inputs,
    wave_inputs,
)
from service.figures.loaded_waves import load_waves
from service.intake.imports import current_programme
from service.store.engine import Store
from service.store.permissions import permitted
from words import Fault

Result = TypeVar("Result")


@permitted
def hindrances(store: Store, programme_name: str, wave: str, *, imported: bool = True) -> tuple[Fault, ...]:
    """Every reason for which a job on this wave would fail as things are; nothing if it would not.

    Numbers of it may be open, known totals absent, other than its answers or out of reach, a stratum may have one PSU;
    or the same holds for a wave that it is compared with.
    imported: False where its file is only looked at: then what does not depend on the file.
    """
    programme, faults = current_programme(store, programme_name)[1], []

    def tried(check: Callable[[], Result]) -> Result | None:
        try:
            return check()
        except Fault as fault:
            if (fault.key, fault.values) not in [(known.key, known.values) for known in faults]:
                faults.append(fault)
            return None

    tried(lambda: stops_of_waves(store, programme_name, [wave]))
    if not imported:
        tried(lambda: totals_inputs(store, programme, [wave]))
        return tuple(faults)
    inputs = tried(lambda: wave_inputs(store, programme, [wave]))
    if inputs is not None:
        tried(lambda: [loaded.design(programme.lonely) for loaded in load_waves(store, programme, inputs)])
    for pair in [(c.before, c.after) for c in regular_of_wave(store, programme_name, wave)]:
        never = never_comparable(store, programme_name, *pair)
        if never is None or never.key not in NEVER:
            tried(lambda pair=pair: check_comparison(store, programme_name, *pair))
    return tuple(faults)
