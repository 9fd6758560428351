"""Two processes that take in, plan, draw, release or judge the same at once: one result, and one clear refusal."""

import multiprocessing
from datetime import date, timedelta

import pytest
from made_up import (
    ANN,
    JUNE,
    MAY,
    NAME,
    PROGRAMME,
    as_csv,
    begin_survey,
    changed,
    contents,
    interviews,
    row_counts,
    take,
)
from township_list import FILE, FRAME, residents
from township_list import NAME as LAIBIN
from township_list import programme as laibin

from programme import versions
from sampling import Wanted
from service.care import jobs
from service.drawing import draws, releases
from service.figures import loaded_waves, waves
from service.intake import imports, margin_file, wave_file
from service.intake.import_log import REFUSED, import_log
from service.protection import people, vault
from service.protection.keys import Key
from service.samples import frames, samples
from service.store import audit
from service.store.backup import backup, restore
from service.store.engine import Store
from service.store.permissions import ADMINISTRATOR, Actor
from service.store.trail import verify_trail
from words import LANGUAGES, Fault, text

PROCESSES = multiprocessing.get_context("fork")
KEY, OTHER, FRAME_KEY = Key(bytes(range(64))), Key(bytes(range(2, 66))), Key(bytes(range(1, 65)))
LATER = date.today() + timedelta(days=30)
ENGINES = ("sqlite", "postgresql")
FIRST, SECOND = "2026Q1", "2026Q2"
RENAMED = changed(("survey (made up)", "survey (invented)"))
TWO = Wanted(140, portions=(0.5, 0.5))


@pytest.fixture(autouse=True)
def heads_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))


def both(store: Store, reads, work) -> list[str]:
    """What two processes say that do `work(store, k)`, k = 1, 2; a Fault by its key, which has a sentence.

    reads: (module, name) of what each has done before it writes, or one such pair for each process; both are held
    until both have done it.
    """
    url = store.engine.url.render_as_string(hide_password=False)
    store.engine.dispose()  # no connection may cross the fork
    gate, said = PROCESSES.Barrier(2), PROCESSES.Queue()

    steps = [reads, reads] if isinstance(reads[1], str) else reads
    originals = [getattr(module, name) for module, name in steps]  # here, so that a name that is gone fails at once

    def go(k: int) -> None:
        (module, name), before, met = steps[k - 1], originals[k - 1], []

        def held(*arguments, **options):
            found = before(*arguments, **options)
            if not met:
                met.append(gate.wait(60))
            return found

        setattr(module, name, held)
        opened = Store.open(url).acting(store.actor)
        try:
            said.put(str(work(opened, k)))
        except Fault as fault:
            assert len({text(fault.key, language, **fault.values) for language in LANGUAGES}) == 2
            said.put(fault.key)
        except Exception as error:  # said, so that the test fails with it instead of waiting
            said.put(repr(error))
        opened.engine.dispose()

    workers = [PROCESSES.Process(target=go, args=(k,)) for k in (1, 2)]
    for worker in workers:
        worker.start()
    answers = [said.get(timeout=90) for _ in workers]
    for worker in workers:
        worker.join()
    assert verify_trail(store.acting(Actor("eve", ADMINISTRATOR))).findings == ()
    return sorted(answers)


# ---------------------------------------------------------------- what comes in


@pytest.mark.parametrize("other", [1, 2], ids=["same", "different"])
def test_two_processes_that_import_a_wave_at_once_make_one_version(store, other):
    begin_survey(store)

    def work(opened, k):
        return take(opened, JUNE, as_csv(interviews(1 if k == 1 else other))).outcome

    said = both(store, (wave_file, "read_wave"), work)
    assert said == sorted([versions.IMPORTED, versions.UNCHANGED if other == 1 else "import.overtaken"])
    assert list(imports.wave_versions(store, NAME).version) == [1]
    counts = row_counts(store)
    assert counts["objects"] == 3
    log = import_log(store)
    assert sorted(log.outcome) == sorted(
        [versions.IMPORTED, versions.IMPORTED, "unchanged" if other == 1 else "refused"]
    )
    if other == 2:
        refused = log[log.outcome == REFUSED].iloc[0]
        sentence = text(refused.fault, "en", **refused.fault_values)
        assert f"version 1 from {JUNE}.csv" in sentence and "Your file was not saved" in sentence


def test_a_correction_sent_after_the_other_import_ended_is_a_second_version(store):
    begin_survey(store)
    assert [take(store, JUNE, as_csv(interviews(k))).outcome for k in (1, 2)] == ["imported", "corrected"]


@pytest.mark.parametrize("second", [PROGRAMME, RENAMED], ids=["same", "different"])
def test_two_processes_that_import_a_programme_at_once_make_one_version(store, second):
    def work(opened, k):
        return imports.import_programme(opened, PROGRAMME if k == 1 else second, f"{k}.toml").outcome

    said = both(store, (imports, "number_of"), work)
    assert said == sorted([versions.IMPORTED, versions.UNCHANGED if second == PROGRAMME else "import.overtaken"])
    assert row_counts(store)["programmes"] == 1


MARGINS = "margin,category,total,period\nsex,f,{},2020\nsex,m,50,2020\n"


@pytest.mark.parametrize("second", [51, 52], ids=["same", "different"])
def test_two_processes_that_import_known_totals_at_once_make_one_version(store, second):
    begin_survey(store)

    def work(opened, k):
        content = MARGINS.format(51 if k == 1 else second).encode()
        return imports.import_margins(opened, NAME, content, f"{k}.csv").outcome

    said = both(store, (margin_file, "read_margins"), work)
    assert said == sorted([versions.IMPORTED, versions.UNCHANGED if second == 51 else "import.overtaken"])
    assert row_counts(store)["margins"] == 1


def test_two_processes_that_take_in_numbers_for_a_wave_at_once_make_one_list(store):
    begin_survey(store)
    store = store.acting(ANN)

    def work(opened, k):
        content = f"unit_id,phone\nu{k},1391000000{k}\n".encode()
        return vault.import_contacts(opened, NAME, MAY, content, "list.csv", key=KEY, delete_on=LATER)

    assert both(store, (vault, "read_file"), work) == ["1", "contacts.exists"]
    assert len(vault.masked_contacts(store, NAME, MAY, key=KEY)) == 1


def test_numbers_that_come_in_while_the_key_is_changed_are_sealed_with_the_new_one_or_refused(store):
    """Under the old key they could never be read again."""
    begin_survey(store)
    content = b"unit_id,phone\nu1,13910000001\n"
    vault.import_contacts(store.acting(ANN), NAME, MAY, content, "list.csv", key=KEY, delete_on=LATER)

    def work(opened, k):
        if k == 1:
            return vault.rotate_key(opened, KEY, OTHER)
        vault.import_contacts(opened.acting(ANN), NAME, JUNE, content, "list.csv", key=KEY, delete_on=LATER)
        return "in"

    said = both(store, ((vault, "_key_in_use"), (vault, "read_file")), work)
    assert said in (["1", "key.other"], ["2", "in"])
    for wave in (MAY, JUNE)[: len(vault.contact_lists(store))]:
        assert list(vault.masked_contacts(store.acting(ANN), NAME, wave, key=OTHER).phone) == ["139****0001"]


def test_two_processes_that_add_a_person_at_once_make_one_account(store):
    said = both(store, (people, "_one_time"), lambda opened, k: people.add_person(opened, "ann", "centre") and "added")
    assert said == ["added", "people.exists"]


# ---------------------------------------------------------------- what is computed


def test_two_processes_that_judge_a_wave_at_once_make_one_run(store):
    begin_survey(store)
    take(store, MAY)

    def work(opened, k):
        return f"run {waves.estimate_wave(opened, NAME, MAY).run_id}"

    said = both(store, (loaded_waves, "load_wave"), work)
    assert "run.overtaken" in said
    (made,) = [answer for answer in said if answer != "run.overtaken"]
    verdicts = contents(store)["VERDICTS"]
    assert {f"run {number}" for number in verdicts.run_id} == {made} == {work(store, 3)}


def test_two_processes_that_compare_waves_at_once_make_one_run(store):
    begin_survey(store)
    for seed, wave in enumerate((MAY, JUNE), 1):
        take(store, wave, as_csv(interviews(seed)))

    def work(opened, k):
        return f"run {waves.compare_waves(opened, NAME, MAY, JUNE).run_id}"

    said = both(store, (loaded_waves, "load_wave"), work)
    assert "run.overtaken" in said
    (made,) = [answer for answer in said if answer != "run.overtaken"]
    assert {f"run {number}" for number in contents(store)["CHANGES"].run_id} == {made} == {work(store, 3)}


def test_two_processes_that_begin_a_job_at_once_begin_one(store):
    begin_survey(store)
    said = both(
        store, (jobs, "current_programme"), lambda opened, k: jobs.start(opened, jobs.REFRESH, NAME) and "began"
    )
    assert said == ["began", "jobs.taken"]
    assert len(jobs.job_list(store)) == 1


# ---------------------------------------------------------------- samples


STAGES = LISTED, PLANNED, APPROVED, DRAWN, FOLLOWED = ("listed", "planned", "approved", "drawn", "followed")


@pytest.fixture(scope="module")
def stages(tmp_path_factory):
    """stage -> a backup of a store of Laibin's townships when it was that far, on a small simulated list."""
    folder = tmp_path_factory.mktemp("stages")
    store = Store.create(f"sqlite:///{folder / 'made.db'}")
    imports.import_programme(store, laibin(), "simulated.toml")
    ann, files = store.acting(ANN), {stage: folder / f"{stage}.db" for stage in STAGES}

    def saved(stage: str) -> None:
        backup(store, files[stage])

    list_in(ann, residents(5))
    saved(LISTED)
    draws.make_plan(ann, LAIBIN, FIRST, TWO)
    saved(PLANNED)
    draws.approve_plan(ann, LAIBIN, FIRST, frame_key=FRAME_KEY)
    saved(APPROVED)
    drawn(ann, FIRST)
    saved(DRAWN)
    releases.release_next(ann, LAIBIN, FIRST)
    draws.make_plan(ann, LAIBIN, SECOND, Wanted(140, after=FIRST))
    draws.approve_plan(ann, LAIBIN, SECOND, frame_key=FRAME_KEY)
    saved(FOLLOWED)
    store.engine.dispose()
    return files


@pytest.fixture(params=ENGINES)
def at(request, stages, fresh_url):
    """at(stage): a store that is so far, in the hands of the survey centre; on both engines."""
    made = []

    def restored(stage: str) -> Store:
        made.append(restore(stages[stage], fresh_url(request.param)).store)
        return made[-1].acting(ANN)

    yield restored
    for store in made:
        store.engine.dispose()


def list_in(store: Store, table) -> str:
    content = table.drop(columns=["phone", "name"]).to_csv(index=False).encode()
    return frames.import_frame(store, LAIBIN, FRAME, content, FILE, frame_key=FRAME_KEY).outcome


@pytest.mark.parametrize("other", [6, 7], ids=["same", "different"])
def test_two_processes_that_import_a_frame_at_once_make_one_version(at, other):
    listed = at(LISTED)
    said = both(listed, (frames, "read_frame"), lambda opened, k: list_in(opened, residents(6 if k == 1 else other)))
    assert said == sorted([versions.CORRECTED, versions.UNCHANGED if other == 6 else "import.overtaken"])
    assert list(frames.frame_list(listed, LAIBIN).version) == [1, 2]


def test_two_processes_that_plan_a_wave_at_once_make_one_plan(at):
    listed = at(LISTED)

    def work(opened, k):
        return draws.make_plan(opened, LAIBIN, FIRST, Wanted(140 * k)).version

    assert both(listed, (draws, "allocate"), work) == ["1", "sample.plan_overtaken"]
    assert samples.read_plan(listed, LAIBIN, FIRST).version == 1


def test_two_processes_that_approve_a_plan_at_once_make_one_seed(at):
    planned = at(PLANNED)

    def work(opened, k):
        return draws.approve_plan(opened, LAIBIN, FIRST, frame_key=FRAME_KEY).approval["commitment"]

    made, refused = both(planned, (draws, "frame_digest"), work)
    assert refused == "sample.approved" and row_counts(planned)["approvals"] == 1
    assert samples.read_plan(planned, LAIBIN, FIRST).approval["commitment"] == made


def drawn(store: Store, wave: str) -> samples.Sample:
    return draws.draw_wave(store, LAIBIN, wave, frame_key=FRAME_KEY)


def test_two_processes_that_draw_a_wave_at_once_make_one_sample(at):
    approved = at(APPROVED)
    said = both(approved, (draws, "draw_approved"), lambda opened, k: len(drawn(opened, FIRST).units))
    assert said == ["140", "sample.drawn"]
    assert (row_counts(approved)["draws"], row_counts(approved)["sample_units"]) == (1, 140)


def test_two_processes_that_release_a_portion_at_once_release_one(at):
    store = at(DRAWN)

    def work(opened, k):
        return len(releases.release_next(opened, LAIBIN, FIRST).releases)

    assert both(store, (releases, "read_sample"), work) == ["1", "release.overtaken"]
    assert len(samples.read_sample(store, LAIBIN, FIRST).releases) == 1
    assert work(store, 3) == 2


def test_nobody_is_in_two_waves_though_one_is_drawn_while_the_other_releases(at):
    store = at(FOLLOWED)

    def work(opened, k):
        return len((drawn(opened, SECOND) if k == 1 else releases.release_next(opened, LAIBIN, FIRST)).units)

    said = both(store, ((draws, "draw_approved"), (releases, "read_sample")), work)
    assert said in (["140", "release.continued"], ["140", "sample.earlier_released"])
    if said[1] == "sample.earlier_released":
        drawn(store, SECOND)
    first, second = (samples.read_sample(store, LAIBIN, wave) for wave in (FIRST, SECOND))
    assert not set(first.released.unit_id) & set(second.units.unit_id)


# ---------------------------------------------------------------- the store itself


@pytest.mark.parametrize("engine", ENGINES)
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
