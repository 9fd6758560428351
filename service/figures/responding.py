"""Who responded in a wave and who did not: what is known of all eligible people, with their weights and strata."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation.columns.columns import label_codes
from estimation.weighting.steps import AGE_GROUP
from estimation.weighting.weighting import NONRESPONSE, with_age_group
from fieldwork.dispositions import OUTCOMES
from fieldwork.final_outcomes import final_outcomes
from programme.declared import Programme
from service.fieldwork.calls import outcomes_of
from service.figures.loaded_waves import Wave
from service.intake.released import read_released
from service.samples.samples import Sample, read_sample
from service.store.engine import Store
from service.store.objects import DESIGN, read_object
from words import Fault

AREA, MODE, STRATUM = "area", "mode", "stratum"
MOST_CATEGORIES = 120  # of a column: with more there are too few people in each
MOST_NUMBERS = 12  # different numbers in a column that is not cut into fifths
RESPONDED, NOT_RESPONDED = ("I", "P"), ("R", "NC", "O")
Unsaid = tuple[str, dict]  # a key in words/ and its values: what the report cannot say


@dataclass(frozen=True, eq=False)
class Eligible:
    """The eligible people of a wave's released numbers.

    responded (n,), weight (n,)  before the adjustment for nonresponse;  stratum (n,)
    variables                    columns of labels known of all of them
    """

    responded: np.ndarray
    weight: np.ndarray
    stratum: np.ndarray
    variables: pd.DataFrame


def sample_of(store: Store, programme: str, wave: str) -> Sample | None:
    """The sample drawn here for a wave; None if it was not drawn here."""
    try:
        return read_sample(store, programme, wave)
    except Fault as fault:
        if fault.key != "sample.not_drawn":
            raise
        return None


def released_design(store: Store, programme: Programme, wave: Wave, sample: Sample | None) -> pd.DataFrame | None:
    """stratum and psu of every released number in the order of `read_released`; None where they are not known of all.

    They are the sample's, if the wave was drawn here, else those of the file.
    """
    unit = pd.Index(wave.unit_id)
    if sample is not None:
        units = sample.units.set_index("unit_id")
        known = units.assign(psu=units.index if "psu" not in units else units.psu)[["stratum", "psu"]].reindex(unit)
    else:
        kept = read_object(store, wave.version_id, DESIGN)
        if kept.empty:
            return None
        known = kept.set_index("unit_id").reindex(unit)
    if known.isna().any(axis=None) or (known == "").any(axis=None):
        return None
    stratum = known.stratum.map(lambda name: wave.merged_strata.get(name, name))
    return pd.DataFrame({"stratum": stratum.to_numpy(), "psu": known.psu.to_numpy()})


def eligible_people(
    store: Store, programme: Programme, wave: Wave, sample: Sample | None
) -> tuple[Eligible | None, list[Unsaid]]:
    """The eligible people of a wave, and what cannot be said of them."""
    if programme.weighting is not None:
        return _by_file(store, programme, wave, sample)
    if sample is None or sample.releases.empty:
        return None, [("nonresponse.unsaid.only_respondents", {"wave": wave.name})]
    return _by_calls(store, programme, wave, sample)


def _by_file(
    store: Store, programme: Programme, wave: Wave, sample: Sample | None
) -> tuple[Eligible | None, list[Unsaid]]:
    """By the outcomes in a file of released numbers."""
    steps, weighting = programme.weighting, wave.weighting
    assert steps is not None and weighting is not None
    released = read_released(store, wave.version_id)
    numbers = released.reset_index(drop=True)
    state = numbers[steps.dispositions.column]
    eligible = weighting.responded | state.isin(steps.dispositions.not_responded).to_numpy()
    numbers = with_age_group(numbers, steps, eligible)
    needed = steps.needed()
    names = [
        c for c in (*needed["all"], *needed["eligible"]) if c not in (steps.dispositions.column, steps.base.weight)
    ]
    age = None if steps.ages is None else steps.ages.column
    names = [AGE_GROUP if c == age else c for c in names]
    columns = {c: numbers[c][eligible].reset_index(drop=True) for c in dict.fromkeys(names) if c in numbers}
    stratum = np.zeros(int(eligible.sum()), dtype=int)
    if sample is not None:
        drawn = sample.units.set_index("unit_id").reindex(released.index[eligible])
        known = _of_sample(drawn)
        if programme.columns.area in columns:
            known.pop(AREA, None)  # the file's own column of areas says the same
        columns |= known
        if drawn.stratum.notna().all():
            stratum = drawn.stratum.to_numpy()
    design = released_design(store, programme, wave, sample)
    if design is not None:
        stratum = design.stratum.to_numpy()[eligible]
    step = next((s for s in weighting.steps if s.name == NONRESPONSE), None)
    weight = (weighting.steps[0].weight if step is None else step.before)[eligible]
    variables, unsaid = _labels(columns, len(weight), numeric=steps.number_columns()["eligible"])
    return Eligible(weighting.responded[eligible], weight, stratum, variables), unsaid


def _by_calls(store: Store, programme: Programme, wave: Wave, sample: Sample) -> tuple[Eligible | None, list[Unsaid]]:
    """By the call log of a wave drawn here, whose file has the respondents only."""
    numbers = sample.weighted.reset_index(drop=True)
    final = final_outcomes(outcomes_of(store, programme.name, wave.name), numbers.unit_id.to_list()).to_numpy()
    kind = pd.Series(final).map({code: outcome.group for code, outcome in OUTCOMES.items()})
    eligible = kind.isin((*RESPONDED, *NOT_RESPONDED)).to_numpy()
    if not eligible.any():
        return None, [("nonresponse.unsaid.no_calls", {"wave": wave.name})]
    people = numbers[eligible].reset_index(drop=True)
    variables, unsaid = _labels(_of_sample(people), len(people))
    responded = kind[eligible].isin(RESPONDED).to_numpy()
    return Eligible(responded, people.base_weight.to_numpy(), people.stratum.to_numpy(), variables), unsaid


def _of_sample(units: pd.DataFrame) -> dict[str, pd.Series]:
    """What a sample knows of its units: area, mode, and the stratum where it says more than these."""
    columns = {c: units[c].reset_index(drop=True) for c in (AREA, MODE) if c in units and units[c].notna().all()}
    if not columns or units.stratum.isna().any():
        return columns
    of_both = label_codes(pd.DataFrame(columns), list(columns))[0]
    finer = pd.DataFrame({"both": of_both, "stratum": units.stratum.to_numpy()}).drop_duplicates()
    return columns | ({STRATUM: units.stratum.reset_index(drop=True)} if len(finer) > of_both.max() + 1 else {})


def _labels(columns: dict[str, pd.Series], n: int, numeric: tuple[str, ...] = ()) -> tuple[pd.DataFrame, list[Unsaid]]:
    """The columns as labels, numbers cut into fifths; those left out, and why."""
    labels: dict[str, pd.Series] = {}
    unsaid: list[Unsaid] = []
    for name, cells in columns.items():
        if name in numeric:
            values = pd.to_numeric(cells)
            if values.nunique() > MOST_NUMBERS:
                cells = pd.qcut(values, 5, duplicates="drop")
        cells = cells.astype(str)
        count = cells.nunique()
        if count > min(MOST_CATEGORIES, max(2, n // 10)):
            unsaid.append(("nonresponse.unsaid.categories", {"column": name, "count": count, "people": n}))
        elif count > 1:
            labels[name] = cells
    return pd.DataFrame(labels, index=pd.RangeIndex(n)), unsaid
