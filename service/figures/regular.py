"""The regular comparisons of a wave, computed with its estimate: those with the wave before and with last year's."""

from collections.abc import Callable

from service.figures.comparable import NEVER, never_comparable, regular_of_wave
from service.figures.computing import Progress
from service.figures.waves import SEED, Computed, compare_waves, estimate_wave
from service.store.engine import Store
from service.store.permissions import permitted

Step = tuple[str, Callable[[Progress], Computed]]  # the waves in words of the store ("2015Q1 → 2015Q2"), and the work


@permitted
def wave_steps(store: Store, programme: str, wave: str, *, seed: str = SEED) -> list[Step]:
    """What is computed of a wave: its estimate, then each regular comparison that can be made.

    A comparison over a break, or between totals with other categories, is not among them.
    """
    steps: list[Step] = [(wave, lambda p: estimate_wave(store, programme, wave, seed=seed, progress=p))]
    return steps + comparison_steps(store, programme, wave, seed=seed)


@permitted
def comparison_steps(store: Store, programme: str, wave: str, *, seed: str = SEED) -> list[Step]:
    """The regular comparisons of a wave that can be made."""
    pairs = [(c.before, c.after) for c in regular_of_wave(store, programme, wave)]
    faults = {pair: never_comparable(store, programme, *pair) for pair in pairs}
    return [
        (" → ".join(pair), lambda p, pair=pair: compare_waves(store, programme, *pair, seed=seed, progress=p))
        for pair, fault in faults.items()
        if fault is None or fault.key not in NEVER
    ]
