"""A questionnaire: what is read out, the screener, the questions in their order, and when an interview is complete."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from estimation.indicators.indicators import Item

NOBODY_ELIGIBLE = "4.7"  # the outcome of a person whom the screener sorts out, where the programme names no other
ASKED, ANSWERED = "asked", "answered"  # what counts towards a complete interview: "don't know" too, or answers only


@dataclass(frozen=True)
class Question:
    """One question with its wording.

    item      its column, the answers it allows, the codes that are no answer, and on which answers it is asked
    text      the wording, by language
    eligible  the codes, or the smallest and the largest number, with which the interview goes on; None: with any
    outcome   the outcome of a number whose person is not eligible
    """

    item: Item
    text: Mapping[str, str]
    eligible: frozenset[str] | tuple[float, float] | None = None
    outcome: str = NOBODY_ELIGIBLE

    @property
    def name(self) -> str:
        """The column of its answers."""
        return self.item.name

    def sorts_out(self, cell: str) -> bool:
        """Does this answer show that the person is not eligible?  What is no answer to the question shows nothing."""
        if self.eligible is None or not cell or cell in self.item.no_answer or not self.item.allows(cell):
            return False
        if isinstance(self.eligible, frozenset):
            return not (self.item.codes_in(cell) or frozenset()) & self.eligible
        return not self.eligible[0] <= self.item.number(cell) <= self.eligible[1]


@dataclass(frozen=True)
class Completeness:
    """When an interview is complete (I), partial (P), or broken off, by the share s of its questions answered.

    complete  s ≥ complete is an interview, if all of `needed` have an answer
    partial   s ≥ partial is a partial interview, if all of `needed` have an answer; below, it was broken off
    counted   "asked": "don't know" and "refused" count as answers of s;  "answered": they do not
    needed    the items without which it was broken off in any case
    The answers of interviews and partial ones are used item by item; those of others are not used in figures.
    The shares .8 and .5 are those that AAPOR gives as an example.
    """

    complete: float = 1.0
    partial: float = 1.0
    counted: str = ASKED
    needed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Questionnaire:
    """What one interview consists of; the questions are the programme's items in their order.

    introduction, closing  what is read out first and last, by language; empty: the programme has none
    screener               the questions before the others: residence, age, the number of adults
    questions              the items that are put to people
    mode, group            the items that say by which mode and in which group of respondents somebody answered; they
                           are known without a question; "": the programme has none
    adults                 the screener's question for the number of adults, by which Kish's table names the person
    """

    introduction: Mapping[str, str] = field(default_factory=dict)
    closing: Mapping[str, str] = field(default_factory=dict)
    screener: tuple[Question, ...] = ()
    questions: tuple[Question, ...] = ()
    mode: Item | None = None
    group: Item | None = None
    adults: str = ""
    completeness: Completeness = field(default_factory=Completeness)

    @property
    def circumstances(self) -> tuple[Item, ...]:
        """The items that are known without a question: the mode and the group of respondents."""
        return tuple(item for item in (self.mode, self.group) if item is not None)

    @property
    def all_questions(self) -> tuple[Question, ...]:
        """The screener and the questions after it."""
        return (*self.screener, *self.questions)

    @property
    def items(self) -> dict[str, Item]:
        """All its columns: the circumstances, the screener and the questions."""
        return {item.name: item for item in (*self.circumstances, *(q.item for q in self.all_questions))}

    def put_to(self, answers: Mapping[str, str]) -> tuple[Question, ...]:
        """The questions after the screener that the answers so far, circumstances among them, do not rule out."""
        return tuple(q for q in self.questions if all(self._may(answers, *of) for of in q.item.asked_if.items()))

    def _may(self, answers: Mapping[str, str], name: str, codes: frozenset[str]) -> bool:
        cell = answers.get(name, "")
        return not cell or bool((self.items[name].codes_in(cell) or frozenset()) & codes)
