"""Use cases on releases: the next portion of a wave's sample, and the call sheet of what is released."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import sqlalchemy as sa

from service.fieldwork.calls import fieldwork_of, short_strata
from service.protection import vault
from service.protection.keys import Key
from service.samples.chain import continuing_wave
from service.samples.frame_versions import contact_place
from service.samples.samples import Sample, read_sample, release_count
from service.store import audit, schema
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.runs import add_run
from words import Fault

RELEASE = "release"


@permitted
def release_next(
    store: Store, programme: str, wave: str, *, areas: Collection[str] = (), short: bool = False
) -> Sample:
    """Release the next portion of a wave's sample; a Fault if there is none, or if a later wave continues this one.

    areas  those of whose strata a portion is released; none named: of all
    short  only of strata in which interviews are short (`calls.short_strata`)
    Numbers of earlier releases may still be open; they are called further, and the trail records how many they are.
    """
    sample = read_sample(store, programme, wave)
    open_units, number = fieldwork_of(store, programme, sample).open, len(sample.releases) + 1
    chosen = _to_release(store, programme, sample, areas, short=short)
    with store.begin("draw", programme) as connection:
        if release_count(connection, sample.draw_id) >= number:
            raise Fault(key="release.overtaken", wave=wave, number=number)
        later = continuing_wave(connection, programme, wave)
        if later is not None:
            raise Fault(key="release.continued", wave=wave, later=later)
        strata = None if len(chosen) == sample.units.stratum.nunique() else chosen
        following = replace(sample, releases=pd.DataFrame({"strata": [*sample.releases.strata, strata]}, dtype=object))
        count = int(following.out.sum() - sample.out.sum())
        identity = {"programme": programme, "wave": wave, "release": number}
        arguments = identity if strata is None else identity | {"strata": strata}
        run = add_run(connection, store.actor, RELEASE, arguments, [("plan", sample.plan.plan_id)])
        row = {"draw_id": sample.draw_id, "release": number, "strata": strata, "units": count, "at": datetime.now(UTC)}
        connection.execute(schema.releases.insert().values(**row, by=store.actor.name, run_id=run))
        screened = schema.screenings.c
        lines = connection.scalars(sa.select(screened.line).where(screened.draw_id == sample.draw_id)).all()
        bound = {"screenings": sorted(lines)} if lines else {}
        audit.append(connection, store.actor, RELEASE, arguments | {"units": count, "open": open_units} | bound)
    return read_sample(store, programme, wave)


def _to_release(store: Store, programme: str, sample: Sample, areas: Collection[str], *, short: bool) -> list[str]:
    """The strata of which the next portion is to be released; a Fault if there are none."""
    allocation, strata = sample.plan.allocation, sample.left
    unknown = sorted(set(areas) - set(allocation.area))
    if unknown:
        raise Fault(key="release.areas", wave=sample.wave, areas=unknown)
    if areas:
        strata = [s for s in strata if s in set(allocation.stratum[allocation.area.isin(areas)])]
    if not strata:
        raise Fault(key="release.all", wave=sample.wave, count=sample.portions)
    if not short:
        return strata
    rows = short_strata(store, programme, sample)
    strata = [s for s in strata if s in set(rows.stratum[rows.short])]
    if not strata:
        raise Fault(key="release.none_short", wave=sample.wave)
    return strata


@permitted
def release_sheet(store: Store, programme: str, wave: str, *, key: Key) -> pd.DataFrame:
    """unit_id, phone and name of the released units to call, by stratum and place; recorded in the trail.

    Numbers that a screening calls dead are in it only if they are called all the same.
    """
    sample = read_sample(store, programme, wave)
    place = contact_place(sample.plan.frame, sample.plan.frame_version)
    called = sample.released[~sample.released.unit_id.isin(sample.uncalled)]
    rows = vault.call_sheet(store, programme, place, key=key, units=list(called.unit_id))
    staged = [c for c in ("psu", "kish") if c in called]
    order = called[["unit_id", "stratum", *staged, "place", "release"]]
    return order.merge(rows, on="unit_id", how="left").fillna({"phone": "", "name": ""})
