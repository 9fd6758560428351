"""What responses count as: worked by hand, for all combinations of answers, and by the order of the rule's parts."""

from dataclasses import replace
from itertools import product

import pandas as pd
import pytest

from estimation.indicators.indicators import Item
from fieldwork.completeness import CODES, states, wave_cells
from fieldwork.questionnaire import ANSWERED, Completeness, Question, Questionnaire


def item(name: str, **options) -> Item:
    return Item(name, {"1": {}, "2": {}}, frozenset({"9"}), frozenset({"0"}), **options)


def question(name: str, **options) -> Question:
    return Question(item(name, **options), {"en": name})


GROUP = Item("group", {"public": {}, "police": {}}, frozenset(), frozenset())
AGE = Question(Item("age", {}, frozenset({"x"}), frozenset(), range=(0, 120), whole=True), {}, (18, 70))
HOME = Question(Item("home", {"yes": {}, "no": {}}, frozenset(), frozenset()), {}, frozenset({"yes"}), "4.1")
FIVE = tuple(question(f"q{k}") for k in range(1, 6))
RULE = Completeness(complete=0.8, partial=0.5)
PLAIN = Questionnaire(questions=FIVE, completeness=RULE)


def state_of(questionnaire: Questionnaire, **answers: str) -> str:
    table = pd.DataFrame([{name: answers.get(name, "") for name in questionnaire.items}])
    return states(table, questionnaire).state[0]


def test_four_of_five_questions_are_an_interview_three_a_partial_one_and_two_are_broken_off():
    by_number = [state_of(PLAIN, **{f"q{k + 1}": "1" for k in range(n)}) for n in range(6)]
    assert by_number == ["broken_off"] * 3 + ["partial", "complete", "complete"]


def test_dont_know_counts_as_asked_but_not_as_answered():
    said = {"q1": "1", "q2": "9", "q3": "9", "q4": "9"}
    assert state_of(PLAIN, **said) == "complete"
    assert state_of(replace(PLAIN, completeness=replace(RULE, counted=ANSWERED)), **said) == "broken_off"


def test_without_a_needed_answer_it_was_broken_off_however_much_was_answered():
    needed = replace(PLAIN, completeness=replace(RULE, needed=("q5",)))
    four = {f"q{k}": "1" for k in range(1, 5)}
    assert state_of(needed, **four) == "broken_off"
    assert state_of(needed, **four, q5="2") == "complete"


def test_every_combination_of_five_answers_counts_as_its_share_says():
    table = pd.DataFrame(product(["", "1"], repeat=5), columns=[q.name for q in FIVE])
    share = (table != "").mean(axis=1)
    expected = share.map(lambda s: "complete" if s > 0.79 else "partial" if s > 0.49 else "broken_off")
    found = states(table, PLAIN)
    assert list(found.state) == list(expected)
    assert list(found.disposition) == [CODES[state] for state in expected]


def test_questions_of_the_other_group_count_for_nobody():
    two = (
        question("trust", asked_if={"group": frozenset({"public"})}),
        question("burden", asked_if={"group": frozenset({"police"})}),
    )
    both = Questionnaire(questions=(*two, question("overall")), group=GROUP)
    assert state_of(both, group="public", trust="1", overall="2") == "complete"
    assert state_of(both, group="police", trust="1", overall="2") == "broken_off"
    assert [q.name for q in both.put_to({"group": "police"})] == ["burden", "overall"]
    cells = wave_cells(pd.DataFrame([{"group": "police", "trust": "", "burden": "2", "overall": ""}]), both)
    assert cells.to_dict("records") == [{"group": "police", "trust": "0", "burden": "2", "overall": "9"}]


def test_a_question_that_waits_for_an_answer_is_no_way_to_a_complete_interview():
    """Who breaks off at the question on which nine others depend has answered one of ten, not all of one."""
    filtered = tuple(question(f"f{k}", asked_if={"first": frozenset({"1"})}) for k in range(8))
    chain = Questionnaire(questions=(question("opening"), question("first"), *filtered), completeness=RULE)
    assert state_of(chain, opening="1") == "broken_off"
    assert state_of(chain, opening="1", first="2") == "complete"
    assert state_of(chain, opening="1", first="1") == "broken_off"


@pytest.mark.parametrize(
    ("age", "home", "outcome"),
    [("17", "yes", "4.7"), ("71", "yes", "4.7"), ("18", "no", "4.1"), ("17", "no", "4.7"), ("70", "yes", "1.1")],
)
def test_the_first_question_that_sorts_somebody_out_names_the_outcome(age, home, outcome):
    screened = replace(PLAIN, screener=(AGE, HOME))
    row = {"age": age, "home": home} | {q.name: "1" for q in FIVE}
    assert states(pd.DataFrame([row]), screened).disposition[0] == outcome


def test_no_answer_to_the_screener_sorts_nobody_out():
    screened = replace(PLAIN, screener=(AGE, HOME))
    assert state_of(screened, age="x", **{q.name: "1" for q in FIVE}) == "complete"
