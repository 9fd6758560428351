"""Whether two windows of waves can be compared: asked by pages before anything is computed, and by what computes."""

from collections.abc import Iterable
from itertools import pairwise

from programme.declared import Programme
from programme.regular_comparisons import Regular, regular_comparisons
from service.figures.one_margins import same_margins
from service.figures.windows import window
from service.intake.imports import current_margins, current_programme, current_wave, load_margins, wave_versions
from service.store.engine import Store
from service.store.permissions import permitted
from words import Fault

NEVER = ("compare.break", "compare.margins")  # keys of Faults that no further work on the waves takes away


@permitted
def wave_inputs(store: Store, programme: Programme, names: Iterable[str]) -> list[tuple[str, int]]:
    """The newest versions of the waves, and of the known totals that their weights are calibrated to."""
    inputs = [("wave", current_wave(store, programme.name, wave)) for wave in names]
    return inputs + totals_inputs(store, programme, names)


@permitted
def totals_inputs(store: Store, programme: Programme, names: Iterable[str]) -> list[tuple[str, int]]:
    """The newest versions of the known totals that the weights of these waves are calibrated to."""
    if programme.weighting is None or programme.weighting.calibrating is None:
        return []
    periods = dict.fromkeys(programme.weighting.calibrating.period or wave for wave in names)
    return [("margins", current_margins(store, programme.name, period)) for period in periods]


@permitted
def regular_of_wave(store: Store, programme_name: str, wave: str) -> tuple[Regular, ...]:
    """The regular comparisons of a wave with the waves that were imported."""
    programme = current_programme(store, programme_name)[1]
    return regular_comparisons(programme, wave_versions(store, programme_name).wave.unique(), wave)


@permitted
def never_comparable(store: Store, programme_name: str, before: str, after: str) -> Fault | None:
    """Why two windows can never be compared: their order, a wave that does not exist, a break, other categories."""
    try:
        programme = current_programme(store, programme_name)[1]
        earlier, later = _windows_in_order(before, after)
        _refuse_break(programme, earlier, later)
        names = sorted({*earlier, *later})
        wave_inputs(store, programme, names)
        _refuse_other_categories(store, programme, names)
    except Fault as fault:
        return fault
    return None


@permitted
def check_comparison(store: Store, programme_name: str, before: str, after: str) -> list[tuple[str, int]]:
    """The inputs of a comparison of two windows; a Fault, before anything is computed, where it would fail.

    Besides what `never_comparable` says, numbers of a wave sampled here may still be open.
    """
    from service.fieldwork.calls import stops_of_waves  # imported here: showing a comparison needs no fieldwork

    fault = never_comparable(store, programme_name, before, after)
    if fault is not None:
        raise fault
    programme_id, programme = current_programme(store, programme_name)
    names = sorted({*window(before), *window(after)})
    inputs = [("programme", programme_id), *wave_inputs(store, programme, names)]
    return inputs + stops_of_waves(store, programme_name, names)


def _windows_in_order(before: str, after: str) -> tuple[list[str], list[str]]:
    earlier, later = window(before), window(after)
    if (earlier[-1], earlier) >= (later[-1], later):
        raise Fault(key="compare.order", before=before, after=after)
    return earlier, later


def _refuse_break(programme: Programme, earlier: list[str], later: list[str]) -> None:
    first = min(earlier + later)
    if (new := programme.break_between(first, later[-1])) is not None:
        raise Fault(key="compare.break", before=first, after=later[-1], wave=new, reason=programme.breaks[new])


def _refuse_other_categories(store: Store, programme: Programme, names: list[str]) -> None:
    """A Fault if the waves are weighted to known totals of periods whose categories differ."""
    calibrating = None if programme.weighting is None else programme.weighting.calibrating
    if calibrating is None:
        return
    periods = sorted({calibrating.period or wave for wave in names})
    files = [load_margins(store, current_margins(store, programme.name, period)) for period in periods]
    for one, other in pairwise(files):
        same_margins(one.totals, other.totals, calibrating.margins, (one.period, other.period))
