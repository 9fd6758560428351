"""A wave is made of its responses as its file would be imported, with every check beside sample and call log."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import sqlalchemy as sa

from sampling.proof.column_digests import table_digest
from service.fieldwork.answering.responses import responses_of
from service.fieldwork.answering.wave_rows import BASE, KIND, wave_rows
from service.fieldwork.calls import outcomes_of
from service.intake.drawn_wave import drawn_wave
from service.intake.import_log import Imported
from service.intake.imports import current_programme, import_wave
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted
from words import Fault

if TYPE_CHECKING:
    from service.intake.records_file import RecordsFile

FILE = "responses"  # what the wave's file is called where it was made of its responses


@permitted
def make_wave(
    store: Store, programme: str, wave: str, *, records: "RecordsFile | None" = None, reason: str | None = None
) -> Imported:
    """Import the wave that the responses, the call log and the sample make up; the same again changes nothing.

    records, reason: as in `import_wave`.  A Fault for a wave that was not drawn here or
    has no responses, for interviews of the call log without answers, and for all that `import_wave` refuses.
    """
    content, drawn = current_programme(store, programme)[1], drawn_wave(store, programme, wave)
    if drawn is None:
        raise Fault(key="sample.not_drawn", wave=wave, programme=programme)
    responses = responses_of(store, programme, wave)
    if responses.empty:
        raise Fault(key="response.none", wave=wave)
    called = _known_of(store, drawn.draw_id, drawn.units[drawn.units[BASE] > 0])
    table = wave_rows(content, wave, called, responses, outcomes_of(store, programme, wave))
    file = table.to_csv(index=False).encode()
    digest = responses_digest(responses)
    named: dict[str, Any] = {"records": records, "reason": reason, "responses": digest}
    made = import_wave(store, programme, wave, file, f"{FILE} {wave}", **named)
    return made if content.weighting is not None else replace(made, notes=(*made.notes, ("response.weighted", {})))


def responses_digest(responses: pd.DataFrame) -> str:
    """SHA-256 of the responses that count, in the order of their units."""
    plain = responses.assign(answers=[repr(sorted(of.items())) for of in responses.answers]).astype(str)
    return table_digest(plain.sort_values("unit_id", ignore_index=True))


def _known_of(store: Store, draw_id: int, units: pd.DataFrame) -> pd.DataFrame:
    """The units with the kind of their number, their table of Kish's, and the columns that their list was kept with."""
    drawn, plans, draws, frame = schema.sample_units, schema.plans, schema.draws, schema.frame_units
    of_draw = (
        sa.select(plans.c.frame_id).join(draws, draws.c.plan_id == plans.c.plan_id).where(draws.c.draw_id == draw_id)
    )
    listed = frame.c.frame_id == of_draw.scalar_subquery()
    columns = drawn.c.unit_id, drawn.c.kish, frame.c.mode, frame.c.known
    of_frame = drawn.outerjoin(frame, sa.and_(frame.c.unit_id == drawn.c.unit_id, listed))
    joined = sa.select(*columns).select_from(of_frame)
    table = store.table(joined.where(drawn.c.draw_id == draw_id)).set_index("unit_id").reindex(units.index)
    known = pd.DataFrame([of or {} for of in table.known], index=table.index, dtype=object).fillna("")
    return units.assign(kish=table.kish, **{KIND: table["mode"]}).join(known.drop(columns=list(units), errors="ignore"))
