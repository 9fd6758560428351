"""What pages and the command line show of a sample: the plan, what to publish, the releases, a verification."""

from collections.abc import Mapping

import pandas as pd

from sampling import Finding, Verification
from sampling.foresight import COMPARED, LEVELS, Assumed, Foresight
from service.runs import local_time
from service.samples import Sample, SamplePlan
from service.wording import Speaker

BETWEEN = " · "  # the levels' figures in one cell
NO_NAMES: Mapping[str, Mapping[str, str]] = {}  # no area has a name but its code


def plan_title(plan: SamplePlan, t: Speaker) -> str:
    """Wave, version, frame, interviews and numbers in one line."""
    values = {"wave": plan.wave, "version": plan.version, "frame": plan.frame, "frame_version": plan.frame_version}
    areas, numbers = plan.allocation.area.nunique(), int(plan.allocation.numbers.sum())
    return t("sample.title", **values, interviews=plan.wanted.interviews, areas=areas, numbers=numbers)


def status(plan: SamplePlan, t: Speaker) -> str:
    """Draft, or approved when and by whom."""
    if not plan.approved:
        return t("sample.draft")
    return t("sample.approved_by", at=local_time(plan.approval["at"]), by=plan.approval["by"])


def precision_rows(plan: SamplePlan, names: Mapping[str, Mapping[str, str]], t: Speaker) -> pd.DataFrame:
    """One row an area and the sum: people in the frame, interviews, numbers, margin, cost, as words."""
    rows, numbers = plan.foresight.precision, plan.allocation.groupby("area").numbers.sum()
    area = [_name(a, names, t) if isinstance(a, str) else t("sample.all") for a in rows.area]
    drawn = [int(numbers[a]) if isinstance(a, str) else int(numbers.sum()) for a in rows.area]
    table = pd.DataFrame({t("sample.column.area"): area})
    table[t("sample.column.population")] = [f"{int(n):,}" for n in rows.population]
    table[t("sample.column.interviews")] = [f"{int(n):,}" for n in rows["sample"]]
    table[t("sample.column.numbers")] = [f"{n:,}" for n in drawn]
    margins = pd.to_numeric(rows.margin)
    table[t("sample.column.margin")] = ["–" if m != m else f"±{100 * m:.1f}" for m in margins]
    if "cost" in rows:
        table[t("sample.column.cost")] = [f"{c:,.0f}" for c in rows.cost]
    return table


def mode_rows(plan: SamplePlan, t: Speaker) -> pd.DataFrame:
    """Interviews and numbers by mode; empty if the plan does not split them."""
    if not plan.wanted.modes:
        return pd.DataFrame()
    by = plan.allocation.groupby("mode")[["interviews", "numbers"]].sum()
    table = pd.DataFrame({t("sample.column.mode"): [t(f"sample.mode.{mode}") for mode in by.index]})
    for column in by:
        table[t(f"sample.column.{column}")] = [f"{n:,}" for n in by[column]]
    return table


def power_rows(seen: Foresight, assumed: Assumed, t: Speaker) -> pd.DataFrame:
    """One row a number of interviews an area: the last k right, wrongly listed, and the fall called on each level."""
    rows = seen.power
    table = pd.DataFrame({t("sample.column.each"): [_each(r, t) for r in rows.to_dict("records")]})
    table[t("sample.column.right", k=seen.k)] = [t("number.power", value=p) for p in rows.right]
    table[t("sample.column.wrong")] = [f"{n:.1f}" for n in rows.wrong]
    for name in COMPARED:
        called = rows[[f"{name}_{level}" for level in LEVELS]].to_numpy()
        design = t(f"detection.{name}", correlation=assumed.panel)
        table[design] = [BETWEEN.join(t("number.power", value=p) for p in row) for row in called]
    return table


def power_curve(seen: Foresight, assumed: Assumed, t: Speaker) -> pd.DataFrame:
    """The chances of `power_rows` for a chart, one row a point: interviews, chance, what."""
    lines = {"right": t("sample.column.right", k=seen.k)}
    for name in COMPARED:
        design = t(f"detection.{name}", correlation=assumed.panel)
        lines[f"{name}_standing"] = t("sample.curve", fall=assumed.fall, design=design)
    rows = seen.power.melt("interviews", list(lines), "what", "chance")
    return rows.assign(what=rows.what.map(lines), chance=rows.chance.astype(float))


def plan_notes(plan: SamplePlan, t: Speaker, names: Mapping[str, Mapping[str, str]] = NO_NAMES) -> list[str]:
    """What the tables rest on, what the wave continues, and what the frame asks of the interview."""
    notes = [t("sample.note_margin", share=plan.wanted.assumed.share, deff=plan.wanted.assumed.design_effect)]
    if len(plan.foresight.power):
        notes.append(power_note(plan.foresight, plan.wanted.assumed, t))
    rates = {"response": plan.wanted.response_rate, "eligibility": plan.wanted.eligibility}
    notes.append(t("sample.note_numbers", **rates))
    if plan.wanted.after is not None:
        notes.append(t("sample.note_after", earlier=plan.wanted.after, keep=plan.wanted.keep))
    return notes + [_finding_note(finding, plan, names, t) for finding in plan.findings]


def power_note(seen: Foresight, assumed: Assumed, t: Speaker) -> str:
    """What the power table supposes."""
    return t("sample.note_power", k=seen.k, share=assumed.share, spread=assumed.spread, fall=assumed.fall)


def strata_rows(strata: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """One row a stratum of a large frame: its units and, where there is an allocation, those to draw."""
    table = pd.DataFrame({t("sample.column.stratum"): strata.stratum.astype(str)})
    table[t("sample.column.population")] = [f"{n:,}" for n in strata.population]
    if "sample" in strata:
        table[t("sample.column.numbers")] = [f"{n:,}" for n in strata["sample"]]
    return table


def release_rows(sample: Sample, t: Speaker) -> pd.DataFrame:
    """One row a release: units, when and by whom it went out."""
    size = sample.units.groupby("release").unit_id.size()
    out = sample.releases.set_index("release")
    made = [(local_time(out["at"][r]), out.by[r]) if r in out.index else (t("sample.not_out"), "") for r in size.index]
    columns = {"release": [str(r) for r in size.index], "units": [f"{n:,}" for n in size]}
    columns |= {"out": [at for at, _ in made], "by": [by for _, by in made]}
    return pd.DataFrame({t(f"sample.column.{c}"): values for c, values in columns.items()})


def draw_lines(sample: Sample, t: Speaker) -> list[str]:
    """What is public after the draw: units, seed, commitment, start, code."""
    r = sample.record
    return [
        t("sample.drawn_units", wave=r.wave, units=r.units, released=len(sample.released)),
        t("sample.published_seed", seed=r.seed, commitment=r.commitment),
        t("sample.published_slip", slip=sample.plan.slip),
        t("sample.code", code=r.code),
    ]


def verification_lines(found: Verification, t: Speaker) -> list[str]:
    """Every difference in a sentence."""
    return [t(key, **values) for key, values in found.differences]


def _finding_note(finding: Finding, plan: SamplePlan, names: Mapping[str, Mapping[str, str]], t: Speaker) -> str:
    """What a finding accepted with the frame means for the interview: where banks stop, a question to begin with."""
    if finding.key == "frame.below_city":
        cities, count = sorted(set(plan.allocation.area)), finding.values["count"]
        asked = [_name(a, names, t) for a in finding.values["areas"]]
        each = plan.wanted.interviews / count
        return t("sample.note_screener", cities=cities, count=count, areas=asked, each=each)
    if finding.key == "frame.shared_code":
        return t("sample.note_city", areas=finding.values["areas"])
    return t("sample.note_accepted", finding=t(finding.key, **finding.values))


def _each(row: Mapping, t: Speaker) -> str:
    key = "sample.planned" if row["planned"] else "number.count"
    return t(key, value=row["interviews"])


def _name(area: str, names: Mapping[str, Mapping[str, str]], t: Speaker) -> str:
    return names[area][t("language.code")] if area in names else area
