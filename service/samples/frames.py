"""Use cases on frames: each import is a version, each unit gets a permanent random number; phone numbers are apart."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pandas as pd
import sqlalchemy as sa

from service.files.choice import Choice, Note
from service.files.preview import Preview, preview
from service.files.zeros import restored
from service.intake.import_log import refusals_logged
from service.intake.imports import current_programme
from service.protection.keys import Key, find_frame_key, public_key
from service.samples.frame_file import (
    AREA,
    MODE,
    NAME,
    PHONE,
    PSU,
    SOURCE,
    UNIT,
    for_large_list,
    read_frame,
    refuse_findings,
)
from service.samples.frame_versions import (
    ImportedFrame,
    Incoming,
    add_version,
    last_version,
    newest_number,
    numbers_vault,
    tried_import,
)
from service.samples.roll_file import stored_roll
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted
from words import Fault


@permitted
def import_frame(
    store: Store,
    programme_name: str,
    name: str,
    content: bytes,
    file: str,
    *,
    frame_key: Key,
    by: Sequence[str] = (AREA,),
    accept: bool = False,
    key: Key | None = None,
    delete_on: date | None = None,
    keep: Sequence[str] = (),
    choice: Choice | None = None,
) -> ImportedFrame:
    """Import a list frame (`frame_file.read_frame`), completely or not at all; the same file again changes nothing.

    by              the columns that make up the strata
    accept          whether findings that leave a frame to draw from are accepted
    keep            columns that are kept to sort or balance samples by
    key, delete_on  the vault's key and the day of deletion, for a list with telephone numbers
    """
    tried = tried_import(store, programme_name, name, file)
    with refusals_logged(store, tried):
        programme_id, programme = current_programme(store, programme_name)
        began = newest_number(store, programme_name, name)
        before = areas_before(store, programme_name, name)
        of_list = {"by": by, "before": before, "keep": keep, "choice": choice}
        frame = read_frame(content, file, areas=list(programme.areas), **of_list)
        refuse_findings(frame, file, accept=accept)
        vault = None if frame.numbers is None else numbers_vault(store, key, delete_on)
        how_read = "\0".join([*by, "zeros"] if choice is not None and choice.zeros else by)
        how_read += "".join(f"\0keep {column}" for column in keep)
        digest = hashlib.sha256(content + how_read.encode()).hexdigest()
        arguments = {"programme": programme_name, "frame": name, "file": file, "by": list(by)}
        arguments |= {"keep": list(keep)} if keep else {}
        return add_version(store, Incoming(programme_id, arguments, digest, frame, vault), tried, began, frame_key)


@permitted
def preview_frame(
    store: Store,
    programme_name: str,
    name: str,
    content: bytes,
    file: str,
    *,
    by: Sequence[str] = (AREA,),
    keep: Sequence[str] = (),
    choice: Choice | None = None,
) -> Preview:
    """What `import_frame` would make of a list: its findings are among the notes."""
    areas = list(current_programme(store, programme_name)[1].areas)

    def check() -> list[Note]:
        before = areas_before(store, programme_name, name)
        frame = read_frame(content, file, by=by, areas=areas, before=before, keep=keep, choice=choice)
        notes = [(finding.key, dict(finding.values)) for finding in frame.findings]
        return [*notes, ("frame.accept", {})] if notes else []

    uses = {column: column for column in (UNIT, AREA, PHONE, NAME, SOURCE, PSU)}
    uses |= {column: uses.get(column, "stratum") for column in by if column != MODE}
    uses |= {column: uses.get(column, "known") for column in keep}
    expected = [UNIT, *(column for column in by if column != MODE)]
    previewed = preview(
        content,
        file,
        uses,
        check,
        expected=expected,
        choice=choice,
        recognise=lambda read: restored(read.table, AREA, areas, choice),
    )
    fault = None if previewed.fault is None else for_large_list(previewed.fault, file)
    return replace(previewed, fault=fault)


@permitted
def frame_list(store: Store, programme: str) -> pd.DataFrame:
    """Every version of a programme's frames: frame, version, file, units, findings, digest."""
    frames = schema.frames
    select = sa.select(frames).where(frames.c.programme == programme).order_by(frames.c.frame, frames.c.version)
    return store.table(select)


def frame_key_of(store: Store, programme_name: str) -> Key:
    """The frame key of a programme's lists: the public one where a simulated survey's made-up list has it, else the
    secret one of this computer; a Fault if there is none."""
    public, known = public_key(programme_name), set(frame_list(store, programme_name).fingerprint)
    made_up = public.fingerprint in known and current_programme(store, programme_name)[1].simulated
    return public if made_up else find_frame_key()


@permitted
def current_frame(store: Store, programme: str, name: str | None = None) -> sa.Row:
    """The row of a frame's newest version; without a name, of the only frame there is."""
    names = list(dict.fromkeys(frame_list(store, programme).frame))
    if name is None and len(names) == 1:
        name = names[0]
    if not names:
        raise Fault(key="frame.none", programme=programme)
    if name not in names:
        raise Fault(key="frame.unknown", found=name or "-", programme=programme, expected=names)
    with store.read() as connection:
        newest = last_version(connection, programme, str(name))
    assert newest is not None
    return newest


@permitted
def frame_strata(store: Store, frame_id: int) -> pd.DataFrame:
    """The strata of a frame, by name: stratum, area, mode (None if strata mix modes), population and represents.

    population: units of the frame;  represents: the units that these stand for, more where the frame is a master sample
    """
    units = schema.frame_units.c
    columns = [units.stratum, units.area, units.mode]
    sums = sa.func.count().label("population"), sa.func.sum(1 / units.first_phase).label("represents")
    select = sa.select(*columns, *sums).where(units.frame_id == frame_id)
    if (roll := stored_roll(store, frame_id)) is not None:
        strata = roll.strata.assign(represents=lambda of: of.population.astype(float))
    else:
        strata = store.table(select.group_by(*columns))
    strata = strata.sort_values(["stratum", AREA], ignore_index=True)
    if not _divided_by_mode(strata):
        by_stratum = strata.groupby(["stratum", AREA], as_index=False, sort=False)
        strata = by_stratum[["population", "represents"]].sum()
        strata[MODE] = None
    return strata


@permitted
def load_frame(store: Store, frame_id: int) -> pd.DataFrame:
    """A frame's units, by unit_id: unit_id, stratum, area, prn, first_phase, psu if the list has them, columns kept."""
    units = schema.frame_units.c
    columns = (units.unit_id, units.stratum, units.area, units.prn, units.first_phase, units.psu, units.known)
    select = sa.select(*columns).where(units.frame_id == frame_id)
    frame = with_known(store.table(select.order_by(units.unit_id)))
    return frame.drop(columns="psu") if frame.psu.isna().all() else frame


def with_known(units: pd.DataFrame) -> pd.DataFrame:
    """The units with a column for each that was kept of their list, in place of `known`."""
    known, units = units.known, units.drop(columns="known")
    if known.isna().all():
        return units
    kept = pd.DataFrame(known.tolist(), index=units.index)
    return pd.concat([units, kept], axis=1)


def _divided_by_mode(strata: pd.DataFrame) -> bool:
    """Whether every stratum has numbers of a single mode and modes differ, so that interviews can be split by mode."""
    single = strata.groupby("stratum")[MODE].nunique(dropna=False).eq(1).all() and strata[MODE].notna().all()
    return bool(single) and len(set(strata[MODE])) > 1


def areas_before(store: Store, programme: str, name: str) -> list[str]:
    """The areas of a frame's newest version; none if there is none."""
    with store.read() as connection:
        newest = last_version(connection, programme, name)
    if newest is None:
        return []
    if (roll := stored_roll(store, newest.version_id)) is not None:
        return sorted(set(roll.strata.area))
    with store.read() as connection:
        units = schema.frame_units.c
        areas = sa.select(units.area).where(units.frame_id == newest.version_id).distinct().order_by(units.area)
        return list(connection.scalars(areas))
