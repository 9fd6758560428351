"""What a wave made of its calls and answers lacks: the columns and outcomes that [weighting] asks for in vain."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from estimation.weighting.steps import AGE_GROUP, WeightingSteps
from fieldwork.completeness import BROKEN_OFF, CODES, COMPLETE, PARTIAL
from fieldwork.dispositions import OFFERED, USUAL, canonical, code_of, codes_of_class
from fieldwork.final_outcomes import NEVER_CALLED
from programme.declared import Programme

ALL, ELIGIBLE, RESPONDED = "all", "eligible", "responded"  # of whom a column must be known
COLUMN, FRAME, PERSON = "column", "frame", "person"  # what is lacking
WEIGHTING = "weighting"  # the table of a programme
EVERY = codes_of_class("I", "P", "R", "NC", "O", "UH", "UR", "UO", "NE")


@dataclass(frozen=True)
class SampleColumns:
    """What a sample and its list say of every number.

    listed      the columns kept of the list
    area        whether its areas are those of the programme
    parts       into how many parts the names of its strata fall
    telephones  whether the list says which numbers are mobile ones
    psu         whether it has sampling units of more than one number
    kish        whether each household has a table of Kish's
    """

    listed: frozenset[str]
    area: bool
    parts: int
    telephones: bool
    psu: bool
    kish: bool


@dataclass(frozen=True)
class Lack:
    """A column that [weighting] or [columns] names and that no number, or only the respondents, would have.

    who      of whom it must be known: "all" numbers, the "eligible", those who "responded"
    entries  where the programme names it
    asked    whether the questionnaire asks for it, so that it is known of respondents only
    kind     "column"; "frame": which kind of telephone; "person": the chance of the person in the household
    """

    column: str
    who: str
    entries: tuple[str, ...]
    asked: bool
    kind: str = COLUMN


def columns_of_sample(programme: Programme, sample: SampleColumns) -> frozenset[str]:
    """The columns of a wave's file that are known of every number without any answer."""
    columns, steps = programme.columns, programme.weighting
    known: set[str | None] = {*columns.respondent, *sample.listed, *(columns.psu if sample.psu else ())}
    known |= {columns.area} if sample.area else set()
    known |= {*columns.stratum} if sample.parts == len(columns.stratum) else set()
    if steps is not None:
        known |= {steps.dispositions.column, steps.base.weight}
        known |= {steps.base.frame} if sample.telephones else set()
    return frozenset(column for column in known if column)


def lacking_columns(programme: Programme, sample: SampleColumns) -> tuple[Lack, ...]:
    """What would be missing of a wave made of its calls and answers, each column once, in the programme's order."""
    of_all, steps = columns_of_sample(programme, sample), programme.weighting
    of_respondents = of_all | set(programme.questionnaire.items)
    lacks: dict[str, Lack] = {}
    if steps is not None:
        entries = dict(_entries(steps))
        persons = sample.kish or bool(programme.questionnaire.adults)
        for who, columns in steps.needed().items():
            known = of_respondents if who == RESPONDED else of_all
            for column in columns:
                if column not in known and not (column == steps.persons and persons) and column not in lacks:
                    kind = {steps.base.frame: FRAME, steps.persons: PERSON}.get(column, COLUMN)
                    asked = column in programme.questionnaire.items
                    lacks[column] = Lack(column, who, tuple(entries[column]), asked, kind)
    for entry, column in _of_respondents(programme):
        if column not in of_respondents and column not in lacks:
            lacks[column] = Lack(column, RESPONDED, (entry,), False)
    return tuple(lacks.values())


def wanted_of_list(programme: Programme) -> tuple[str, ...]:
    """The columns that weighting needs of everybody and that only a list can say, whatever the sample is."""
    if programme.weighting is None:
        return ()
    sample = SampleColumns(frozenset(), True, len(programme.columns.stratum), True, True, True)
    needed, known = programme.weighting.needed(), columns_of_sample(programme, sample)
    return tuple(dict.fromkeys(c for who in (ALL, ELIGIBLE) for c in needed[who] if c not in known))


def outcomes_without_place(programme: Programme) -> tuple[str, ...]:
    """The codes of outcomes that calls and answers can end in and that stand in no list of [weighting]."""
    if programme.weighting is None:
        return ()
    rule, questionnaire = programme.questionnaire.completeness, programme.questionnaire
    codes = {*USUAL, *OFFERED, CODES[COMPLETE], CODES[BROKEN_OFF], NEVER_CALLED}
    codes |= {CODES[PARTIAL]} if rule.partial < rule.complete else set()
    codes |= {question.outcome for question in questionnaire.screener if question.eligible is not None}
    codes |= {canonical(code) for code in programme.outcomes.values()}
    return tuple(sorted(codes - set(written_outcomes(programme))))


def written_outcomes(programme: Programme) -> Mapping[str, str]:
    """AAPOR's code -> how the programme's lists of outcomes in [weighting] write it."""
    assert programme.weighting is not None
    written: dict[str, str] = {}
    for word in sorted(programme.weighting.dispositions.codes):
        code = word if word in EVERY else code_of(word, programme.outcomes, EVERY)
        if code is not None:
            written.setdefault(code, word)
    return written


def _entries(steps: WeightingSteps) -> dict[str, list[str]]:
    """Column -> the tables of [weighting] that name it."""
    age = None if steps.ages is None else steps.ages.column
    phones = () if steps.phones is None else (steps.phones.mobiles, steps.phones.landlines, steps.phones.adults)
    named: dict[str, Iterable[str | None]] = {
        "": [steps.dispositions.column],
        "base": [steps.base.weight, steps.base.frame],
        "eligibility": steps.eligibility_cells,
        "nonresponse": [*steps.nonresponse.cells, *steps.nonresponse.predictors],
        "phones": phones,
        "persons": [steps.persons],
        "calibration": () if steps.calibrating is None else steps.calibrating.columns,
    }
    entries: dict[str, list[str]] = {}
    for entry, columns in named.items():
        for column in columns:
            name = age if column == AGE_GROUP else column
            table = f"{WEIGHTING}.{entry}" if entry else WEIGHTING
            if name is not None and table not in entries.setdefault(name, []):
                entries[name].append(table)
    return entries


def _of_respondents(programme: Programme) -> Iterator[tuple[str, str]]:
    """The columns that a wave needs besides those of weighting and of the items, and where they are named."""
    yield "columns", programme.columns.area
    yield from (("columns", column) for column in (*programme.columns.stratum, *programme.columns.psu))
    if programme.population.column is not None:
        yield "population", programme.population.column
