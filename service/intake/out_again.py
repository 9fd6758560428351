"""What becomes of the interviews left out of a wave when its file is imported again.

An interview stays left out if the new file has it with the same area, interviewer and answers; one that is no longer
in the file, or that has changed, is named: it is not left out of the new version, and somebody decides once more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import sqlalchemy as sa

from fieldwork.phone_numbers import masked_text
from programme.declared import Programme
from service.files.choice import Note
from service.intake.lacking_versions import LeftOut, add_version, left_out_of, tables_of, without_interviews
from service.store import audit, schema
from service.store.engine import Store
from service.store.objects import ANSWERS, RESPONDENTS

if TYPE_CHECKING:
    from service.intake.wave_file import WaveData

AGAIN = "left-out-again"
SAID = {
    "same": "left_out.again_same",
    "changed": "left_out.again_changed",
    "absent": "left_out.again_absent",
}
NAMED = 20  # unit_ids in a sentence


@dataclass(frozen=True, eq=False)
class OutAgain:
    """The interviews left out before, as a new file has them.

    wave      its name
    of        what was left out of the newest version;  whole: the digest of the version with all interviews
    same      unit_ids that stay left out;  changed, absent: those that do not
    """

    wave: str
    of: LeftOut
    whole: str
    same: tuple[str, ...]
    changed: tuple[str, ...]
    absent: tuple[str, ...]

    @property
    def notes(self) -> tuple[Note, ...]:
        """What is said of them after the import."""
        said = [(key, getattr(self, name)) for name, key in SAID.items()]
        return tuple(
            (key, {"count": len(units), "units": [masked_text(u) for u in units[:NAMED]]})
            for key, units in said
            if units
        )


def out_again(store: Store, wave: str, version_id: int, data: "WaveData") -> OutAgain | None:
    """How the new data of a wave have the interviews left out of its newest version; None if none was left out."""
    of = left_out_of(store, version_id)
    if of.interviews.empty:
        return None
    units = of.interviews.unit_id.tolist()
    tables = tables_of(store, of.from_id)
    before, after = (
        _said(people, answers, units)
        for people, answers in ((tables[RESPONDENTS], tables[ANSWERS]), (data.respondents, data.answers))
    )
    there = [unit for unit in units if unit in after.index]
    same = [unit for unit in there if before.loc[unit].equals(after.loc[unit].reindex(before.columns))]
    digest = store.table(sa.select(schema.waves.c.digest).where(schema.waves.c.version_id == of.from_id)).digest.iloc[0]
    changed, absent = (tuple(sorted(set(a) - set(b))) for a, b in ((there, same), (units, there)))
    return OutAgain(wave, of, str(digest), tuple(same), changed, absent)


def leave_out_again(
    connection: sa.Connection, store: Store, programme: Programme, data: "WaveData", again: OutAgain
) -> int:
    """Make the version without the interviews that stay left out of the newest one; how many these are.

    The trail says what became of all that were left out.
    """
    waves = schema.waves.c
    fates = {name: [masked_text(u) for u in getattr(again, name)] for name in ("same", "changed", "absent")}
    details = {"programme": programme.name, "wave": again.wave, **fates}
    if not again.same:
        audit.append(connection, store.actor, AGAIN, details)
        return 0
    of_wave = waves.programme == programme.name, waves.wave == again.wave
    version_id = connection.execute(sa.select(sa.func.max(waves.version_id)).where(*of_wave)).scalar_one()
    kept = without_interviews(programme, data.objects, again.same)
    rows = again.of.interviews[again.of.interviews.unit_id.isin(again.same)]
    add_version(connection, store, LeftOut(rows[:0], version_id, version_id), kept, rows, AGAIN, details)
    return len(again.same)


def _said(people: pd.DataFrame, answers: pd.DataFrame, units: Sequence[str]) -> pd.DataFrame:
    """Area, interviewer and answers of these units, as text, by unit_id."""
    wanted = people.unit_id.isin(list(units)).to_numpy()
    columns = [name for name in ("area", "interviewer") if name in people]
    table = pd.concat([people[columns][wanted], answers[wanted]], axis=1)
    return table.astype(object).where(table.notna(), "").astype(str).set_axis(people.unit_id[wanted].to_numpy(), axis=0)
