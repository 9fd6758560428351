"""A wave is made of its responses as its file would be imported, with every check beside sample and call log."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from fieldwork.final_outcomes import NEVER_CALLED
from sampling.proof.column_digests import table_digest
from service.fieldwork.answering.lacking import OUTCOMES, lacking_for
from service.fieldwork.answering.responses import responses_of
from service.fieldwork.answering.wave_rows import BASE, wave_rows
from service.fieldwork.calls import outcomes_of
from service.files.choice import Note
from service.intake.drawn_wave import drawn_wave
from service.intake.import_log import FROM_RESPONSES, Imported
from service.intake.imports import current_programme, import_wave
from service.intake.made_faults import MadeOf, in_way_of
from service.samples.listed_columns import listed_of_draw
from service.store.engine import Store
from service.store.permissions import permitted
from words import Fault

if TYPE_CHECKING:
    from service.intake.records_file import RecordsFile

WITHOUT_ROW = "wave.without_row"


@permitted
def make_wave(
    store: Store, programme: str, wave: str, *, records: "RecordsFile | None" = None, reason: str | None = None
) -> Imported:
    """Import the wave that the responses, the call log and the sample make up; the same again changes nothing.

    records, reason: as in `import_wave`.  A Fault for a wave that was not drawn here or has no responses, for columns
    and outcomes that [weighting] asks for in vain, for interviews of the call log without answers, and for all that
    `import_wave` refuses.
    """
    content, drawn = current_programme(store, programme)[1], drawn_wave(store, programme, wave)
    if drawn is None:
        raise Fault(key="sample.not_drawn", wave=wave, programme=programme)
    responses = responses_of(store, programme, wave)
    if responses.empty:
        raise Fault(key="response.none", wave=wave)
    called, outcomes = drawn.units[drawn.units[BASE] > 0], outcomes_of(store, programme, wave)
    ended = {*outcomes.disposition} | (set() if called.index.isin(outcomes.unit_id).all() else {NEVER_CALLED})
    if lacks := _in_the_way(lacking_for(store, programme, wave), ended):
        raise in_way_of(wave, lacks)
    called = called.join(listed_of_draw(store, drawn.draw_id).drop(columns=list(called), errors="ignore"))
    table = wave_rows(content, wave, called, responses, outcomes)
    file = table.to_csv(index=False).encode()
    of_wave: dict[str, Any] = {"records": records, "reason": reason}
    of_wave["made"] = MadeOf(responses_digest(responses), list(table.index))
    made = import_wave(store, programme, wave, file, f"{FROM_RESPONSES} {wave}", **of_wave)
    return made if content.weighting is not None else replace(made, notes=_notes_of_interviews(made.notes))


def _notes_of_interviews(notes: Sequence[Note]) -> tuple[Note, ...]:
    """The notes of a wave of interviews alone, in which numbers without one lack a row by design and not by mistake."""
    of_interviews = [("response.without_interview", v) if key == WITHOUT_ROW else (key, v) for key, v in notes]
    return (*of_interviews, ("response.weighted", {}))


def responses_digest(responses: pd.DataFrame) -> str:
    """SHA-256 of the responses that count, in the order of their units."""
    plain = responses.assign(answers=[repr(sorted(of.items())) for of in responses.answers]).astype(str)
    return table_digest(plain.sort_values("unit_id", ignore_index=True))


def _in_the_way(lacks: Iterable[Fault], ended: Set[str]) -> list[Fault]:
    """What is lacking of this wave: of the outcomes without a place, only those in which its calls ended."""
    missed = []
    for lack in lacks:
        if lack.key != OUTCOMES:
            missed.append(lack)
        elif met := [code for code in lack.values["outcomes"] if code in ended]:
            missed.append(Fault(key=OUTCOMES, wave=lack.values["wave"], outcomes=met))
    return missed
