"""Two processes that import or judge the same wave at once: one result, and one clear refusal or "unchanged"."""

import multiprocessing

import pytest
from made_up import JUNE, MAY, NAME, as_csv, begin_survey, contents, interviews, row_counts, take

from service import imports, waves
from service.store import Store
from words import Fault, text

PROCESSES = multiprocessing.get_context("fork")


def both(store: Store, module, reads: str, work) -> list[str]:
    """What two processes say that do `work(store, k)` and are held until both have passed `module.reads`."""
    url = store.engine.url.render_as_string(hide_password=False)
    store.engine.dispose()  # no connection may cross the fork
    gate, said = PROCESSES.Barrier(2), PROCESSES.Queue()

    def go(k: int) -> None:
        before = getattr(module, reads)

        def held(*arguments):
            found = before(*arguments)
            gate.wait(60)
            return found

        setattr(module, reads, held)
        opened = Store.open(url)
        try:
            said.put(work(opened, k))
        except Fault as fault:
            said.put(fault.key)
        opened.engine.dispose()

    workers = [PROCESSES.Process(target=go, args=(k,)) for k in (1, 2)]
    for worker in workers:
        worker.start()
    answers = [said.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join()
    return sorted(answers)


@pytest.mark.parametrize("other", [1, 2], ids=["same", "different"])
def test_two_processes_that_import_a_wave_at_once_make_one_version(store, other):
    begin_survey(store)

    def work(opened, k):
        return take(opened, JUNE, as_csv(interviews(1 if k == 1 else other))).outcome

    said = both(store, imports, "read_wave", work)
    assert said == sorted([imports.IMPORTED, imports.UNCHANGED if other == 1 else "import.overtaken"])
    assert list(imports.wave_versions(store, NAME).version) == [1]
    counts = row_counts(store)
    assert (counts["respondents"], counts["responses"]) == (60, 180)
    log = imports.import_log(store)
    assert sorted(log.outcome) == sorted([imports.IMPORTED, imports.IMPORTED, "unchanged" if other == 1 else "refused"])
    if other == 2:
        refused = log[log.outcome == imports.REFUSED].iloc[0]
        sentence = text(refused.fault, "en", **refused.fault_values)
        assert f"version 1 from {JUNE}.csv" in sentence and "Nothing of yours was written" in sentence


def test_a_correction_sent_after_the_other_import_ended_is_a_second_version(store):
    begin_survey(store)
    assert [take(store, JUNE, as_csv(interviews(k))).outcome for k in (1, 2)] == ["imported", "corrected"]


def test_two_processes_that_judge_a_wave_at_once_make_one_run(store):
    begin_survey(store)
    take(store, MAY)

    def work(opened, k):
        return f"run {waves.estimate_wave(opened, NAME, MAY).run_id}"

    said = both(store, waves, "load_wave", work)
    assert "run.overtaken" in said
    (made,) = [answer for answer in said if answer != "run.overtaken"]
    verdicts = contents(store)["VERDICTS"]
    assert {f"run {number}" for number in verdicts.run_id} == {made} == {work(store, 3)}


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_two_processes_that_make_a_store_at_once_make_one(fresh_url, engine):
    url, said = fresh_url(engine), PROCESSES.Queue()
    gate = PROCESSES.Barrier(2)

    def go() -> None:
        gate.wait(60)
        try:
            store = Store.create(url)
            said.put(len(row_counts(store)))
        except Exception as error:
            said.put(repr(error))

    workers = [PROCESSES.Process(target=go) for _ in range(2)]
    for worker in workers:
        worker.start()
    answers = [said.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join()
    assert answers[0] == answers[1] == len(row_counts(Store.open(url)))
