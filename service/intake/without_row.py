"""The units that were released for a wave drawn here and have no row in its file."""

from service.intake.drawn_wave import drawn_wave
from service.intake.imports import current_wave
from service.intake.released import NUMBER
from service.store.engine import Store
from service.store.objects import RELEASED, RESPONDENTS, read_object
from service.store.permissions import permitted
from words import Fault


@permitted
def units_without_row(store: Store, programme: str, wave: str) -> list[str]:
    """The units released for a wave drawn here that have no row in its newest version; a Fault if it has none."""
    version_id, drawn = current_wave(store, programme, wave), drawn_wave(store, programme, wave)
    if drawn is None:
        raise Fault(key="sample.not_drawn", wave=wave, programme=programme)
    rows = read_object(store, version_id, RELEASED)
    units = rows[NUMBER] if len(rows) else read_object(store, version_id, RESPONDENTS, ("unit_id",)).unit_id
    called = drawn.units.index[drawn.units.base_weight > 0]
    return sorted(called[~called.isin(units)])
