"""What `make mutants` puts in: faults that compile, in formulas and not in annotations; and which tests it asks."""

import random

import pytest

pytest.importorskip("cosmic_ray")  # of the group `test`; an older environment has it after `make test`

from cosmic_ray.mutating import mutate_code

from mutants.operators import DropKeywordArgument, operators
from mutants.places import mutant_of, places_of
from mutants.reached import tests_of as asked
from mutants.trial import COPIED

SOURCE = '''"""A file."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    slope: float | None = 2.0

    def at(self, x: int | float) -> int | float:
        """1 + 1 is no formula here."""
        return round(self.slope * x, ndigits=3) if x >= 0 else 0
'''
REACHED = {
    "functions": {"room/line.py": {"Line.at": ["a.py::slow", "a.py::quick"], "": [], "other": ["b.py::far"]}},
    "seconds": {"a.py::slow": 5.0, "a.py::quick": 0.1, "a.py::beside": 0.2, "b.py::far": 1.0, "c.py::never": 0.1},
}


@pytest.mark.parametrize("example", DropKeywordArgument.examples())
def test_an_argument_is_left_out_with_its_comma(example):
    made = mutate_code(example.pre_mutation_code, DropKeywordArgument(), 0)
    assert made.replace(" ", "") == example.post_mutation_code.replace(" ", "")


def test_faults_stand_in_formulas_and_not_in_annotations_decorators_or_sentences(tmp_path):
    (tmp_path / "line.py").write_text(SOURCE, "utf-8")
    places = places_of(tmp_path, "line.py")
    assert {p.line for p in places} == {7, 11} and {p.function for p in places} == {"", "Line.at"}
    made = {mutant_of(tmp_path, p, random.Random(seed)).after for p in places for seed in range(40)}
    assert "slope: float | None = 3.0" in made and not any("int &" in line or "float &" in line for line in made)
    returned = "return round(self.slope * x, ndigits=3) if x >= 0 else 0"
    for old, new in (("*", "/"), (", ndigits=3", ""), (">=", ">"), ("if x", "if not x"), ("else 0", "else 1")):
        assert returned.replace(old, new) in made
    assert returned not in made


def test_bits_are_no_arithmetic_and_names_are_not_replaced_by_numbers():
    assert "ReplaceBinaryOperator_Add_Sub" in operators() and "ReplaceBinaryOperator_BitOr_BitAnd" in operators()
    assert not {"ReplaceBinaryOperator_Add_RShift", "ReplaceBinaryOperator_Add_BitOr", "VariableReplacer"} & set(
        operators()
    )


def test_the_tests_that_run_a_function_are_asked_first_and_the_quickest_of_them_before_the_others():
    file = "room/line.py"
    assert asked(REACHED, file, "Line.at", most=60) == ["a.py::quick", "a.py::slow", "a.py::beside"]
    assert asked(REACHED, file, "Line.at", most=1) == ["a.py::quick"]
    assert asked(REACHED, file, "", most=60) == ["a.py::quick", "b.py::far", "a.py::slow", "a.py::beside"]
    assert asked(REACHED, "room/new.py", "", most=60) == []


def test_every_room_that_the_tests_of_pure_rooms_reach_is_copied():
    """Else it would be imported from the checkout, with the classes of the files that are not changed."""
    rooms = ("words", "estimation", "sampling", "fieldwork", "accountability", "programme", "service", "contracts.py")
    assert set(rooms) <= set(COPIED)
