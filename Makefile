# Two commands do everything: `make run` and `make test`.  Both make the environment first; a second time they skip it.
PYTHON ?= python3
BIN := .venv/bin
STORE ?= rankshift.db
# make bench QUICK=--quick: its smallest size, in seconds; tests/test_make_targets.py runs each target so
QUICK ?=
DEMO := data/ensu2015
SIMULATED := data/laibin_quarters
# of the tests: one more than there are processors, so that one computes while another waits for a browser or a server
PROCESSES = $(shell $(PYTHON) -c 'import os; print(min(8, 1 + (os.cpu_count() or 1)))')
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python --editable .

.PHONY: run demo setup test lint browser study bench fuzz torture load mutants documents clean

run: demo  ## the pages, on the demo survey
	$(BIN)/rankshift serve --store $(STORE)

demo: setup  ## the demo survey taken in, and simulated quarters of Laibin played (about a minute); what was done before is not done again
	$(BIN)/rankshift load $(DEMO) --demo --store $(STORE)
	$(BIN)/rankshift load $(SIMULATED) --demo --store $(STORE)

setup: .venv/installed  ## the environment alone

test: .venv/tested lint browser  ## everything the tests need, and all tests
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n $(PROCESSES) --dist loadgroup

lint: .venv/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/ty check --no-progress --output-format concise

bench: .venv/benched  ## times and memory beside bare numpy, svy, R's survey (if it is there), multiple-inference, rimpy, polars, DuckDB and python-calamine
	$(BIN)/python -m bench.estimation $(QUICK)
	$(BIN)/python -m bench.ranks $(QUICK)
	$(BIN)/python -m bench.weighting $(QUICK)
	$(BIN)/python -m bench.frames $(QUICK)
	$(BIN)/python -m bench.draws $(QUICK)
	$(BIN)/python -m bench.attempts $(QUICK)
	$(BIN)/python -m bench.calling.giving_out $(QUICK)
	$(BIN)/python -m bench.commands $(QUICK)
	$(BIN)/python -m bench.workbooks $(QUICK)
	$(BIN)/python -m bench.columns $(QUICK)
	$(BIN)/python -m bench.bulletins $(QUICK)
	$(BIN)/python -m bench.printed.making $(QUICK)
	$(BIN)/python -m bench.judging.boards $(QUICK)
	$(BIN)/python -m bench.quality.quarter $(QUICK)

fuzz: setup  ## ten thousand damaged files of every format and kind: none may trace back, be imported in part, or take too much
	$(BIN)/python -m bench.fuzz $(QUICK)

torture: .venv/tested  ## kills -9 at every named point and at random, many at once, a number that was deleted, on both engines: nothing may be lost (under an hour)
	$(BIN)/python -m torture $(QUICK)

load: .venv/tested  ## the pages as one reader, twenty readers and fifty interviewers find them, beside an empty Streamlit page and a plain one
	$(BIN)/python -m bench.load $(QUICK)
	$(BIN)/python -m bench.calling.at_once $(QUICK)

mutants: .venv/tested  ## one small fault at a time in the pure rooms, for an hour: which does no test notice? writes docs/mutants.md
	$(BIN)/python -m mutants $(QUICK)

browser:  ## Chromium and Chinese glyphs for the browser test, where apt-get can be used; elsewhere it is skipped by name
	@if ! command -v chromium >/dev/null && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null; \
	fi

study: setup  ## simulate what docs/methods.md promises, then judge every promise cell by cell (says its hours first; a run that was stopped goes on); writes docs/study.md and docs/study.zh.md
	$(BIN)/python -m study $(QUICK)
	$(BIN)/python -m study.claims $(QUICK)

documents: setup  ## docs/commands.md and docs/commands.zh.md, from the commands' own help, and the example files of data/examples
	$(BIN)/python -m reference
	$(BIN)/python -m reference.examples

.venv/bin/uv:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet uv

.venv/installed: pyproject.toml | .venv/bin/uv
	$(INSTALL)
	touch $@

.venv/tested: pyproject.toml | .venv/bin/uv
	$(INSTALL) --group test
	touch $@ .venv/installed

.venv/benched: pyproject.toml | .venv/bin/uv
	$(INSTALL) --group bench
	touch $@ .venv/installed

clean:
	rm -rf .venv *.egg-info $(STORE) $(STORE)-wal $(STORE)-shm $(STORE).head
