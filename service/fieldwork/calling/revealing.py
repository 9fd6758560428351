"""A number is masked on every screen; it is shown whole to who has it on hers, and the trail says so.

People who ring back are found by their number, with the vault's key, or by their unit.
"""

from datetime import UTC, datetime

import pandas as pd

from service.fieldwork.calling.holding import check_interviewer, check_unit, holder_of, states_now
from service.fieldwork.calling.lineup import Lineup, lineup_of
from service.protection import vault
from service.protection.keys import Key
from service.samples.frame_versions import contact_place
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted
from words import Fault

CLASSES = ["unit_id", "state", "attempts", "holder"]


@permitted
def masked_phone(store: Store, programme: str, wave: str, unit_id: str, *, key: Key) -> str:
    """The number of a unit, masked; "" if the list has none."""
    lineup = lineup_of(store, programme, wave, calls_since=False)
    check_unit(lineup, unit_id)
    return vault.masked_number(store, programme, _place(lineup), unit_id, key=key)


@permitted
def show_number(store: Store, programme: str, wave: str, interviewer: str, unit_id: str, *, key: Key) -> str:
    """The whole number of a unit that an interviewer holds, who then has it for as long again; the trail records it."""
    lineup, now = lineup_of(store, programme, wave, calls_since=False), datetime.now(UTC)
    check_interviewer(lineup, interviewer)
    holds = schema.holds
    with store.begin() as connection:
        holder = holder_of(connection, lineup, unit_id, now)
        if holder != interviewer:
            raise Fault(key="calling.not_held", unit=unit_id, interviewer=interviewer)
        own = holds.c.draw_id == lineup.sample.draw_id, holds.c.unit_id == unit_id
        connection.execute(holds.update().where(*own).values(until=now + lineup.calling.hold))
    rows = vault.call_sheet(store, programme, _place(lineup), key=key, units=[unit_id])
    return str(rows.phone.iloc[0])


@permitted
def find_caller(store: Store, programme: str, wave: str, number: str, *, key: Key) -> pd.DataFrame:
    """The released units of a wave that have this number: unit_id, state, attempts and holder; the trail records it."""
    lineup = lineup_of(store, programme, wave, calls_since=False)
    places = vault.find_number(store, number, key=key)
    of_wave = places[(places.programme == programme) & places.wave.isin([_place(lineup), wave])]
    return _found(store, programme, wave, [u for u in of_wave.unit_id if u in lineup.history.ids])


@permitted
def find_unit(store: Store, programme: str, wave: str, unit_id: str) -> pd.DataFrame:
    """unit_id, state, attempts and holder of a released unit; a Fault if there is none."""
    check_unit(lineup_of(store, programme, wave, calls_since=False), unit_id)
    return _found(store, programme, wave, [unit_id])


def _found(store: Store, programme: str, wave: str, units: list[str]) -> pd.DataFrame:
    now = datetime.now(UTC)
    lineup, states = states_now(store, programme, wave, now)
    with store.read() as connection:
        holders = [holder_of(connection, lineup, unit, now) for unit in units]
    rows = states.loc[units, ["state", "attempts"]].reset_index()
    return rows.assign(holder=pd.Series(holders, dtype=object))[CLASSES]


def _place(lineup: Lineup) -> str:
    """Where the vault keeps the numbers of a wave's frame."""
    return contact_place(lineup.sample.plan.frame, lineup.sample.plan.frame_version)
