"""Call sheets to fill in: a workbook with the numbers to call, a column for each question, and the script."""

import io
from collections.abc import Sequence

import pandas as pd

from estimation.indicators.indicators import Item
from fieldwork.dispositions import OUTCOMES, USUAL
from fieldwork.final_outcomes import final_outcomes
from fieldwork.questionnaire import Question, Questionnaire
from sampling.draw.stages import KISH
from service.fieldwork.answering.checking import AT, INTERVIEWER, UNIT
from service.fieldwork.call_file import DISPOSITION
from service.fieldwork.calling.interviewers import active_interviewers, newest_owners
from service.fieldwork.calls import fieldwork_of, outcomes_of
from service.intake.imports import current_programme
from service.intake.said_answers import CODE_AND_TEXT
from service.protection import vault
from service.protection.keys import Key
from service.samples.frame_versions import contact_place
from service.samples.samples import Sample, read_sample
from service.store.engine import Store
from service.store.permissions import permitted
from words import Fault, Speaker

NONE, MASKED, WHOLE = "none", "masked", "whole"  # how a sheet shows telephone numbers
KNOWN = ("phone", "name", "area", "psu", "kish", "attempts", "last")  # columns that are filled in already
TO_FILL = (AT, INTERVIEWER, DISPOSITION)


@permitted
def sheet_interviewers(store: Store, programme: str, wave: str) -> list[str]:
    """The interviewers on a wave's list who are active, by name."""
    sample = read_sample(store, programme, wave)
    with store.read() as connection:
        known = active_interviewers(connection, sample.draw_id)
    return sorted(name for name, active in known.items() if active)


@permitted
def answer_sheet(
    store: Store,
    programme: str,
    wave: str,
    t: Speaker,
    *,
    interviewer: str | None = None,
    numbers: str = NONE,
    key: Key | None = None,
) -> bytes:
    """A workbook of the numbers still to be called: of an interviewer whom they were assigned to, or of everybody.

    numbers  whether telephone numbers are left out, masked or whole;  key: the vault's, unless they are left out.
             That whole numbers left the vault is recorded in the trail.
    A Fault for an interviewer who is not on the list, and where nothing is to be called.
    """
    sample, declared = read_sample(store, programme, wave), current_programme(store, programme)[1]
    rows = _rows(store, programme, sample, interviewer)
    if rows.empty:
        raise Fault(key="response.sheet_empty", wave=wave, interviewer=interviewer or "-")
    if numbers != NONE:
        rows = rows.drop(columns=["phone", "name"], errors="ignore").merge(
            _numbers(store, programme, sample, list(rows[UNIT]), numbers, key), on=UNIT, how="left"
        )
    areas = {code: area.name[t("language.code")] for code, area in declared.areas.items()}
    rows["area"] = rows.area.map(lambda code: areas.get(code, code))
    shown = [UNIT, *(c for c in KNOWN if c in rows)]
    dealt_to = rows.owner.fillna("").astype(str).to_list()
    return _workbook(rows[shown].fillna("").astype(str), declared.questionnaire, dealt_to, t)


def _rows(store: Store, programme: str, sample: Sample, interviewer: str | None) -> pd.DataFrame:
    """The open numbers in the order of release and place: how often each was called, how it ended last, and its owner
    (whoever it is dealt out to and still calls; None: nobody)."""
    called = fieldwork_of(store, programme, sample).units
    with store.read() as connection:
        known = active_interviewers(connection, sample.draw_id)
        owners = newest_owners(connection, sample.draw_id).set_index(UNIT).interviewer
    if interviewer is not None:
        if interviewer not in known:
            raise Fault(key="calling.interviewer", found=interviewer, wave=sample.wave, expected=sorted(known))
        called = called[called.unit_id.isin(owners.index[owners == interviewer])]
    active = [name for name, gets_numbers in known.items() if gets_numbers or name == interviewer]
    called = called.assign(owner=called.unit_id.map(owners[owners.isin(active)]).astype(object))
    outcomes = outcomes_of(store, programme, sample.wave)
    attempts = called.unit_id.map(outcomes.groupby("unit_id").attempts.sum()).fillna(0).astype(int)
    last = final_outcomes(outcomes, list(called.unit_id)).to_numpy()
    table = called.assign(
        attempts=attempts, last=["" if n == 0 else code for n, code in zip(attempts, last, strict=True)]
    )
    columns = [c for c in (UNIT, *KNOWN, "owner", "release", "place") if c in table]
    return table[columns].sort_values(["release", "place"], ignore_index=True)


def _numbers(
    store: Store, programme: str, sample: Sample, units: list[str], numbers: str, key: Key | None
) -> pd.DataFrame:
    """unit_id, phone and name of the units, masked or whole."""
    place = contact_place(sample.plan.frame, sample.plan.frame_version)
    assert key is not None
    if numbers == WHOLE:
        return vault.call_sheet(store, programme, place, key=key, units=units)
    opened = vault.masked_contacts(store, programme, place, key=key)
    return opened[opened.unit_id.isin(units)]


def _workbook(rows: pd.DataFrame, questionnaire: Questionnaire, dealt_to: Sequence[str], t: Speaker) -> bytes:
    """The sheet of numbers with lists of answers in its cells, and the script on a second sheet.

    dealt_to  the interviewer of each row, who stands in it already; "" for none
    """
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    open_cell = book.add_format({"bg_color": "#FFF8E1", "num_format": "@"})
    calls, script, lists = (book.add_worksheet(t(f"response.sheet.{name}")) for name in ("calls", "script", "lists"))
    asked = [*questionnaire.circumstances, *(q.item for q in questionnaire.all_questions)]
    texts = {q.name: q.text[t("language.code")] for q in questionnaire.all_questions}
    headings = [*rows.columns, *TO_FILL, *(_heading(item.name, texts) for item in asked)]
    for k, heading in enumerate(headings):
        calls.write_string(0, k, heading, bold)
    calls.set_column(0, 0, 24)
    calls.set_column(1, len(rows.columns) - 1, 14)
    calls.set_column(len(rows.columns), len(headings) - 1, 18, open_cell)
    for row, cells in enumerate(rows.itertuples(index=False), 1):
        for k, cell in enumerate(cells):
            calls.write_string(row, k, cell)
        calls.write_string(row, len(rows.columns) + 1, dealt_to[row - 1], open_cell)
    calls.freeze_panes(1, 1)
    language, last, first = t("language.code"), len(rows), len(rows.columns)
    choices = {first + 2: [f"{code} {OUTCOMES[code].names[language]}" for code in USUAL]}
    for k, item in enumerate(asked, first + len(TO_FILL)):
        if item.range is not None:
            kind = "integer" if item.whole else "decimal"
            between = {"minimum": item.range[0], "maximum": item.range[1], "ignore_blank": True}
            calls.data_validation(1, k, last, k, {"validate": kind, "criteria": "between", **between})
        elif not item.separator:
            choices[k] = _listed(item, t)
    for place, (k, texts_of_column) in enumerate(choices.items()):
        lists.write_column(0, place, texts_of_column)
        source = f"='{lists.name}'!${_letters(place)}$1:${_letters(place)}${len(texts_of_column)}"
        calls.data_validation(1, k, last, k, {"validate": "list", "source": source, "error_type": "warning"})
    lists.hide()
    script.set_column(0, 0, 110, wrap)
    for row, line in enumerate(script_lines(questionnaire, t, kish="kish" in rows)):
        script.write_string(row, 0, line, wrap)
    book.close()
    return buffer.getvalue()


def script_lines(questionnaire: Questionnaire, t: Speaker, *, kish: bool = False) -> list[str]:
    """What is read out, in its order: the introduction, the screener, whom to ask in a household, the questions."""
    language = t("language.code")
    lines = [questionnaire.introduction[language]] if questionnaire.introduction else []
    lines += [_spoken(question, t) for question in questionnaire.screener]
    if kish:
        lines += [t("response.sheet.kish"), *(f"{table}: {' '.join(map(str, of))}" for table, of in KISH.items())]
    lines += [_spoken(question, t) for question in questionnaire.questions]
    return lines + ([questionnaire.closing[language]] if questionnaire.closing else [])


def _spoken(question: Question, t: Speaker) -> str:
    """A question with its answers, whom it is put to, and who is not eligible."""
    item = question.item
    answers = "  ".join(_listed(item, t))
    if item.range is not None:
        answers = f"{item.range[0]:g}–{item.range[1]:g}  {answers}".rstrip()
    said = f"{question.name}. {question.text[t('language.code')]}  [{answers}]"
    if question.eligible is not None:
        goes_on = question.eligible
        going_on = sorted(goes_on) if isinstance(goes_on, frozenset) else [f"{goes_on[0]:g}–{goes_on[1]:g}"]
        outcome = OUTCOMES[question.outcome].names[t("language.code")]
        said += "  " + t("response.sheet.goes_on", answers=going_on, code=question.outcome, outcome=outcome)
    if item.asked_if:
        only = [f"{name} = {', '.join(sorted(codes))}" for name, codes in item.asked_if.items()]
        said += "  " + t("response.sheet.only_if", conditions=only)
    return said


def _listed(item: Item, t: Speaker) -> list[str]:
    """Code and text of each answer that a coded item allows, and of "no answer"."""
    answers = [f"{code} {names[t('language.code')]}" for code, names in item.answers.items()]
    return [*answers, *(f"{code} {t('response.no_answer')}" for code in sorted(item.not_answered))]


def _heading(name: str, texts: dict[str, str]) -> str:
    return f"{name}{CODE_AND_TEXT}{texts[name]}" if name in texts else name


def _letters(place: int) -> str:
    """The letters of a spreadsheet's column, counted from 0."""
    from xlsxwriter.utility import xl_col_to_name

    return xl_col_to_name(place)
