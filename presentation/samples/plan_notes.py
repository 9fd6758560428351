"""What a sample plan assumes and requires, in sentences under its tables."""

import math
from collections.abc import Mapping

from presentation.samples.plan import area_name, fall_text
from presentation.times import wave_text
from programme.declared import Programme
from sampling import Assumed, Finding, Foresight
from sampling.planning.wanted import written_numbers
from service.samples.samples import SamplePlan
from words import Speaker, in_language

NO_NAMES: Mapping[str, Mapping[str, str]] = {}  # areas are then called by their codes


def plan_notes(
    sample_plan: SamplePlan,
    t: Speaker,
    names: Mapping[str, Mapping[str, str]] = NO_NAMES,
    programme: Programme | None = None,
) -> list[str]:
    """What the tables assume, which wave this one continues, and what the frame requires of the interview.

    programme: the survey's, whose modes and groups of respondents may have figures of their own alone.
    """
    assumed = sample_plan.wanted.assumed
    if assumed.sd is None:
        notes = [t("sample.note_margin", share=assumed.share, deff=assumed.design_effect)]
    else:
        notes = [t("sample.note_margin_mean", sd=assumed.sd, deff=assumed.design_effect)]
    if len(sample_plan.foresight.power):
        notes.append(power_note(sample_plan.foresight, sample_plan.wanted.assumed, t))
        if sample_plan.foresight.kept is not None:
            notes.append(_kept_note(sample_plan, t))
    if programme is not None:
        notes += apart_notes(sample_plan, programme, t)
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


def apart_notes(sample_plan: SamplePlan, programme: Programme, t: Speaker) -> list[str]:
    """That the tables are of all interviews together, where every figure is of one mode or group of respondents alone.

    With k groups of equal parts, each has 1/k of an area's interviews, and the margin of its figures is √k times as
    wide: in var = (1 − f)·p·(1 − p)/n the sampling fraction f stays what it is, and n becomes n/k.
    """
    return apart_text(sample_plan.wanted.interviews / sample_plan.allocation.area.nunique(), programme, t)


def apart_text(interviews: float, programme: Programme, t: Speaker) -> list[str]:
    """The same of an area with so many interviews; nothing where figures are of everybody together."""
    apart = [item for item in programme.items.values() if item.apart]
    groups = math.prod(len(item.answers) for item in apart)
    if groups < 2:
        return []
    items = [in_language(programme.item_texts[item.name], t("language.code")) for item in apart]
    return [t("sample.note_apart", items=items, count=groups, each=interviews / groups, wider=math.sqrt(groups))]


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
    if not wanted.keep:
        return t("sample.note_after_fresh", earlier=wanted.after, rest=wanted.rest)
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


def _finding_note(finding: Finding, sample_plan: SamplePlan, names: Mapping[str, Mapping[str, str]], t: Speaker) -> str:
    """What an accepted finding means for the interview, which begins with a question if banks stop at the city."""
    if finding.key == "frame.below_city":
        cities, count = sorted(set(sample_plan.allocation.area)), finding.values["count"]
        below = [area_name(a, names, t) for a in finding.values["areas"]]
        per_area = sample_plan.wanted.interviews / count
        return t("sample.note_screener", cities=cities, count=count, areas=below, each=per_area)
    if finding.key == "frame.shared_code":
        return t("sample.note_city", areas=finding.values["areas"])
    return t("sample.note_accepted", finding=t(finding.key, **finding.values))
