"""A sample as pages and the command line show it: its plan, what to publish, its releases, and its verification."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd

from estimation.changes.needed import STANDING
from presentation.times import wave_text
from sampling import Assumed, Finding, Foresight, Verification, expected_margins
from sampling.planning.change_power import LEVELS
from sampling.planning.constrained import ALL, AND
from sampling.planning.wanted import written_numbers
from sampling.proof.record import DrawRecord
from sampling.proof.rested_counts import called_early, passed_over
from service.samples.samples import Sample, SamplePlan
from service.store.runs import local_time
from words import Speaker, in_language

MEASURED = 42  # people of a stratum: of smaller ones nobody measured how far rotation groups leave the weights off
NO_NAMES: Mapping[str, Mapping[str, str]] = {}  # areas are then called by their codes


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
    return t("sample.approved_by", at=local_time(sample_plan.approval["at"]), by=sample_plan.approval["by"])


def precision_rows(sample_plan: SamplePlan, names: Mapping[str, Mapping[str, str]], t: Speaker) -> pd.DataFrame:
    """One row for each area and one for all: people in the frame, interviews, numbers, margin, cost; as text."""
    rows, numbers = sample_plan.foresight.precision, sample_plan.allocation.groupby("area").numbers.sum()
    areas = [_name(a, names, t) if isinstance(a, str) else t("sample.all") for a in rows.area]
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
    return t("sample.all") if domain == ALL else AND.join(_name(area, names, t) for area in domain.split(AND))


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


def plan_notes(sample_plan: SamplePlan, t: Speaker, names: Mapping[str, Mapping[str, str]] = NO_NAMES) -> list[str]:
    """What the tables assume, which wave this one continues, and what the frame requires of the interview."""
    assumed = sample_plan.wanted.assumed
    if assumed.sd is None:
        notes = [t("sample.note_margin", share=assumed.share, deff=assumed.design_effect)]
    else:
        notes = [t("sample.note_margin_mean", sd=assumed.sd, deff=assumed.design_effect)]
    if len(sample_plan.foresight.power):
        notes.append(power_note(sample_plan.foresight, sample_plan.wanted.assumed, t))
        if sample_plan.foresight.kept is not None:
            notes.append(_kept_note(sample_plan, t))
    notes += _numbers_notes(sample_plan, t)
    notes.append(t("calls.rule", required=sample_plan.wanted.attempts))
    if sample_plan.wanted.each is not None:
        notes += staged_notes(sample_plan, t)
    notes += _panel_notes(sample_plan, t)
    if (unequal := sample_plan.wanted.unequal) is not None:
        said = {"how": t(f"sample.pps_units.{unequal}"), "variance": t(f"sample.pps_variance.{unequal}")}
        notes.append(t("sample.note_unequal", size=sample_plan.wanted.size, **said))
    if sample_plan.wanted.constraints:
        notes.append(t("sample.note_constraints"))
    elif sample_plan.wanted.costs:
        notes.append(t("sample.note_costs"))
    if (spread := sample_plan.wanted.spread) is not None:
        notes.append(t(f"sample.spread.{spread[0]}", columns=list(spread[1])))
    if sample_plan.wanted.call_dead is not None:
        notes.append(t("sample.note_call_dead", part=sample_plan.wanted.call_dead))
    public = sample_plan.wanted.public
    notes.append(t("sample.note_no_public") if public is None else t("sample.note_public", public=public))
    return notes + [_finding_note(finding, sample_plan, names, t) for finding in sample_plan.findings]


def _numbers_notes(sample_plan: SamplePlan, t: Speaker) -> list[str]:
    """For how many interviews the numbers suffice, with which chance, and where everybody is drawn."""
    wanted, allocation = sample_plan.wanted, sample_plan.allocation
    rates = {"response": wanted.response_rate, "eligibility": wanted.eligibility}
    if not wanted.together:
        return [t("sample.note_numbers_each", **rates)]
    notes = [t("sample.note_numbers", strata=len(allocation), **rates)]
    if wanted.response_sd:
        notes.append(t("sample.note_response_sd", sd=wanted.response_sd))
    whole = allocation.stratum[(allocation.numbers == allocation.population) & wanted.census]
    if len(whole):
        values = {"interviews": int(allocation.interviews.sum()), "wanted": wanted.interviews}
        notes.append(t("sample.note_whole", count=len(whole), strata=list(whole), **values))
    return notes


def _kept_note(sample_plan: SamplePlan, t: Speaker) -> str:
    """What the comparisons suppose of the people whom several waves have in common."""
    wanted, panel = sample_plan.wanted, sample_plan.wanted.assumed.panel
    if wanted.rotation:
        answering = wanted.again if wanted.respondents else wanted.response_rate
        plan = written_numbers(wanted.rotation, "-")
        return t("sample.note_kept_rotation", rotation=plan, answering=answering, panel=panel)
    keep = sample_plan.foresight.kept
    if wanted.respondents:
        return t("sample.note_kept_respondents", keep=keep, again=wanted.again, panel=panel)
    return t("sample.note_kept", keep=keep, response=wanted.response_rate, panel=panel)


def _panel_notes(sample_plan: SamplePlan, t: Speaker) -> list[str]:
    """Who is called again, and for how many waves the others rest."""
    wanted, allocation = sample_plan.wanted, sample_plan.allocation
    count = int(allocation["kept"].sum()) if "kept" in allocation else 0
    notes = []
    if wanted.rotation:
        notes.append(t("sample.note_rotation", rotation=written_numbers(wanted.rotation, "-"), rest=wanted.rest))
        small = allocation.stratum[allocation.population < MEASURED]
        notes += [t("sample.note_rotation_small", strata=list(small), count=len(small))] if len(small) else []
        notes += [t("sample.note_rotation_respondents", count=count)] if wanted.respondents else []
    elif wanted.respondents and wanted.after is not None:
        values = {"keep": wanted.keep, "count": count, "again": wanted.again, "rest": wanted.rest}
        notes.append(t("sample.note_respondents", earlier=wanted.after, **values))
    if wanted.after is not None and not (wanted.respondents and not wanted.rotation):
        notes.append(_after_note(sample_plan, t))
    return notes


def _after_note(sample_plan: SamplePlan, t: Speaker) -> str:
    """Which wave the plan continues, what is kept of it, and for how many waves the others rest."""
    wanted = sample_plan.wanted
    if wanted.rotation:
        return t("sample.note_after_rotation", earlier=wanted.after)
    if wanted.rest is None:
        return t("sample.note_after_older", earlier=wanted.after, keep=wanted.keep)
    return t("sample.note_after", earlier=wanted.after, keep=wanted.keep, rest=wanted.rest)


def staged_notes(sample_plan: SamplePlan, t: Speaker) -> list[str]:
    """How many PSUs are drawn, how many units in each, and who is interviewed in a household."""
    counts = {
        "psus": int(sample_plan.allocation.psus.sum()),
        "units": sample_plan.design.each,
        "each": sample_plan.wanted.each,
    }
    how = t("sample.note_pps", how=t(f"sample.pps.{sample_plan.wanted.pps}"))
    return [t("sample.note_two_stage", **counts), how, *([t("sample.note_kish")] if sample_plan.wanted.person else [])]


def power_note(foresight: Foresight, assumed: Assumed, t: Speaker) -> str:
    """What the table of chances assumes."""
    if foresight.basis is None:
        values = {"k": foresight.k, "share": assumed.share, "spread": assumed.spread}
        basis_text = t("sample.note_last" if assumed.sd is None else "sample.note_last_mean", **values)
    else:
        basis = {
            "wave": wave_text(foresight.basis["wave"], t),
            "measure": in_language(foresight.basis["name"], t("language.code")),
        }
        basis_text = t("sample.note_earlier", k=foresight.k, estimated=foresight.basis["estimated"], **basis)
    if foresight.error is None:
        return basis_text + t("sample.note_formula", fall=fall_text(assumed, t))
    values = {"panel": assumed.panel, "information": assumed.information, "chance": assumed.chance}
    falls = t("sample.note_falls", fall=fall_text(assumed, t), error=foresight.error, **values)
    in_sd = [] if assumed.sd is None else [t("sample.note_falls_mean", sd=assumed.sd)]
    return basis_text + t("list.between_sentences").join([falls, *in_sd])


def strata_rows(strata: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """One row for each stratum of a large frame: its units and, if there is an allocation, how many to draw."""
    table = pd.DataFrame({t("sample.column.stratum"): strata.stratum.astype(str)})
    table[t("sample.column.population")] = [f"{n:,}" for n in strata.population]
    if "sample" in strata:
        table[t("sample.column.numbers")] = [f"{n:,}" for n in strata["sample"]]
    return table


def release_rows(sample: Sample, t: Speaker) -> pd.DataFrame:
    """One row for each portion: its units, how many are out, and when and by whom the last of them were released."""
    out, last = sample.out, _last_releases(sample)
    rows = []
    for portion, of_portion in sample.units.assign(out=out).groupby("release").out:
        released, units, last_release = int(of_portion.sum()), len(of_portion), last.get(portion)
        when = t("sample.not_out") if last_release is None else local_time(last_release["at"])
        if 0 < released < units:
            when = t("sample.out_in_part", out=released, at=when)
        rows.append((str(portion), f"{units:,}", when, "" if last_release is None else last_release["by"]))
    columns = [t(f"sample.column.{c}") for c in ("release", "units", "out", "by")]
    return pd.DataFrame(rows, columns=columns)


def _last_releases(sample: Sample) -> dict[int, Mapping]:
    """The last release that put units of a portion out, by portion."""
    strata = set(sample.units.stratum)
    out, last = dict.fromkeys(strata, 0), {}
    for release in sample.releases.to_dict("records"):
        for stratum in strata if release["strata"] is None else release["strata"]:
            out[stratum] += 1
            last[out[stratum]] = release
    return last


def short_rows(rows: pd.DataFrame, names: Mapping[str, Mapping[str, str]], t: Speaker) -> pd.DataFrame:
    """One row for each area in which interviews are short: wanted, had, open numbers, portions that are left."""
    rows = rows.assign(left=rows.portions - rows.out)
    by = rows.groupby("area").agg(
        wanted=("wanted", "sum"), interviews=("interviews", "sum"), open=("open", "sum"), left=("left", "max")
    )
    short = by.loc[sorted(set(rows.area[rows.short]))]
    table = pd.DataFrame({t("sample.column.area"): [_name(area, names, t) for area in short.index]})
    for column in by:
        table[t(f"sample.short.{column}")] = [f"{n:,}" for n in short[column]]
    return table


def draw_lines(sample: Sample, t: Speaker) -> list[str]:
    """What is public after the draw: units, who rested, seed, commitment, published line, code."""
    r = sample.record
    return [
        t("sample.drawn_units", wave=r.wave, units=r.units, released=len(sample.released)),
        *_rest_lines(r, t),
        t("sample.published_seed", seed=r.seed, commitment=r.commitment),
        *([] if r.value is None else [t("sample.public_value", public=r.plan.public, value=r.value)]),
        t("sample.published_slip", slip=sample.plan.slip),
        t("sample.code", code=r.code),
    ]


def _rest_lines(record: DrawRecord, t: Speaker) -> list[str]:
    """How many people were passed over because they rest, and where some are called before their rest is over."""
    resting, early = passed_over(record), called_early(record)
    lines = [t("sample.passed_over", count=resting, rest=record.plan.rest)] if resting else []
    if len(early):
        values = {"count": int(early["count"].sum()), "shortest": int(early["rest"].min()), "rest": record.plan.rest}
        lines.append(t("sample.early", strata=early.stratum.nunique(), named=sorted(set(early.stratum)), **values))
    return lines


def verification_lines(verification: Verification, t: Speaker) -> list[str]:
    """A sentence for every difference, and for what else the reader should know."""
    return [t(key, **values) for key, values in (*verification.differences, *verification.notes)]


def _finding_note(finding: Finding, sample_plan: SamplePlan, names: Mapping[str, Mapping[str, str]], t: Speaker) -> str:
    """What an accepted finding means for the interview, which begins with a question if banks stop at the city."""
    if finding.key == "frame.below_city":
        cities, count = sorted(set(sample_plan.allocation.area)), finding.values["count"]
        below = [_name(a, names, t) for a in finding.values["areas"]]
        per_area = sample_plan.wanted.interviews / count
        return t("sample.note_screener", cities=cities, count=count, areas=below, each=per_area)
    if finding.key == "frame.shared_code":
        return t("sample.note_city", areas=finding.values["areas"])
    return t("sample.note_accepted", finding=t(finding.key, **finding.values))


def _interviews(row: Mapping, t: Speaker) -> str:
    """A number of interviews, marked if it is the planned one."""
    key = "sample.planned" if row["planned"] else "number.count"
    return t(key, value=row["interviews"])


def _chance(t: Speaker) -> Callable[[float], str]:
    return lambda p: t("number.power", value=p)


def _name(area: str, names: Mapping[str, Mapping[str, str]], t: Speaker) -> str:
    return names[area][t("language.code")] if area in names else area
