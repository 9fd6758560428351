"""A file of responses: one row for each unit that answered, with codes, or the texts of answers, or both."""

from dataclasses import dataclass

import pandas as pd

from fieldwork import DISPOSITIONS, canonical, code_of
from fieldwork.completeness import states
from fieldwork.dispositions import OUTCOMES
from programme.declared import Programme
from service.fieldwork.answering.checking import AT, INTERVIEWER, UNIT
from service.fieldwork.call_file import DISPOSITION, MODE
from service.fieldwork.call_times import point_in_time
from service.files.choice import Choice, Note
from service.files.decimals import with_points
from service.files.faults import FaultList
from service.files.read import FileRead, read_file
from service.files.zeros import restored
from service.intake.outcomes import counted
from service.intake.said_answers import CODE_AND_TEXT, coded_texts, joined_boxes
from words import sentences

# columns of call sheets and of survey programs that say nothing of the answers; they are read past, and not kept
PASSED_OVER = frozenset(
    ("phone", "name", "area", "stratum", "psu", "place", "release", "kish", "attempts", "last", "appointment", "person")
)


@dataclass(frozen=True, eq=False)
class ResponseFile:
    """The rows of a file.

    responses  unit_id, at, interviewer and the questionnaire's columns, by row number
    attempts   unit_id, at, interviewer and disposition of rows with an outcome and no answers, as they were written;
               mode, where the questionnaire has an item of modes and the file its column
    notes      what was recognised
    """

    responses: pd.DataFrame
    attempts: pd.DataFrame
    notes: tuple[Note, ...]


def read_responses(
    content: bytes, file: str, programme: Programme, faults: FaultList, choice: Choice | None = None
) -> ResponseFile:
    """The responses and attempts in a file's bytes; `faults` gets what is wrong with its cells, but for the answers.

    Columns: unit_id, at, interviewer ("" where people answer by themselves), one for each question, and in a call sheet
    `disposition`.  A row in which nothing was filled in is passed over.  A heading may be a question's name and text.
    """
    questionnaire = programme.questionnaire
    questions, circumstances = (
        [*questionnaire.items],
        [item.name for item in questionnaire.circumstances],
    )
    known = [UNIT, AT, INTERVIEWER, DISPOSITION, *questions]
    read = read_file(content, file, [UNIT, AT], known, choice=choice, usual=programme.encoding)
    faults.found += read.faults
    table = _with_names(read.table, known)
    table = table.drop(columns=[c for c in table if c in PASSED_OVER and c not in known])
    if faults.lacking(table, [UNIT, AT], key="response.columns"):
        faults.settle()
    table, notes = _coded(table, programme, read.labels, choice)
    blank = pd.Series("", table.index, dtype=object)
    table = table.assign(**{name: table.get(name, blank) for name in (INTERVIEWER, DISPOSITION)})
    written = {cell: cell.partition(" ")[0] for cell in table[DISPOSITION].unique()}  # lists have "1.1 complete"
    listed = {cell: code for cell, code in written.items() if code != cell and canonical(code) in DISPOSITIONS}
    table[DISPOSITION] = table[DISPOSITION].replace(listed)
    extra = [c for c in table if c not in (UNIT, AT, INTERVIEWER, DISPOSITION, *circumstances)]
    answered = (table[extra] != "").any(axis=1) if extra else blank != ""
    called = ~answered & (table[DISPOSITION] != "")
    responses = table[answered]
    _refuse_stated(responses, programme, faults)
    times = {text: point_in_time(text, programme.calling.zone) for text in responses[AT].unique()}
    faults.refuse([times[text] is None for text in responses[AT]], "response.time", AT, responses)
    at = pd.Series([times[text] for text in responses[AT]], responses.index, dtype=object)
    kept = [c for c in responses if c != DISPOSITION]
    attempts = table.loc[called, [UNIT, AT, INTERVIEWER, DISPOSITION]]
    if questionnaire.mode is not None and questionnaire.mode.name in table:
        attempts = attempts.assign(**{MODE: table[questionnaire.mode.name][called]})
    return ResponseFile(
        responses[kept].assign(**{AT: at}),
        attempts,
        (*read.notes, *notes),
    )


def recognised(read: FileRead, programme: Programme, choice: Choice | None) -> pd.DataFrame:
    """The rows of a file under the names of the questions, with codes in place of texts; to be shown."""
    known = [UNIT, AT, INTERVIEWER, DISPOSITION, *programme.questionnaire.items]
    return _coded(_with_names(read.table, known), programme, read.labels, choice)[0]


def _with_names(table: pd.DataFrame, known: list[str]) -> pd.DataFrame:
    """The table with headings that have a question's name and text as its name."""
    headings = {column: column.partition(CODE_AND_TEXT)[0] for column in table if CODE_AND_TEXT in column}
    return table.rename(columns={c: name for c, name in headings.items() if name in known or "[" in name})


def _refuse_stated(responses: pd.DataFrame, programme: Programme, faults: FaultList) -> None:
    """`faults` gets responses whose outcome, as the sheet states it, is of another class than that of the answers."""
    stated = responses[DISPOSITION].map({c: code_of(c, programme.outcomes) for c in responses[DISPOSITION].unique()})
    unknown = (responses[DISPOSITION] != "") & stated.isna()
    found, codes = counted(responses[DISPOSITION][unknown]), sorted(DISPOSITIONS)
    faults.refuse(unknown, "calls.disposition", DISPOSITION, responses, expected=codes, outcomes=found)
    blank = pd.Series("", responses.index, dtype=object)
    answers = pd.DataFrame({n: responses.get(n, blank) for n in programme.questionnaire.items}, index=responses.index)
    made = states(answers, programme.questionnaire).disposition
    of_class = {code: outcome.group for code, outcome in OUTCOMES.items()}
    other = stated.notna() & (stated.map(of_class) != made.map(of_class))
    faults.refuse(other, "response.stated_outcome", DISPOSITION, responses, each={"made": made})


def _coded(
    table: pd.DataFrame, programme: Programme, labels, choice: Choice | None
) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """The table with codes in place of the texts of answers, and what was recognised."""
    items = programme.questionnaire.items
    table, notes = with_points(table, [name for name, item in items.items() if item.range is not None])
    said = list(notes)
    for name, item in items.items():
        if item.separator and name not in table:
            table, joined = joined_boxes(table, item)
            said += joined
        if name not in table or item.range is not None:
            continue
        if not item.separator:
            pairs = [(text, code) for code, names in item.answers.items() for text in names.values()]
            pairs += [(f"{code} {text}", code) for text, code in pairs]  # as the lists of a call sheet have them
            no_answer = sentences("response.no_answer").values()
            pairs += [(f"{code} {text}", code) for code in item.not_answered for text in no_answer]
            table, texts = coded_texts(table, name, labels.get(name, {}), pairs, item.codes | {""})
            said += texts
        table, zeros = restored(table, name, item.codes, choice)
        said += zeros
    return table, tuple(said)
