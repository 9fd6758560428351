"""A wave's file beside the sample that was drawn for the wave: every row is a released number, and says so rightly."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

import numpy as np
import pandas as pd

from estimation.columns.texts import among
from estimation.weighting.steps import Base
from fieldwork.phone_numbers import masked_text
from programme.declared import Programme
from service.files.choice import Choice, Note
from service.files.faults import FaultList
from service.files.zeros import refuse_codes, restored
from service.intake.drawn_wave import DrawnWave
from service.intake.logged_outcomes import refuse_outcomes
from words import Fault

JOIN, FRAME_JOIN = " / ", "/"  # between the parts of a stratum's name, in a wave's file and in a frame
ROUNDING = 0.005  # a file's base weights have two decimals or more
ALIKE = 0.01  # of weights by frame and by the sample, which portions of whole numbers keep from being the same
LONGEST_REASON = 500  # characters
DIFFERS = {"stratum": "wave.stratum_of_sample", "psu": "wave.psu_of_sample"}  # keys in words/
NAMED = 10  # units named in one sentence


@dataclass(frozen=True)
class Origin:
    """How a version of a wave belongs to the sample that was drawn for the wave.

    draw_id, releases  the draw, and how many of its releases were made when the file was compared with it
    released, rows     the units released by then, without those that a screening calls dead and that are not called,
                       and those of them that have a row in the file
    calls              whether the file was compared with a call log
    differences        the key of what differs (a Fault in words/) -> in how many rows
    reason             why the differences were accepted; None if there are none
    """

    draw_id: int
    releases: int
    released: int
    rows: int
    calls: bool
    differences: Mapping[str, int] = field(default_factory=dict)
    reason: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of all that is said of the origin."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def notes(self, wave: str, absent: Sequence[str]) -> tuple[Note, ...]:
        """What is said of it at the import of a wave; absent: the released units that have no row."""
        counts = {"released": self.released, "rows": self.rows, "absent": self.released - self.rows}
        said: list[Note] = [("wave.of_sample", counts)]
        if self.released > self.rows:
            said.append(("wave.without_row", counts | {"units": first_units(absent), "wave": wave}))
        if not self.calls:
            said.append(("wave.no_call_log", {}))
        return tuple(said)


def sample_row(table: pd.DataFrame, programme: Programme) -> pd.Series | None:
    """The unit that each row of a file is about; None if the file lacks a column that identifies it."""
    columns = programme.columns.respondent
    return joined(table, columns) if set(columns) <= set(table) else None


def joined(table: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """The cells of several columns as one text for each row."""
    first, *others = columns
    return table[first].str.cat([table[c] for c in others], sep=JOIN) if others else table[first]


def with_codes_of_sample(
    table: pd.DataFrame, programme: Programme, drawn: DrawnWave, choice: Choice | None
) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """The table with the lost zeros of its units' names restored, if the user asked for it, and what is said of it."""
    if len(programme.columns.respondent) > 1:
        return table, ()
    return restored(table, programme.columns.respondent[0], frozenset(drawn.units.index), choice)


def completed(table: pd.DataFrame, programme: Programme, drawn: DrawnWave, *, weights: bool) -> pd.DataFrame:
    """A file's table with the area, stratum and PSU of the sample where the file has no column for them.

    weights: whether the column of base weights, if the programme has one, is the sample's also where the file has one.
    """
    unit, columns = sample_row(table, programme), programme.columns
    if unit is None:
        return table
    of_unit = drawn.units.reindex(unit).set_axis(table.index)
    base = None if programme.weighting is None else programme.weighting.base.weight
    filled: dict[str, pd.Series] = {}
    for name, named in (("psu", columns.psu), ("stratum", columns.stratum), ("area", (columns.area,))):
        filled |= _parts(of_unit[name], named, table)
    if base is not None and (weights or base not in table):
        of_file = table[base] if base in table else pd.Series("", table.index, dtype=object)
        filled[base] = of_unit.base_weight.map(repr, na_action="ignore").astype(object).fillna(of_file)
    return table.assign(**filled)


def _parts(names: pd.Series, columns: Sequence[str], table: pd.DataFrame) -> dict[str, pd.Series]:
    """The columns that a file lacks of those that make up a name, where the sample's names have as many parts."""
    absent = [place for place, column in enumerate(columns) if column not in table]
    parts = names.fillna("").astype(str).str.split(FRAME_JOIN)
    as_many = parts.map(len)[names.notna()] == len(columns)
    if not absent or not as_many.all():
        return {}
    return {columns[place]: parts.map(lambda of: of[place] if len(of) > place else "") for place in absent}  # noqa: B023


def compare(
    table: pd.DataFrame,
    file: str,
    programme: Programme,
    drawn: DrawnWave,
    answered: np.ndarray,
    reason: str | None = None,
) -> tuple[list[Fault], Origin, list[str]]:
    """What of a file contradicts the sample, how the wave belongs to it, and the released units that have no row.

    answered: which rows (n,) are interviews
    reason: why differences are accepted: they are then counted and are no fault
    A Fault for a unit that was not drawn or is not released; for an area, a stratum, a PSU or a base weight that is not
    the sample's, where the file has a column for it (its strata and PSUs may be unions of the sample's); for answers of
    somebody whose call log has no interview, for interviews of the call log that have no answers, and for outcomes that
    are not those of the call log (`refuse_outcomes`).
    """
    unit, faults = sample_row(table, programme), FaultList(file)
    called = drawn.units.index[drawn.units.base_weight > 0]
    absent: list[str] = []
    if unit is not None:
        _compare_rows(table, unit, faults, programme, drawn, answered)
        absent = sorted(called[~among(called, unit)])
    rows = len(called) - len(absent) if unit is not None else 0
    counts: dict[str, int] = {}
    for fault in faults.found:
        counts[fault.key] = counts.get(fault.key, 0) + fault.values["count"]
    origin = Origin(drawn.draw_id, drawn.releases, len(called), rows, drawn.outcomes is not None, counts)
    if reason is None or not counts:
        return faults.found, replace(origin, differences={}), absent
    return [], replace(origin, reason=masked_text(checked_reason(reason, drawn.wave))), absent


def first_units(units: Sequence[str]) -> list[str]:
    """The first units of a list as they may be shown, and that there are more."""
    return [masked_text(u) for u in units[:NAMED]] + ["…"] * (len(units) > NAMED)


def checked_reason(reason: str, wave: str) -> str:
    """A reason without needless blanks; a Fault if it is empty or too long."""
    plain = " ".join(reason.split())
    if not 1 <= len(plain) <= LONGEST_REASON:
        raise Fault(key="wave.reason", wave=wave, found=len(plain), expected=LONGEST_REASON)
    return plain


def _among(unit: pd.Series, units: Iterable) -> pd.Series:
    return pd.Series(among(unit, units), index=unit.index)


def _compare_rows(
    table: pd.DataFrame,
    unit: pd.Series,
    faults: FaultList,
    programme: Programme,
    drawn: DrawnWave,
    answered: np.ndarray,
) -> None:
    name, wave, columns = JOIN.join(programme.columns.respondent), drawn.wave, programme.columns
    shown = table.assign(**{name: unit.map(masked_text)})
    of_unit = drawn.units.reindex(unit).set_axis(table.index)
    is_known, waits = _among(unit, drawn.units.index), _among(unit, drawn.unreleased)
    blank = unit == ""
    faults.refuse(waits, "wave.unit_not_released", name, shown, wave=wave, out=drawn.releases)
    foreign = ~is_known & ~waits & ~blank
    by_name = table.assign(**{name: unit})
    refuse_codes(
        faults,
        foreign,
        "wave.unit_not_drawn",
        name,
        by_name if not foreign.any() else shown,
        drawn.units.index,
        wave=wave,
    )
    dead = is_known & answered & of_unit.base_weight.le(0)
    faults.refuse(dead, "wave.dead_not_called", name, shown, wave=wave)
    codes = programme.renames.current(wave)
    if columns.area in table:
        areas, drawn_areas = (of.map(lambda code: codes.get(code, code)) for of in (table[columns.area], of_unit.area))
        wrong = is_known & (table[columns.area] != "") & (areas != drawn_areas)
        faults.refuse(wrong, "wave.area_of_sample", columns.area, table, wave=wave, each={"drawn": of_unit.area})
    for part, names in (("stratum", columns.stratum), ("psu", columns.psu)):
        if names and set(names) <= set(table) and of_unit[part].notna().any():
            _compare_parts(table, list(names), of_unit[part], is_known, faults, part, wave)
    base = None if programme.weighting is None else programme.weighting.base.weight
    if base is not None and base in table:
        weight = pd.to_numeric(table[base], errors="coerce")
        off = (
            is_known
            & weight.notna()
            & ((weight - of_unit.base_weight).abs() > np.maximum(ROUNDING, 1e-6 * of_unit.base_weight))
        )
        faults.refuse(
            off, "wave.base_of_sample", base, table, wave=wave, out=drawn.releases, each={"drawn": of_unit.base_weight}
        )
    if programme.weighting is not None and base is None and programme.weighting.base.frame in table:
        _compare_frames(table, programme.weighting.base, of_unit.base_weight, faults, wave)
    if drawn.interviewed is None or drawn.outcomes is None:
        return
    logged = _among(unit, drawn.interviewed)
    faults.refuse(is_known & answered & ~logged, "wave.no_interview_logged", name, shown, wave=wave)
    faults.refuse(is_known & ~answered & logged, "wave.interview_lost", name, shown, wave=wave)
    if programme.weighting is not None and programme.weighting.dispositions.column in table:
        dispositions = programme.weighting.dispositions
        compared = is_known & ~answered & ~logged & of_unit.base_weight.gt(0)
        of_log = drawn.outcomes, dispositions, programme.outcomes, wave
        refuse_outcomes(faults, shown, dispositions.column, unit, compared, *of_log)
    absent = sorted(drawn.interviewed - set(unit))
    if absent:
        named = {"count": len(absent), "units": first_units(absent)}
        faults.found.append(Fault(key="wave.interview_without_row", file=faults.file, wave=wave, **named))


def _compare_frames(table: pd.DataFrame, base: Base, drawn_weight: pd.Series, faults: FaultList, wave: str) -> None:
    """Rows whose weight N_f/n_f by the programme's frames is not the sample's 1/π, but for one factor for all rows."""
    frame = table[base.frame]
    of_frame = frame.map({name: base.numbers.get(name, np.nan) / count for name, count in frame.value_counts().items()})
    ratio = drawn_weight.where(drawn_weight > 0) / of_frame
    off = ((ratio / ratio.median() - 1).abs() > ALIKE).fillna(False)
    each = {"drawn": drawn_weight, "made": of_frame * ratio.median()}
    faults.refuse(off, "wave.base_by_frame", str(base.frame), table, wave=wave, each=each)


def _compare_parts(
    table: pd.DataFrame,
    columns: list[str],
    drawn_part: pd.Series,
    is_known: pd.Series,
    faults: FaultList,
    part: str,
    wave: str,
) -> None:
    """Rows whose stratum or PSU (`part`) is not the sample's: another one, or one that splits one of the sample's."""
    names = joined(table, columns)
    plain = names.str.replace(JOIN, FRAME_JOIN)
    if set(plain[is_known]) <= set(drawn_part.dropna()):
        expected = drawn_part
    else:  # the file's parts are others: unions of the sample's, if each of the sample's lies in one of them
        usual = plain[is_known].groupby(drawn_part[is_known]).agg(lambda inside: inside.mode().iloc[0])
        expected = drawn_part.map(usual)
    wrong = is_known & (names != "") & (plain != expected)
    shown = table.assign(**{JOIN.join(columns): names})
    of_row = {"drawn": drawn_part, "expected": expected}
    faults.refuse(wrong, DIFFERS[part], JOIN.join(columns), shown, wave=wave, each=of_row)
