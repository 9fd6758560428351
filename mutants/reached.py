"""Which tests run which function: one run of the tests, each under its own name, and how long each takes."""

import ast
import json
import time
from collections import defaultdict
from pathlib import Path

import coverage
import pytest

from mutants.places import ROOMS, files_of, function_at, function_spans

TESTS = ("tests/estimation", "tests/sampling", "tests/fieldwork", "tests/accountability", "tests/test_contracts.py")


class Named:
    """A plugin of pytest: what runs is noted under the test's name."""

    def __init__(self, measured: coverage.Coverage):
        self.measured, self.seconds, self.failed = measured, {}, []

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item):
        self.measured.switch_context(item.nodeid)
        start = time.process_time()
        yield
        self.seconds[item.nodeid] = time.process_time() - start

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed.append(report.nodeid)


def measure(root: Path, modules: list[str]) -> dict:
    """{"functions": file -> function -> tests, "seconds": test -> CPU seconds, "failed": tests} of the test modules.

    A fixture that several tests share runs under the first one's name: `tests_of` adds the others of its module.
    """
    files = [f for room in ROOMS for f in files_of(root, room)]
    measured = coverage.Coverage(data_file=None, include=[str(root / f) for f in files], messages=False)
    named = Named(measured)
    measured.start()
    pytest.main([*modules, "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0"], plugins=[named])
    measured.stop()
    functions = {}
    for file in files:
        spans, reached = function_spans(ast.parse((root / file).read_text("utf-8"))), defaultdict(set)
        for line, tests in measured.get_data().contexts_by_lineno(str(root / file)).items():
            reached[function_at(spans, line)] |= set(tests) - {""}
        functions[file] = {name: sorted(tests) for name, tests in reached.items()}
    return {"functions": functions, "seconds": named.seconds, "failed": named.failed}


def test_modules(root: Path) -> list[str]:
    """The modules with tests of the pure rooms."""
    modules = [f for t in TESTS for f in ([root / t] if t.endswith(".py") else sorted((root / t).rglob("test_*.py")))]
    return [f.relative_to(root).as_posix() for f in modules]


def joined(parts: list[dict]) -> dict:
    """The measurements of several modules as one."""
    functions = defaultdict(lambda: defaultdict(set))
    for part in parts:
        for file, reached in part["functions"].items():
            for function, tests in reached.items():
                functions[file][function] |= set(tests)
    failed = {test for part in parts for test in part["failed"]}
    sound = {file: {f: tests - failed for f, tests in reached.items()} for file, reached in functions.items()}
    seconds = {test: s for part in parts for test, s in part["seconds"].items() if test not in failed}
    return {"functions": sound, "seconds": seconds, "failed": sorted(failed)}


def tests_of(reached: dict, file: str, function: str, *, most: float) -> list[str]:
    """The tests to run for a change in a function, quickest first, of at most so many CPU seconds together.

    Those that run the function come first, then the others of their modules; code outside of functions is run by
    whatever runs the file.
    """
    known = reached["functions"].get(file, {})
    exact = set(known.get(function, ())) if function else set()
    if not exact:
        exact = {test for tests in known.values() for test in tests}
    modules, seconds = {t.split("::")[0] for t in exact}, reached["seconds"]
    others = {t for t in seconds if t.split("::")[0] in modules} - exact
    chosen, spent = [], 0.0
    for test in [*sorted(exact, key=seconds.get), *sorted(others, key=seconds.get)]:
        spent += seconds[test]
        if chosen and spent > most:
            break
        chosen.append(test)
    return chosen


def read(file: Path) -> dict:
    return json.loads(file.read_text("utf-8")) if file.is_file() else {}
