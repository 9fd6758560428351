"""A wave of two stages from a list with PSUs: plan, approval, draw, release, proof by files alone; refusals."""

import base64
import json
from dataclasses import replace

import pandas as pd
import pytest
from made_up import BOTH, MAY, NAME, TOWNS, as_csv, begin_survey

from sampling import Wanted, kish_tables
from service.drawing import draws, releases
from service.fieldwork import calls
from service.protection import keys
from service.protection.keys import Key
from service.samples import frames, proof_files, samples
from service.store import audit
from service.store.engine import Store
from service.store.permissions import CENTRE, Actor
from words import Fault

FRAME_KEY = Key(bytes(range(64)))
WANTED = Wanted(20, portions=(0.5, 0.5), each=2, response_rate=0.8, person="kish")
VILLAGES = {"v1": 30, "v2": 12, "v3": 18, "v4": 20}


@pytest.fixture(autouse=True)
def keys_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))
    monkeypatch.setenv(keys.FRAME_VARIABLE, base64.b64encode(FRAME_KEY.secret).decode())


def households(**changes) -> pd.DataFrame:
    rows = [(f"{t}-{v}-{i}", t, f"{t}-{v}") for t in TOWNS for v, count in VILLAGES.items() for i in range(count)]
    return pd.DataFrame(rows, columns=["unit_id", "area", "psu"]).assign(**changes)


def listed(store: Store, table: pd.DataFrame) -> Store:
    at = begin_survey(store).acting(Actor("ann", CENTRE))
    frames.import_frame(at, NAME, "made_up", as_csv(table), "made_up.csv", frame_key=FRAME_KEY)
    return at


def fault(do, *arguments, **options) -> Fault:
    with pytest.raises(Fault) as caught:
        do(*arguments, **options)
    assert len({say(caught.value.key, **caught.value.values) for say in BOTH.values()}) == 2
    return caught.value


def drawn(store: Store, wanted: Wanted = WANTED) -> samples.Sample:
    draws.make_plan(store, NAME, MAY, wanted)
    draws.approve_plan(store, NAME, MAY, frame_key=FRAME_KEY)
    draws.draw_wave(store, NAME, MAY, frame_key=FRAME_KEY)
    return releases.release_next(store, NAME, MAY)


def test_villages_are_drawn_by_size_and_households_in_them_with_one_probability_a_town(store):
    sample = drawn(listed(store, households()))
    allocation = sample.plan.allocation
    assert (allocation.psus == 2).all() and (allocation.interviews == 4).all()
    each = sample.plan.design.each
    assert each > 2 and (allocation.numbers == 2 * each).all() and sample.plan.design.person == "kish"
    by = sample.units.groupby("psu")
    assert by.size().eq(each).all() and sample.units.groupby("stratum").psu.nunique().eq(2).all()
    assert sample.units.probability.to_numpy() == pytest.approx(2 * each / 80)  # k M/ΣM · m/M
    sizes = sample.units.psu.str.split("-").str[1].map(VILLAGES)
    assert sample.units.first_probability.to_numpy() == pytest.approx(2 * sizes / 80)
    assert sample.released.groupby("psu").size().eq(-(-each // 2)).all()  # a portion of every village
    assert sample.released.base_weight.groupby(sample.released.stratum).sum().to_numpy() == pytest.approx(80)
    assert list(sample.units.kish) == list(kish_tables(sample.units.unit_id, sample.units.prn))
    found = calls.read_fieldwork(store, NAME, MAY)
    assert found.releases.units.sum() == found.open == len(sample.released)


def test_a_third_party_draws_both_stages_again_from_the_files_alone(sqlite_store, tmp_path, rankshift):
    sample = drawn(listed(sqlite_store, households()))
    folder, line = tmp_path / "proof", sample.plan.slip
    proof_files.write_proof(proof_files.draw_proof(sqlite_store, NAME, MAY), folder)
    assert {f.name for f in folder.iterdir()} == {"record.json", "frame.csv", "psus.csv", "sample.csv", "README.txt"}
    said = rankshift("verify", folder, "--published", line)
    assert said.code == 0 and f"all {len(sample.units)} units are the same" in said.out
    for name, old, new, key in (
        ("psus.csv", ",30", ",31", "proof.psus"),
        ("frame.csv", "ash-v1-0,ash-v1,", "ash-v1-0,ash-v2,", "proof.frame"),
        ("sample.csv", f",{sample.units.kish[0]}", ",Z", "proof.sample_file"),
        ("record.json", '"each": ', '"each": 9', "proof.cannot_draw"),
    ):
        content = (folder / name).read_text("utf-8")
        assert old in content
        (folder / name).write_text(content.replace(old, new, 1), "utf-8")
        found = proof_files.verify_folder(folder, published=line)[1]
        assert not found.holds and key in [k for k, _ in found.differences], name
        (folder / name).write_text(content, "utf-8")
    assert proof_files.verify_folder(folder, published=line)[1].holds


@pytest.mark.parametrize("pps", ["pivotal", "sampford"])
def test_villages_are_drawn_by_the_method_of_the_plan_and_by_it_again(sqlite_store, tmp_path, pps):
    sample = drawn(listed(sqlite_store, households()), replace(WANTED, pps=pps))
    assert sample.plan.design.pps == pps and sample.units.groupby("stratum").psu.nunique().eq(2).all()
    each = sample.plan.design.each
    assert sample.units.probability.to_numpy() == pytest.approx(2 * each / 80)
    files = proof_files.draw_proof(sqlite_store, NAME, MAY)
    proof_files.write_proof(files, tmp_path / "proof")
    assert proof_files.verify_folder(tmp_path / "proof", published=sample.plan.slip)[1].holds
    record = (tmp_path / "proof" / "record.json").read_text("utf-8")
    (tmp_path / "proof" / "record.json").write_text(record.replace(f'"{pps}"', '"systematic"'), "utf-8")
    assert not proof_files.verify_folder(tmp_path / "proof", published=sample.plan.slip)[1].holds
    assert fault(Wanted, 20, each=2, pps="poisson").key == "sampling.method"
    older = {name: value for name, value in WANTED.plain().items() if name != "pps"}
    assert Wanted.read(older) == WANTED  # plans of older versions were systematic


def test_the_files_show_no_permanent_number_and_chance_is_of_this_draw_alone(sqlite_store, tmp_path):
    """What a proof shows does not tell the next wave: the numbers follow from seed, wave and public value."""
    store = listed(sqlite_store, households())
    public = replace(WANTED, public="the made-up lottery")
    draws.make_plan(store, NAME, MAY, public)
    draws.approve_plan(store, NAME, MAY, frame_key=FRAME_KEY)
    sample = draws.draw_wave(store, NAME, MAY, frame_key=FRAME_KEY, value="03 11")
    files = proof_files.draw_proof(store, NAME, MAY)
    assert files["frame.csv"].splitlines()[0].decode("utf-8-sig") == "unit_id,psu,first_phase"
    assert b"prn" not in files["psus.csv"]
    frame = frames.load_frame(store, sample.plan.frame_id).set_index("unit_id")
    assert not set(frame.prn) & set(sample.units.prn)
    folder = tmp_path / "proof"
    proof_files.write_proof(files, folder)
    assert proof_files.verify_folder(folder, published=sample.plan.slip)[1].holds
    record = (folder / "record.json").read_text("utf-8")
    for old, new in (('"value": "3 11"', '"value": "3 12"'), ('"seeded": true', '"seeded": null')):
        assert old in record
        (folder / "record.json").write_text(record.replace(old, new), "utf-8")
        try:
            assert not proof_files.verify_folder(folder, published=sample.plan.slip)[1].holds
        except Fault:  # without `seeded` the files lack the numbers that are then needed
            assert "null" in new


def test_villages_and_their_numbers_are_fixed_by_the_approval(sqlite_store):
    from service.store import schema

    store = listed(sqlite_store, households())
    draws.make_plan(store, NAME, MAY, WANTED)
    draws.approve_plan(store, NAME, MAY, frame_key=FRAME_KEY)
    units = schema.frame_units
    with store.begin() as connection:
        connection.execute(units.update().where(units.c.unit_id == "ash-v1-0").values(psu="ash-v2"))
    assert fault(draws.draw_wave, store, NAME, MAY, frame_key=FRAME_KEY).key == "sample.frame_changed"


@pytest.mark.parametrize(
    ("table", "wanted", "key", "says"),
    [
        (households().drop(columns="psu"), WANTED, "sampling.without_psu", "400"),
        (households(psu="one"), WANTED, "sampling.psu_in_strata", "one"),
        (households(), Wanted(60, each=2), "sampling.few_psus", "6 > 4"),
        (households(), Wanted(60, each=4, response_rate=0.1), "sampling.small_psus", "ash-v2"),
    ],
)
def test_a_plan_that_the_list_cannot_bear_is_refused_before_the_approval(sqlite_store, table, wanted, key, says):
    found = fault(draws.make_plan, listed(sqlite_store, table), NAME, MAY, wanted)
    assert found.key == key and says in str(found)


def test_a_unit_without_its_village_is_refused_at_the_import(sqlite_store):
    found = fault(listed, sqlite_store, households().assign(psu=lambda t: t.psu.where(t.index != 3, "")))
    assert found.key == "frame.blank" and found.values["row"] == 5


def test_two_stages_neither_continue_a_wave_nor_are_continued(sqlite_store):
    assert fault(Wanted, 20, each=2, after="2024-04").key == "sample.each"
    store = listed(sqlite_store, households())
    drawn(store)
    assert fault(draws.make_plan, store, NAME, "2024-06", Wanted(20, after=MAY)).key == "sample.earlier_staged"


def test_the_same_list_serves_a_sample_of_one_stage_whose_record_names_nothing_of_two(sqlite_store, tmp_path):
    store = listed(sqlite_store, households())
    sample = drawn(store, Wanted(20))
    plain = json.loads(proof_files.draw_proof(store, NAME, MAY)["record.json"])
    assert (
        set(plain["plan"]) == {"method", "allocation", "size", "order", "keep", "rest", "portions"}
        and "psus" not in plain
    )
    proof_files.write_proof(proof_files.draw_proof(store, NAME, MAY), tmp_path / "proof")
    assert proof_files.verify_folder(tmp_path / "proof", published=sample.plan.slip)[1].holds


def test_the_command_plans_two_stages_and_says_so(sqlite_store, tmp_path, rankshift):
    listed(sqlite_store, households())
    at = ["--store", sqlite_store.engine.url.database]
    said = rankshift("sample", "plan", MAY, 20, "--psu", 2, "--kish", "--deff", 1.5, *at)
    assert said.code == 0, said.err
    assert "10 PSUs drawn" in said.out and "Kish table" in said.out
    assert rankshift("sample", "approve", MAY, *at).code == 0
    assert rankshift("sample", "draw", MAY, *at).code == 0
    assert rankshift("sample", "release", MAY, *at).code == 0
    assert rankshift("sample", "list", MAY, tmp_path / "list.csv", *at).code == 0
    assert (tmp_path / "list.csv").read_text("utf-8-sig").splitlines()[0].endswith("psu,kish")
