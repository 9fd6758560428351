"""What pages and the command line show of a sample: the plan, what to publish, the releases, a verification."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from estimation.change.needed import STANDING
from presentation.figures import Speaker, wave_text
from sampling import Assumed, Finding, Foresight, Verification
from sampling.planning.change_power import LEVELS
from service.samples.samples import Sample, SamplePlan
from service.store.runs import local_time
from words import in_language

NO_NAMES: Mapping[str, Mapping[str, str]] = {}  # no area has a name but its code


def plan_title(plan: SamplePlan, t: Speaker) -> str:
    """Wave, version, frame, interviews and numbers in one line."""
    values = {"wave": plan.wave, "version": plan.version, "frame": plan.frame, "frame_version": plan.frame_version}
    areas, numbers = plan.allocation.area.nunique(), int(plan.allocation.numbers.sum())
    return t("sample.title", **values, interviews=plan.wanted.interviews, areas=areas, numbers=numbers)


def status(plan: SamplePlan, t: Speaker) -> str:
    """Draft, or approved when and by whom."""
    if plan.approval is None:
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
    """Chances by number of interviews an area, a column each: the last k right, how many wrongly listed, and the fall
    called by each comparison on each level; before them the number at which the wanted chance is reached."""
    rows = seen.power
    numbers = [_each(r, t) for r in rows.to_dict("records")]
    needed = t("sample.column.needed", chance=assumed.chance)

    def row(what: str, level: str, cells, n: str) -> dict:
        named = {t("sample.column.what"): what, t("sample.column.level"): level}
        return named | {needed: n} | dict(zip(numbers, cells, strict=True))

    def reached(*curve: str) -> str:
        return needed_text(seen.interviews_for(assumed.chance, *curve), rows.interviews, t)

    right, wrong = ([say(x) for x in rows[c]] for c, say in (("right", _chance(t)), ("wrong", "{:.1f}".format)))
    found = [row(t("sample.column.right", k=seen.k), "", right, reached())] if len(rows) else []
    found += [row(t("sample.column.wrong"), "", wrong, "")] if len(rows) else []
    for design in seen.designs:
        for level in LEVELS:
            called = map(_chance(t), seen.called(design, level))
            says = design_text(design, seen, assumed, t), t(f"detection.{level}")
            found.append(row(*says, called, reached(design, level)))
    return pd.DataFrame(found)


def needed_text(n: float, interviews, t: Speaker) -> str:
    """The n for a wanted chance, "25 or fewer" where the first already does, "not by 1,600" where the last does not."""
    if np.isinf(n):
        return t("sample.not_reached", most=float(max(interviews)))
    return t("sample.reached_first" if n <= np.ceil(min(interviews)) else "number.count", value=n)


def design_text(design: str, seen: Foresight, assumed: Assumed, t: Speaker) -> str:
    """A comparison in words."""
    return t(f"detection.{design}", correlation=assumed.panel, information=assumed.information, watched=seen.k)


def power_curve(seen: Foresight, assumed: Assumed, t: Speaker) -> pd.DataFrame:
    """The chances of `power_rows` for a chart, one row a point: interviews, chance, what; falls by standing."""
    right = seen.power.rename(columns={"right": "chance"}).assign(what=t("sample.column.right", k=seen.k))
    parts = [right[["interviews", "chance", "what"]]]
    for design in seen.designs:
        called = seen.called(design, STANDING).rename("chance").reset_index()
        says = t("sample.curve", fall=100 * assumed.fall, design=design_text(design, seen, assumed, t))
        parts.append(called.assign(what=says))
    points = pd.concat(parts, ignore_index=True)
    return points.assign(chance=points.chance.astype(float))


def plan_notes(plan: SamplePlan, t: Speaker, names: Mapping[str, Mapping[str, str]] = NO_NAMES) -> list[str]:
    """What the tables rest on, what the wave continues, and what the frame asks of the interview."""
    notes = [t("sample.note_margin", share=plan.wanted.assumed.share, deff=plan.wanted.assumed.design_effect)]
    if len(plan.foresight.power):
        notes.append(power_note(plan.foresight, plan.wanted.assumed, t))
    rates = {"response": plan.wanted.response_rate, "eligibility": plan.wanted.eligibility}
    notes.append(t("sample.note_numbers", **rates))
    notes.append(t("calls.rule", required=plan.wanted.attempts))
    if plan.wanted.each is not None:
        notes += staged_notes(plan, t)
    if plan.wanted.after is not None:
        notes.append(t("sample.note_after", earlier=plan.wanted.after, keep=plan.wanted.keep))
    return notes + [_finding_note(finding, plan, names, t) for finding in plan.findings]


def staged_notes(plan: SamplePlan, t: Speaker) -> list[str]:
    """How many PSUs are drawn, units in each, and who is asked of a unit."""
    counts = {"psus": int(plan.allocation.psus.sum()), "units": plan.design.each, "each": plan.wanted.each}
    return [t("sample.note_two_stage", **counts), *([t("sample.note_kish")] if plan.wanted.person else [])]


def power_note(seen: Foresight, assumed: Assumed, t: Speaker) -> str:
    """What the power table supposes."""
    if seen.basis is None:
        said = t("sample.note_last", k=seen.k, share=assumed.share, spread=assumed.spread)
    else:
        basis = {
            "wave": wave_text(seen.basis["wave"], t),
            "measure": in_language(seen.basis["name"], t("language.code")),
        }
        said = t("sample.note_earlier", k=seen.k, estimated=seen.basis["estimated"], **basis)
    if seen.error is None:
        return said + t("sample.note_formula", fall=100 * assumed.fall)
    values = {"panel": assumed.panel, "information": assumed.information, "chance": assumed.chance}
    return said + t("sample.note_falls", fall=100 * assumed.fall, error=seen.error, **values)


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


def _chance(t: Speaker) -> Callable[[float], str]:
    return lambda p: t("number.power", value=p)


def _name(area: str, names: Mapping[str, Mapping[str, str]], t: Speaker) -> str:
    return names[area][t("language.code")] if area in names else area
