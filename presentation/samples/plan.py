"""A sample plan as tables and a curve: precision, constraints, modes, and chances by the number of interviews."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd

from estimation.changes.needed import STANDING
from sampling import Assumed, Foresight, expected_margins
from sampling.planning.change_power import LEVELS
from sampling.planning.constrained import ALL, AND
from service.samples.samples import SamplePlan
from service.store.runs import local_time, person_text
from words import Speaker


def plan_title(sample_plan: SamplePlan, t: Speaker) -> str:
    """The plan's wave, version, frame, areas, interviews and numbers, in one line."""
    values = {
        "wave": sample_plan.wave,
        "version": sample_plan.version,
        "frame": sample_plan.frame,
        "frame_version": sample_plan.frame_version,
    }
    areas, numbers = sample_plan.allocation.area.nunique(), int(sample_plan.allocation.numbers.sum())
    return t("sample.title", **values, interviews=sample_plan.wanted.interviews, areas=areas, numbers=numbers)


def status(sample_plan: SamplePlan, t: Speaker) -> str:
    """Whether the plan is a draft, or when and by whom it was approved."""
    if sample_plan.approval is None:
        return t("sample.draft")
    return t(
        "sample.approved_by", at=local_time(sample_plan.approval["at"]), by=person_text(sample_plan.approval["by"], t)
    )


def precision_rows(sample_plan: SamplePlan, names: Mapping[str, Mapping[str, str]], t: Speaker) -> pd.DataFrame:
    """One row for each area and one for all: people in the frame, interviews, numbers, margin, cost; as text."""
    rows, numbers = sample_plan.foresight.precision, sample_plan.allocation.groupby("area").numbers.sum()
    areas = [area_name(a, names, t) if isinstance(a, str) else t("sample.all") for a in rows.area]
    drawn = [int(numbers[a]) if isinstance(a, str) else int(numbers.sum()) for a in rows.area]
    table = pd.DataFrame({t("sample.column.area"): areas})
    table[t("sample.column.population")] = [f"{int(n):,}" for n in rows.population]
    table[t("sample.column.interviews")] = [f"{int(n):,}" for n in rows["sample"]]
    table[t("sample.column.numbers")] = [f"{n:,}" for n in drawn]
    margins = pd.to_numeric(rows.margin)
    of_mean = sample_plan.wanted.assumed.sd is not None
    said = [f"±{m:.3g}" if of_mean else f"±{100 * m:.1f}" for m in margins]
    heading = t("sample.column.margin_mean" if of_mean else "sample.column.margin")
    table[heading] = ["–" if m != m else text for m, text in zip(margins, said, strict=True)]
    if "cost" in rows:
        table[t("sample.column.cost")] = [f"{c:,.0f}" for c in rows.cost]
    return table


def constraint_rows(sample_plan: SamplePlan, names: Mapping[str, Mapping[str, str]], t: Speaker) -> pd.DataFrame:
    """One row for each precision constraint: its domain, the share, the margin wanted and the one expected, as text."""
    wanted = sample_plan.wanted
    if not wanted.constraints:
        return pd.DataFrame()
    assumed = {"design_effect": wanted.assumed.design_effect, "eligibility": wanted.eligibility, "rho": wanted.icc}
    rows = expected_margins(sample_plan.allocation, wanted.constraints, **assumed)
    domains = [_domain(constraint.domain, names, t) for constraint in wanted.constraints]
    table = pd.DataFrame({t("sample.column.domain"): domains})
    if any(constraint.indicator for constraint in wanted.constraints):
        table[t("sample.column.indicator")] = [constraint.indicator for constraint in wanted.constraints]
    table[t("sample.column.share")] = [f"{share:.1%}" for share in rows.share]
    for column in ("margin", "expected"):
        table[t(f"sample.constraint.{column}")] = [f"±{100 * margin:.2f}" for margin in rows[column]]
    return table


def _domain(domain: str, names: Mapping[str, Mapping[str, str]], t: Speaker) -> str:
    """A constraint's domain with its areas' names."""
    return t("sample.all") if domain == ALL else AND.join(area_name(area, names, t) for area in domain.split(AND))


def mode_rows(sample_plan: SamplePlan, t: Speaker) -> pd.DataFrame:
    """Interviews and numbers by mode; empty if the plan does not divide them by mode."""
    if not sample_plan.wanted.modes:
        return pd.DataFrame()
    by_mode = sample_plan.allocation.groupby("mode")[["interviews", "numbers"]].sum()
    table = pd.DataFrame({t("sample.column.mode"): [t(f"sample.mode.{mode}") for mode in by_mode.index]})
    for column in by_mode:
        table[t(f"sample.column.{column}")] = [f"{n:,}" for n in by_mode[column]]
    return table


def power_rows(foresight: Foresight, assumed: Assumed, t: Speaker) -> pd.DataFrame:
    """Chances by the number of interviews per area, with one column for each number.

    Rows: all of the last k are listed; how many are wrongly listed; the assumed fall is confirmed, by comparison and
    level. A column before them has the number of interviews at which the wanted chance is reached.
    """
    rows = foresight.power
    numbers = [_interviews(r, t) for r in rows.to_dict("records")]
    needed = t("sample.column.needed", chance=assumed.chance)

    def row(what: str, level: str, cells: Iterable[str], n: str) -> dict:
        headings = {t("sample.column.what"): what, t("sample.column.level"): level}
        return headings | {needed: n} | dict(zip(numbers, cells, strict=True))

    def reached(*curve: str) -> str:
        return needed_text(foresight.interviews_for(assumed.chance, *curve), rows.interviews, t)

    right, wrong = ([say(x) for x in rows[c]] for c, say in (("right", _chance(t)), ("wrong", "{:.1f}".format)))
    table = [row(t("sample.column.right", k=foresight.k), "", right, reached())] if len(rows) else []
    table += [row(t("sample.column.wrong"), "", wrong, "")] if len(rows) else []
    for design in foresight.designs:
        for level in LEVELS:
            chances = map(_chance(t), foresight.called(design, level))
            comparison = design_text(design, foresight, assumed, t), t(f"detection.{level}")
            table.append(row(*comparison, chances, reached(design, level)))
    return pd.DataFrame(table)


def needed_text(n: float, interviews: Iterable[float], t: Speaker) -> str:
    """The number n of interviews that gives the wanted chance, in words.

    "25 or fewer" if the smallest of the `interviews` is enough, "not by 1,600" if the largest is not.
    """
    if np.isinf(n):
        return t("sample.not_reached", most=float(max(interviews)))
    return t("sample.reached_first" if n <= np.ceil(min(interviews)) else "number.count", value=n)


def design_text(design: str, foresight: Foresight, assumed: Assumed, t: Speaker) -> str:
    """The comparison of a design in words."""
    return t(f"detection.{design}", correlation=assumed.panel, information=assumed.information, watched=foresight.k)


def power_curve(foresight: Foresight, assumed: Assumed, t: Speaker) -> pd.DataFrame:
    """The chances of `power_rows` for a chart, one row for each point: interviews, chance, what; falls by standing."""
    right = foresight.power.rename(columns={"right": "chance"}).assign(what=t("sample.column.right", k=foresight.k))
    parts = [right[["interviews", "chance", "what"]]]
    for design in foresight.designs:
        chances = foresight.called(design, STANDING).rename("chance").reset_index()
        label = t("sample.curve", fall=fall_text(assumed, t), design=design_text(design, foresight, assumed, t))
        parts.append(chances.assign(what=label))
    points = pd.concat(parts, ignore_index=True)
    return points.assign(chance=points.chance.astype(float))


def fall_text(assumed: Assumed, t: Speaker) -> str:
    """The fall that should be noticed, with its unit: percentage points of a share."""
    return t("sample.fall_share", fall=100 * assumed.fall) if assumed.sd is None else f"{assumed.fall:g}"


def _interviews(row: Mapping, t: Speaker) -> str:
    """A number of interviews, marked if it is the planned one."""
    key = "sample.planned" if row["planned"] else "number.count"
    return t(key, value=row["interviews"])


def _chance(t: Speaker) -> Callable[[float], str]:
    return lambda p: t("number.power", value=p)


def area_name(area: str, names: Mapping[str, Mapping[str, str]], t: Speaker) -> str:
    """An area's name in the reader's language; its code if no name is known."""
    return names[area][t("language.code")] if area in names else area
