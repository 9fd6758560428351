"""Computed numbers are compared in estimation.columns.ties: outside it no `== 0` on values, but for those listed."""

import ast
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PURE = ("estimation", "sampling", "fieldwork", "accountability")
TIES = "estimation/columns/ties.py"
ONLY_IN_TIES = {"rankdata", "isclose", "allclose", "copysign"}
COUNTS = ("len(", "np.ndim(")  # whole numbers by what they are
SIZES = (".ndim", ".size", ".shape[-1]", ".shape[0]", ".shape[1]", ".sampled")

# what is asked: file -> {comparison or function: why rounding cannot decide it}
ALLOWED = {
    "estimation/calibration/calibration.py": {
        "before != 0": "guards a division; weights of 0 are given, not computed",
        "self.weight != 0": "guards a division; weights of 0 are given, not computed",
    },
    "estimation/estimators/contrasts.py": {"row != 0": "the caller's coefficients"},
    "estimation/calibration/distances.py": {"np.asarray(self.low) != 0": "the caller's bound"},
    "estimation/estimators/domains.py": {"size == 0": "a sum of weights above 0 is 0 only if there are none"},
    "estimation/calibration/equations.py": {"most == 0": "Σ d|x| is 0 only if nobody has anything"},
    "estimation/estimators/estimates.py": {"k == 1": "a count"},
    "estimation/estimators/means.py": {"denominator != 0": "guards a division"},
    "estimation/changes/field.py": {"weight_of_area != 0": "1 - a_j of the caller's weights"},
    "estimation/precision/intervals.py": {
        "drop == 0": "t is 0 exactly where there are no df",
    },
    "estimation/ranking/k_split.py": {
        "high[rows][:, None] == 0": "a standard error of 0 is 0 exactly",
        "high == 0": "a standard error of 0 is 0 exactly",
    },
    "estimation/estimators/change_laws.py": {
        "c == 0": "a sum of the caller's coefficients above 0: 0 only if there are none"
    },
    "estimation/changes/league_comparison.py": {"rank.places != 0": "whole numbers"},
    "estimation/indicators/linear_values.py": {"below != 0": "guards a division"},
    "estimation/calibration/margins.py": {
        "weight == 0": "a sum of weights above 0 is 0 only if there are none",
        "known.to_numpy() == 0": "a total as it was given",
    },
    "estimation/changes/needed.py": {"delta == 0": "the caller's move"},
    "estimation/waves/noise.py": {"v1 == 0": "a variance of 0 is 0 exactly"},
    "estimation/waves/overlap.py": {"size[block] == 1": "a count"},
    "estimation/changes/posterior.py": {
        "np.einsum('jaa->aj', v) == 0": "a variance of 0 is 0 exactly",
        "scipy.stats.rankdata": "of expected ranks: whole numbers over the number of draws",
    },
    "estimation/estimators/replicate_estimates.py": {"denominators == 0": "guards a division"},
    "estimation/precision/t_scale.py": {"np.copysign": "the tail of t, on the side where t is"},
    "estimation/estimators/variance.py": {"n == 1": "a count"},
    "estimation/waves/waves.py": {"a != 0": "the caller's coefficients"},
    "estimation/weighting/weights.py": {
        "np.where(frame == 'landline', _counts('L', landlines), _counts('M', mobiles)) == 0": "counts of telephones",
        "received == 0": "a sum of weights above 0 is 0 only if there are none",
    },
    "accountability/league/estimates.py": {"upper.data != 0": "covariances that are rounding are 0 already"},
    "accountability/league/figures.py": {"changes.fits == 1": "0 or 1, as the run wrote it"},
    "accountability/league/limits.py": {
        "sampled.variance == 0": "0 exactly where nothing varies: Linearization makes it so",
        "finite.remaining == 0": "1 - n/N of whole numbers",
    },
    "accountability/rules/at_least.py": {"unit == 0": "the caller's unit"},
    "accountability/rules/at_most.py": {"unit == 0": "the caller's unit"},
    "sampling/draw/coordination.py": {"leaving == 0": "whole numbers", "sample.place == 1": "whole numbers"},
    "sampling/planning/foresight.py": {"g == 1.0": "a number of the grid", "np.isclose": "numbers of the grid"},
    "sampling/planning/power.py": {"wrong == 0": "a count", "at == 0": "a position"},
    "sampling/planning/size.py": {"change == 0": "the caller's number"},
    "sampling/draw/unequal.py": {"n == 0": "a count"},
}


def is_number(node: ast.AST) -> bool:
    """0, 1 or a number with a point: 2, 3, ... are counts."""
    node = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(node, ast.Constant) and (
        type(node.value) is float or (type(node.value) is int and node.value < 2)
    )


def is_whole(node: ast.AST) -> bool:
    """A length, a size, a remainder: whole whatever it is computed from."""
    said = ast.unparse(node)
    return (
        said.startswith(COUNTS)
        or said.endswith(SIZES)
        or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod))
    )


def exact_questions(code: ast.AST) -> set[str]:
    """Comparisons `x == number` or `x != number`, and the functions that compare or rank floating-point numbers."""
    found = set()
    for node in ast.walk(code):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            for op, (one, other) in zip(node.ops, pairwise(sides), strict=True):
                exact = isinstance(op, ast.Eq | ast.NotEq) and (is_number(one) or is_number(other))
                if exact and not (is_whole(one) or is_whole(other)):
                    found.add(ast.unparse(node))
        if isinstance(node, ast.Attribute) and node.attr in ONLY_IN_TIES:
            found.add(ast.unparse(node))
    return found


def asked(room: str) -> dict[str, set[str]]:
    files = {file.relative_to(ROOT).as_posix(): file for file in sorted((ROOT / room).rglob("*.py"))}
    return {name: exact_questions(ast.parse(file.read_text("utf-8"))) for name, file in files.items() if name != TIES}


@pytest.mark.parametrize("room", PURE)
def test_whether_computed_numbers_are_equal_is_asked_of_ties_alone(room):
    """A new `== 0`, rankdata or isclose: ask estimation/columns/ties.py, or list it above and say why it is safe."""
    new = {
        f"{file}: {said}" for file, questions in asked(room).items() for said in questions - set(ALLOWED.get(file, {}))
    }
    assert not new


def test_nothing_is_allowed_that_nobody_asks():
    found = {file: questions for room in PURE for file, questions in asked(room).items()}
    stale = {
        f"{file}: {said}" for file, reasons in ALLOWED.items() for said in reasons if said not in found.get(file, ())
    }
    assert not stale


def test_the_search_finds_what_it_looks_for():
    code = ast.parse(
        "a = x == 0\nb = 1.0 != y\nc = scipy.stats.rankdata(z)\nd = len(x) == 0\ne = x.ndim == 2\nf = n % 2 == 0"
    )
    assert exact_questions(code) == {"x == 0", "1.0 != y", "scipy.stats.rankdata"}
