"""The [questionnaire] of a programme: script and screener; its questions are the programme's items, said once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from estimation.indicators.indicators import Item
from estimation.weighting.ages import age_spans
from estimation.weighting.steps import WeightingSteps
from fieldwork.dispositions import NOT_ELIGIBLE, canonical
from fieldwork.modes import NOT_CALLED
from fieldwork.questionnaire import ANSWERED, ASKED, NOBODY_ELIGIBLE, Completeness, Question, Questionnaire
from programme.entry import Entry
from programme.items import ITEM, item_of, pair
from programme.weighting import Label
from words import Fault

KEYS = ("introduction", "closing", "screener", "partial", "mode", "group", "adults")
PARTIAL = ("complete", "partial", "counted", "needed")
NOT_OF_SCREENERS = {"asked_if", "never_pooled"}
OLDEST = 120.0  # years that a question for the age allows


@dataclass(frozen=True)
class Known:
    """What the programme says elsewhere, and a questionnaire need not say again.

    items, item_texts  its questions, in their order, and their wording
    areas, area        code -> name of the areas, and the column of the file that holds them
    labels             column -> the names of its codes
    weighting          the steps, of which the ages say who is eligible
    """

    items: Mapping[str, Item]
    item_texts: Mapping[str, Mapping[str, str]]
    areas: Mapping[str, Mapping[str, str]]
    area: str
    labels: Mapping[str, Label]
    weighting: WeightingSteps | None


def read_questionnaire(whole: Entry, known: Known) -> Questionnaire:
    """The questionnaire of [questionnaire], or the items alone where the programme has no such table."""
    entry = replace(whole, path="questionnaire", data=whole.get("questionnaire", dict, {}))
    entry.known(KEYS)
    of_circumstance = {key: entry.one_of(key, known.items) for key in ("mode", "group") if key in entry.data}
    mode, group = (known.items[of_circumstance[k]] if k in of_circumstance else None for k in ("mode", "group"))
    for key, name in of_circumstance.items():
        if not known.items[name].answers or known.items[name].separator:
            raise entry.fault(key, repr(name), "answers.…")
    if mode is not None and NOT_CALLED in mode.answers:  # the row of numbers not called in rates by mode
        place = f"items.{mode.name}.answers"
        raise Fault(key="programme.mode_reserved", file=entry.file, entry=place, found=NOT_CALLED)
    if mode is not None and mode == group:
        raise entry.fault("group", repr(of_circumstance["group"]), f"≠ {of_circumstance['mode']}")
    questions = tuple(
        Question(item, known.item_texts[name])
        for name, item in known.items.items()
        if name not in of_circumstance.values()
    )
    if not questions:
        raise entry.fault(next(iter(of_circumstance)), list(known.items), "[items.…]")
    screener = tuple(_screening(name, table, known) for name, table in entry.entries("screener", {}).items())
    adults = entry.one_of("adults", [q.name for q in screener if q.item.numeric]) if "adults" in entry.data else ""
    texts = {key: entry.names(key) if key in entry.data else {} for key in ("introduction", "closing")}
    rule = _completeness(replace(entry, path=entry.where("partial"), data=entry.get("partial", dict, {})), questions)
    return Questionnaire(**texts, screener=screener, questions=questions, mode=mode, group=group, adults=adults,
                         completeness=rule)  # fmt: skip


def _screening(name: str, entry: Entry, known: Known) -> Question:
    """A question of the screener; its answers are those that the programme has for its column, if it names none."""
    entry.known((ITEM - NOT_OF_SCREENERS) | {"eligible", "outcome"})
    if name in known.items:
        raise entry.fault("text", repr(name), f"≠ {list(known.items)}")
    said = {key: value for key, value in entry.data.items() if key not in ("eligible", "outcome")}
    eligible: frozenset[str] | tuple[float, float] | None = None
    ages = None if known.weighting is None else known.weighting.ages
    if "answers" not in said and "range" not in said:
        if ages is not None and ages.column == name:
            spans = age_spans(ages.groups)
            said |= {"range": [0, OLDEST], "whole": True}
            eligible = spans[0].low, min(spans[-1].above - 1, OLDEST)
        elif name == known.area:
            said["answers"] = {code: dict(names) for code, names in known.areas.items()}
        elif name in known.labels and known.labels[name].codes:
            said["answers"] = {code: dict(names) for code, names in known.labels[name].codes.items()}
    item = item_of(name, replace(entry, data=said))
    if "eligible" in entry.data:
        eligible = _eligible(entry, item)
    outcome = canonical(entry.get("outcome", str, NOBODY_ELIGIBLE))
    if outcome not in NOT_ELIGIBLE:
        raise entry.fault("outcome", repr(outcome), sorted(NOT_ELIGIBLE))
    return Question(item, entry.names("text"), eligible, outcome)


def _eligible(entry: Entry, item: Item) -> frozenset[str] | tuple[float, float]:
    """With which answers the interview goes on."""
    if item.range is not None:
        return pair(entry, "eligible", item.range)
    codes = frozenset(entry.texts("eligible"))
    if not codes or not codes <= set(item.answers):
        raise entry.fault("eligible", sorted(codes), sorted(item.answers))
    return codes


def _completeness(entry: Entry, questions: tuple[Question, ...]) -> Completeness:
    """[questionnaire.partial], or its defaults: an interview is complete if every question has an answer."""
    entry.known(PARTIAL)
    shares: dict[str, Any] = {key: entry.number(key) for key in ("complete", "partial") if key in entry.data}
    shares.setdefault("complete", 1.0)
    shares.setdefault("partial", shares["complete"])
    for key, share in shares.items():
        if not 0 < share <= 1:
            raise entry.fault(key, share, "0.8")
    if shares["partial"] > shares["complete"]:
        raise entry.fault("partial", shares["partial"], f"≤ {shares['complete']}")
    names = [question.name for question in questions]
    needed = entry.texts("needed", [])
    if not set(needed) <= set(names):
        raise entry.fault("needed", list(needed), names)
    without = [q.name for q in questions if not q.item.not_answered and q.name not in needed]
    if shares["partial"] < 1 and without:  # a question that was not reached must have a code that says so
        raise entry.fault("partial" if "partial" in entry.data else "complete", shares["partial"],
                          f"1; [items.{without[0]}] not_answered = [\"9\"]")  # fmt: skip
    counted = entry.one_of("counted", (ASKED, ANSWERED)) if "counted" in entry.data else ASKED
    return Completeness(**shares, counted=counted, needed=needed)
