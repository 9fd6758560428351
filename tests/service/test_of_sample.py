"""A wave drawn here: its file is compared with the sample and the call log, and what differs is named and accepted."""

import shutil

import pandas as pd
import pytest
import sqlalchemy as sa
from half_rung import INTERVIEW, released, ring, units
from made_up import ANN, BOTH, MAY, NAME, as_csv, begin_survey, changed, interviews

from presentation.league_notes import league_notes
from presentation.times import wave_text
from service.drawing import releases
from service.figures import waves
from service.figures.league import read_league
from service.figures.publish import publish_wave
from service.figures.wave_steps import steps_of_wave
from service.intake import imports
from service.intake.import_log import Imported
from service.intake.left_out import leave_out
from service.samples.samples import read_sample
from service.store import audit, schema
from service.store.engine import Store
from service.store.objects import RESPONDENTS, read_object
from service.store.permissions import CENTRE, STATISTICIAN, Actor
from words import Fault


@pytest.fixture(autouse=True)
def heads_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))


@pytest.fixture(scope="module")
def drawn_once(tmp_path_factory):
    """The path of a store with the made-up survey, of whose May one release of two is out and rung to the end."""
    folder = tmp_path_factory.mktemp("drawn")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(audit.HEAD_VARIABLE, str(folder / "heads"))
        store = released(begin_survey(Store.create(f"sqlite:///{folder / 's.db'}")))
        ring(store, *[(unit, k, INTERVIEW) for k, unit in enumerate(units(store))])
        store.engine.dispose()
    return folder / "s.db"


@pytest.fixture
def drawn(drawn_once, tmp_path):
    store = Store.open(f"sqlite:///{shutil.copy(drawn_once, tmp_path / 's.db')}").acting(Actor("ann", CENTRE))
    yield store
    store.engine.dispose()


def answers(store: Store) -> pd.DataFrame:
    """An interview of each of the released units of May, in the area in which it was drawn."""
    sample = read_sample(store, NAME, MAY).released
    table = interviews().iloc[: len(sample)].reset_index(drop=True)
    return table.assign(id=sample.unit_id, town=sample.area, side=sample.stratum)


def take(store: Store, table: pd.DataFrame, **options) -> Imported:
    return imports.import_wave(store.acting(ANN), NAME, MAY, as_csv(table), "may.csv", **options)


def refused(store: Store, table: pd.DataFrame, **options) -> Fault:
    with pytest.raises(Fault) as caught:
        take(store, table, **options)
    assert len({say(caught.value.key, **caught.value.values) for say in BOTH.values()}) == 2
    return caught.value


def notes(store: Store, say) -> list[str]:
    return league_notes(read_league(store.acting(Actor("sam", STATISTICIAN)), NAME, wave=MAY), say)


def test_a_file_of_the_sample_is_imported_and_said_to_be_of_it(drawn):
    imported = take(drawn, answers(drawn))
    assert dict(imported.notes)["wave.of_sample"] == {"released": 10, "rows": 10, "absent": 0}
    row = drawn.table(sa.select(schema.origins)).iloc[0]
    assert (row.releases, row.released, row["rows"], bool(row.calls), row.differences) == (1, 10, 10, True, {})
    assert take(drawn, answers(drawn)).outcome == "unchanged"
    waves.estimate_wave(drawn, NAME, MAY)
    for say in BOTH.values():
        assert say("notes.of_sample", wave=wave_text(MAY, say), rows=10, released=10) in notes(drawn, say)


def test_answers_of_people_who_were_not_drawn_are_refused_with_all_else_that_differs(drawn):
    sample, table = read_sample(drawn, NAME, MAY), answers(drawn)
    waiting = sample.units.unit_id[~sample.out].iloc[0]
    other = sorted(set(sample.units.area) - {table.town[2]})[0]
    table.loc[0, "id"], table.loc[1, "id"], table.loc[2, "town"] = "nobody", waiting, other
    fault = refused(drawn, table)
    kinds = {f.key: f.values for f in fault.faults}
    assert set(kinds) == {
        "wave.unit_not_drawn",
        "wave.unit_not_released",
        "wave.area_of_sample",
        "wave.stratum_of_sample",
        "wave.interview_without_row",
    }
    assert kinds["wave.area_of_sample"]["found"] == other and kinds["wave.interview_without_row"]["count"] == 2
    assert imports.wave_versions(drawn, NAME).empty


def test_what_differs_is_accepted_with_a_reason_that_stands_beside_every_figure(drawn):
    table = answers(drawn)
    table.loc[0, "id"] = "nobody"
    assert refused(drawn, table, reason=" ").key == "wave.reason"
    assert refused(drawn, table, reason="x" * 501).key == "wave.reason"
    take(drawn, table, reason="  the list was  mended by hand ")
    row = drawn.table(sa.select(schema.origins)).iloc[0]
    assert row.differences == {"wave.unit_not_drawn": 1, "wave.interview_without_row": 1}
    waves.estimate_wave(drawn, NAME, MAY)
    for say in BOTH.values():
        (note,) = [n for n in notes(drawn, say) if "the list was mended by hand" in n]
        assert say("difference.unit_not_drawn", count=1) in note
    # a file that agrees takes the place of the accepted one, and nothing is said any more
    take(drawn, answers(drawn))
    waves.estimate_wave(drawn, NAME, MAY)
    assert not [n for n in notes(drawn, BOTH["en"]) if "mended" in n]


def test_a_logged_refusal_cannot_become_an_interview(drawn_once, tmp_path):
    store = released(begin_survey(Store.create(f"sqlite:///{tmp_path / 's.db'}")))
    first = units(store)
    begins = first[0].split("-")[0]
    ring(store, *[(unit, k, "2.11" if unit.startswith(begins) else INTERVIEW) for k, unit in enumerate(first)])
    fault = refused(store, answers(store))
    assert (fault.key, fault.values["found"], fault.values["count"]) == ("wave.no_interview_logged", first[0], 2)
    take(store, answers(store)[answers(store).town != answers(store).town[0]])
    # of a log that is imported after the answers, the estimate takes care
    later = begin_survey(Store.create(f"sqlite:///{tmp_path / 't.db'}"))
    later = released(later)
    assert ("wave.no_call_log", {}) in take(later, answers(later)).notes
    ring(later, *[(unit, k, INTERVIEW if k else "2.11") for k, unit in enumerate(units(later))])
    with pytest.raises(Fault) as caught:
        waves.estimate_wave(later, NAME, MAY)
    assert (caught.value.key, caught.value.values["count"]) == ("calls.unlogged", 1)


def test_interviews_logged_after_the_answers_keep_a_wave_from_being_weighted_and_released(tmp_path):
    adjusted = changed(('[design]\nlonely = "error"\n', '[design]\nlonely = "adjust"\n'))
    store = released(begin_survey(Store.create(f"sqlite:///{tmp_path / 'u.db'}"), adjusted))
    first, *others = units(store)
    ring(store, *[(unit, k, INTERVIEW) for k, unit in enumerate(others)], (first, len(others), "2.11"))
    take(store, answers(store)[answers(store).id != first])
    waves.estimate_wave(store, NAME, MAY)
    ring(store, (first, len(others) + 1, INTERVIEW))
    for use_case in (waves.estimate_wave, publish_wave):
        with pytest.raises(Fault) as caught:
            use_case(store.acting(Actor("sam", STATISTICIAN)), NAME, MAY)
        assert (caught.value.key, caught.value.values["count"]) == ("calls.later_interviews", 1)
    steps = steps_of_wave(store, NAME, MAY)
    assert steps.following is not None and (steps.following.name, steps.following.state) == ("responses", "begun")
    take(store, answers(store))
    waves.estimate_wave(store, NAME, MAY)
    leave_out(store, NAME, MAY, [first], "the person asked for it")
    waves.estimate_wave(store, NAME, MAY)


def test_strata_may_be_unions_of_the_samples_but_must_not_split_them(drawn):
    table = answers(drawn)
    coarse = table.assign(side="all of it")
    take(drawn, coarse)
    split = coarse.copy()
    rows = split.index[split.town == split.town[0]]
    split.loc[rows[0], "side"] = "z: a part"
    fault = refused(drawn, split)
    assert (fault.key, fault.values["expected"], fault.values["count"]) == (
        "wave.stratum_of_sample",
        f"{split.town[0]}/all of it",
        1,
    )


def test_a_file_without_areas_has_those_of_the_sample(drawn):
    table = answers(drawn)
    take(drawn, table.drop(columns="town"))
    people = read_object(drawn, imports.current_wave(drawn, NAME, MAY), RESPONDENTS)
    assert list(people.area) == list(table.town) and list(people.stratum) == list(table.town + " / " + table.side)


def test_a_wave_with_answers_is_not_drawn_afterwards(tmp_path):
    store = begin_survey(Store.create(f"sqlite:///{tmp_path / 's.db'}"))
    take(store, interviews())
    with pytest.raises(Fault) as caught:
        released(store)
    assert caught.value.key == "sample.answered"
    waves.estimate_wave(store, NAME, MAY)
    elsewhere = BOTH["en"]("notes.elsewhere", waves=[wave_text(MAY, BOTH["en"])])
    assert elsewhere in notes(store, BOTH["en"])


OUTCOMES = """
[weighting]
disposition = "outcome"

[weighting.base]
weight = "d"

"""
BY_FRAME = OUTCOMES.replace('weight = "d"', 'frame = "side"\nnumbers = { all = 60 }')


def weighted(folder, base: str = OUTCOMES) -> Store:
    """The same survey with weights from the released numbers; May drawn, no call imported yet."""
    programme = changed(('weight = "w"\n', ""), ("[design]", f"{base}[design]"))
    return released(begin_survey(Store.create(f"sqlite:///{folder / 'w.db'}"), programme))


def test_an_outcome_that_no_call_of_the_number_had_is_refused_unless_it_says_the_same(tmp_path):
    store = weighted(tmp_path)
    first = units(store)
    codes = [INTERVIEW] * 6 + ["2.11", "3.13", "4.5", "3.13"]
    ring(store, *[(unit, k, code) for k, (unit, code) in enumerate(zip(first, codes, strict=True))])
    ring(store, (first[6], 60, "3.13"))
    table = answers(store).set_index("id").loc[first].reset_index().assign(outcome=codes)
    assert take(store, table).outcome == "imported"  # the sample's base weights are put in
    assert take(store, table.assign(outcome=[*codes[:6], "3.13", *codes[7:]])).outcome == "corrected"  # a call had it
    same = table.assign(outcome=[*codes[:6], "2.2", "3.12", *codes[8:]])
    assert take(store, same).outcome == "corrected"  # other codes, which say the same of who is eligible
    for k, code in ((6, "4.5"), (6, "3.12"), (7, "2.11"), (7, "4.5"), (8, "2.11"), (8, "3.13")):
        fault = refused(store, table.assign(outcome=[code if row == k else own for row, own in enumerate(codes)]))
        assert (fault.key, fault.values["count"], fault.values["found"]) == ("wave.outcome_of_log", 1, code)
        assert codes[k] in fault.values["logged"]
    take(store, table.assign(outcome=[*codes[:6], "4.5", *codes[7:]]), reason="the register says that it is a shop")
    for minutes in (70, 80):  # three calls each end the work
        ring(store, (first[7], minutes, "3.13"), (first[9], minutes, "3.13"))
    waves.estimate_wave(store, NAME, MAY)
    (note,) = [n for n in notes(store, BOTH["en"]) if "it is a shop" in n]
    assert BOTH["en"]("difference.outcome_of_log", count=1) in note


def test_base_weights_by_frame_that_are_not_the_sample_s_are_refused(tmp_path):
    store = weighted(tmp_path, BY_FRAME)
    table = answers(store).assign(outcome=INTERVIEW, side="all")
    take(store, table)  # every area has the same chance
    more = releases.release_next(store, NAME, MAY, areas=[table.town[0]])
    table = answers(store).assign(outcome=INTERVIEW, side="all")
    fault = refused(store, table)
    assert fault.key == "wave.base_by_frame" and fault.values["count"] == len(
        more.released[more.released.area == table.town[0]]
    )
    assert fault.values["drawn"] < fault.values["made"]


def test_released_numbers_without_a_row_are_named_and_all_of_them_written(drawn, tmp_path, rankshift):
    table = answers(drawn)
    rows = table[~table.id.isin(sorted(table.id)[:2])]
    lost = dict(take(drawn, rows, reason="two sheets were lost").notes)["wave.without_row"]
    assert lost["units"] == sorted(table.id)[:2] and lost["absent"] == 2
    for say in BOTH.values():
        assert all(unit in say("wave.without_row", **lost) for unit in lost["units"])
    written = rankshift("sample", "list", MAY, tmp_path / "l.csv", "--without-row", "-s", str(drawn.engine.url))
    assert written.code == 0 and sorted(pd.read_csv(tmp_path / "l.csv").unit_id) == sorted(table.id)[:2]
    all_rows = rankshift("sample", "list", MAY, tmp_path / "a.csv", "-s", str(drawn.engine.url))
    assert all_rows.code == 0 and len(pd.read_csv(tmp_path / "a.csv")) == 10
