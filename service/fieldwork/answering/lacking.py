"""What will be missing when a wave is made of its calls and answers, said before anybody is called."""

from programme.declared import Programme
from programme.made_waves import (
    ALL,
    COLUMN,
    ELIGIBLE,
    FRAME,
    PERSON,
    RESPONDED,
    Lack,
    SampleColumns,
    lacking_columns,
    outcomes_without_place,
)
from sampling.proof.draw_plan import KISH
from service.intake.imports import current_programme
from service.intake.of_sample import FRAME_JOIN, JOIN
from service.samples.listed_columns import columns_kept, says_kinds
from service.samples.samples import SamplePlan, read_plan
from service.store.engine import Store
from service.store.permissions import permitted
from words import LANGUAGES, Fault, in_language

ERROR = "error"  # the programme leaves a stratum with one sampling unit without an error
ASKED, UNASKED = "response.lacks.eligible", "response.lacks.eligible_unasked"
OUTCOMES = "response.lacks.outcomes"
SAID = {  # of whom a column must be known, or what else is lacking -> the sentence
    ALL: "response.lacks.all",
    ELIGIBLE: ASKED,
    RESPONDED: "response.lacks.responded",
    FRAME: "response.lacks.frame",
    PERSON: "response.lacks.person",
}


@permitted
def lacking_for(store: Store, programme: str, wave: str) -> tuple[Fault, ...]:
    """Each column and outcome for want of which no wave could be made of what is recorded; a Fault without a plan.

    What the questionnaire, the list and the programme's outcomes say is compared with what [weighting] asks for.
    """
    declared, plan = current_programme(store, programme)[1], read_plan(store, programme, wave)
    lacks = [_fault(lack, declared, wave) for lack in lacking_columns(declared, _sample_columns(store, declared, plan))]
    if outcomes := outcomes_without_place(declared):
        lacks.append(Fault(key=OUTCOMES, wave=wave, outcomes=list(outcomes)))
    return tuple(lacks)


def lonely_ahead(declared: Programme, plan: SamplePlan) -> tuple[Fault, ...]:
    """A Fault that names the strata planned with one sampling unit, of which no error can be computed.

    Nothing where the programme says what such a stratum contributes ([design] lonely) or with which it is merged.
    """
    allocation = plan.allocation
    units = allocation.psus if plan.wanted.each is not None else allocation.interviews
    alone = [
        stratum
        for stratum in dict.fromkeys(allocation.stratum[units < 2])
        if stratum.replace(FRAME_JOIN, JOIN) not in declared.merged_strata
    ]
    if declared.lonely != ERROR or not alone:
        return ()
    strata = [_named(stratum, declared) for stratum in alone]
    return (Fault(key="response.lacks.lonely", wave=plan.wave, count=len(alone), strata=strata),)


def _named(stratum: str, declared: Programme) -> dict[str, str]:
    """The name of a frame's stratum with its area, modes and answers as the programme calls them, by language."""
    codes = stratum.split(FRAME_JOIN)
    columns = declared.columns.stratum if len(declared.columns.stratum) == len(codes) else [""] * len(codes)
    names = []
    for place, (code, column) in enumerate(zip(codes, columns, strict=True)):
        item = declared.items.get(column)
        of_area = {code: area.name for code, area in declared.areas.items()} if place == 0 else {}
        names.append(of_area.get(code) or (item.answers if item else declared.modes).get(code) or {"": code})
    return {language: JOIN.join(in_language(of_part, language) for of_part in names) for language in LANGUAGES}


def _sample_columns(store: Store, declared: Programme, plan: SamplePlan) -> SampleColumns:
    """What the plan's list and its sample say of every number."""
    steps = declared.weighting
    by_kind = steps is not None and steps.base.frame is not None
    parts = {len(name.split(FRAME_JOIN)) for name in plan.allocation.stratum}
    return SampleColumns(
        listed=columns_kept(store, plan.frame_id),
        area=set(plan.allocation.area) <= set(declared.areas),
        parts=parts.pop() if len(parts) == 1 else 0,
        telephones=by_kind and says_kinds(store, plan.frame_id),
        psu=plan.wanted.each is not None,
        kish=plan.wanted.person == KISH,
    )


def _fault(lack: Lack, declared: Programme, wave: str) -> Fault:
    """The sentence of a lack, with its way out."""
    entries = [f"[{entry}]" for entry in lack.entries]
    if lack.entries == ("columns",) and lack.column in declared.columns.stratum:
        return Fault(
            key="response.lacks.stratum", wave=wave, column=lack.column, stratum=list(declared.columns.stratum)
        )
    key = SAID[lack.who if lack.kind == COLUMN else lack.kind]
    return Fault(
        key=UNASKED if key == ASKED and not lack.asked else key, wave=wave, column=lack.column, entries=entries
    )
