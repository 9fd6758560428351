"""A list above the limit by the same commands: taken in, planned by modes, drawn, released, rung, continued, verified.

The limit is lowered to a few rows, so that a small list is a large one; what is drawn of it is what is drawn of rows.
"""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from township_list import FRAME, NAME, as_csv, programme, residents

from sampling import Wanted, psu_list, record_draw, record_rested
from service.drawing import draws, releases
from service.files import bounds
from service.intake import imports
from service.protection.keys import Key
from service.samples import frames, large_lists, proof_files, samples
from service.samples.roll_file import RollFile, roll_bytes, stored_roll
from service.store import audit
from service.store.engine import Store
from service.store.permissions import CENTRE, Actor
from words import Fault

KEY, FRAME_KEY = Key(bytes(range(64))), Key(bytes(range(1, 65)))
LATER = date.today() + timedelta(days=30)
FIRST, SECOND = "2026Q1", "2026Q2"
WANTED = Wanted(280, portions=(0.5, 0.5), modes={"mobile": 3, "landline": 1}, public="the lottery")


@pytest.fixture(autouse=True, scope="module")
def heads_and_limit(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(audit.HEAD_VARIABLE, str(tmp_path_factory.mktemp("heads") / "heads"))
        patch.setattr(bounds, "ROWS", 1_000)
        yield


def take(store: Store, file, **options):
    options = {"frame_key": FRAME_KEY, "key": KEY, "delete_on": LATER, "by": ["area", "mode"]} | options
    return large_lists.import_large(store, NAME, FRAME, file, **options)


def drawn(store: Store, wave: str, wanted: Wanted, value: str = "3 1 4") -> samples.Sample:
    draws.make_plan(store, NAME, wave, wanted)
    draws.approve_plan(store, NAME, wave, frame_key=FRAME_KEY)
    draws.draw_wave(store, NAME, wave, frame_key=FRAME_KEY, value=value)
    return releases.release_next(store, NAME, wave)


@pytest.fixture(scope="module")
def waves(fresh_url, tmp_path_factory):
    """(store, first, second, folder): the list taken in from Parquet, two waves drawn, and the proof of the second."""
    folder = tmp_path_factory.mktemp("large")
    store = Store.create(fresh_url("sqlite"))
    imports.import_programme(store, programme(), "simulated.toml")
    store = store.acting(Actor("ann", CENTRE))
    residents(12).to_parquet(folder / "list.parquet")
    assert large_lists.is_large(folder / "list.parquet")
    take(store, folder / "list.parquet")
    first = drawn(store, FIRST, WANTED)
    second = drawn(store, SECOND, Wanted(140, after=FIRST, keep=0.5, portions=(0.5, 0.5)), value=None)
    proof_files.write_proof(proof_files.draw_proof(store, NAME, SECOND), folder / "proof")
    yield store, first, second, folder / "proof"
    store.engine.dispose()


def test_a_large_list_is_drawn_by_mode_in_portions_and_continued_with_its_telephones_and_its_proof(waves):
    store, first, second, folder = waves
    assert frames.load_frame(store, 1).empty and stored_roll(store, 1) is not None  # no rows
    assert len(first.plan.foresight.precision) and first.record.value == "3 1 4"
    assert len(first.units) == 280 and 140 <= len(first.released) < 280
    assert 200 < first.units.stratum.str.endswith("/mobile").sum() < 220
    sheet = releases.release_sheet(store, NAME, FIRST, key=KEY)
    numbers = residents(12).set_index("unit_id").phone
    assert (sheet.phone == sheet.unit_id.map(numbers)).all() and len(sheet) == len(first.released)
    kept = set(second.units.unit_id) & set(first.units.unit_id)
    assert kept <= set(first.released.unit_id) | set(second.units.unit_id[second.units["rest"] == 5])
    assert (second.units["rest"] == 1).sum() > 40
    assert sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.parquet")) == ["units.parquet"]
    _, found = proof_files.verify_folder(folder, published=second.plan.slip)
    assert found.holds and found.differences == ()
    content = (folder / "units.parquet").read_bytes().decode("latin-1")
    assert not any(number in content for number in numbers.head(50))


def villages() -> pd.DataFrame:
    """The list with three villages in every township."""
    people = residents(12).drop(columns=["phone", "name"])
    return people.assign(psu=people.area + "-" + (people.groupby("area").cumcount() % 3).astype(str))


def test_a_large_list_is_drawn_in_two_stages_as_the_same_list_in_rows_is(fresh_url, tmp_path):
    store = Store.create(fresh_url("sqlite"))
    imports.import_programme(store, programme(), "simulated.toml")
    store, list_file = store.acting(Actor("ann", CENTRE)), tmp_path / "villages.parquet"
    villages().to_parquet(list_file)
    take(store, list_file, key=None, by=["area"])
    sample = drawn(store, FIRST, Wanted(280, each=2, portions=(0.5, 0.5), public="the lottery", pps="pivotal"))
    assert sample.units.groupby("psu").size().eq(2).all() and sample.units.psu.nunique() == len(sample.released) > 140
    assert (sample.units.area == sample.units.psu.str[:9]).all()
    assert sample.released.base_weight.sum() == pytest.approx(len(villages()))
    rows = villages().assign(stratum=lambda t: t.area, prn=0.0, first_phase=1.0)
    options = {"seed": sample.record.seed, "wave": FIRST, "code": "c", "value": "3 1 4"}
    again, _ = record_draw(rows, sample.plan.design, psus=psu_list(rows), **options)
    columns = ["unit_id", "stratum", "psu", "place", "first_probability", "probability"]
    in_store = sample.units.sort_values(["stratum", "psu", "place"], ignore_index=True)[columns]
    again = again.sort_values(["stratum", "psu", "place"], ignore_index=True)[columns]
    pd.testing.assert_frame_equal(again, in_store, check_dtype=False)
    proof_files.write_proof(proof_files.draw_proof(store, NAME, FIRST), proof := tmp_path / "proof")
    assert (proof / "units.parquet").exists() and not (proof / "frame.csv").exists()
    assert proof_files.verify_folder(proof, published=sample.plan.slip)[1].holds
    roll = pd.read_parquet(proof / "units.parquet")
    roll.loc[0, "psu"] = roll.psu[1]
    roll.to_parquet(proof / "units.parquet")
    found = proof_files.verify_folder(proof, published=sample.plan.slip)[1]
    assert "proof.frame" in [key for key, _ in found.differences]
    store.engine.dispose()


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda t: t.drop(columns="psu"), "sampling.without_psu"),
        (lambda t: t.assign(psu=t.psu.where(t.index != 3, "")), "sampling.without_psu"),
        (lambda t: t.assign(psu=t.psu.where(t.index != 3, t.psu.iloc[-1])), "sampling.psu_in_strata"),
    ],
)
def test_a_large_list_without_its_villages_has_no_plan_of_two_stages(tmp_path, change, key):
    (tmp_path / "units.parquet").write_bytes(
        roll_bytes(change(villages()).assign(stratum=lambda t: t.area).replace("", None))
    )
    with pytest.raises(Fault) as caught:
        _ = RollFile(tmp_path / "units.parquet").psus
    assert caught.value.key == key


def test_what_is_drawn_of_a_large_list_is_what_is_drawn_of_the_same_list_in_rows(waves):
    store, first, *_ = waves
    roll = stored_roll(store, 1)
    rows = pd.read_parquet(roll.path)
    options = {"seed": first.record.seed, "wave": FIRST, "code": "c", "value": "3 1 4"}
    again, _ = record_rested(rows.assign(first_phase=1.0), first.record.plan, **options)
    columns = ["unit_id", "stratum", "place", "release", "probability"]
    in_store = first.units.sort_values(["stratum", "place"], ignore_index=True)[columns]
    pd.testing.assert_frame_equal(again[columns], in_store, check_dtype=False)


def test_units_and_places_are_looked_up_in_the_file_as_they_stand_in_it(tmp_path):
    units = residents(12).assign(stratum=lambda t: t.area)
    (tmp_path / "units.parquet").write_bytes(roll_bytes(units))
    roll = RollFile(tmp_path / "units.parquet").check()
    rows = units.sort_values(["stratum", "unit_id"], ignore_index=True)
    rows["position"] = rows.groupby("stratum").cumcount()
    shown = ["unit_id", "stratum", "area", "position"]
    some = rows.iloc[[7, 3, len(rows) - 1, 400]]
    found = roll.find([*some.unit_id, "nobody"])
    pd.testing.assert_frame_equal(found, some.sort_index()[shown].reset_index(drop=True), check_dtype=False)
    pd.testing.assert_frame_equal(roll.at(some), some[shown].reset_index(drop=True), check_dtype=False)
    assert roll.find([]).empty and list(roll.find([]).columns) == shown
    pd.read_parquet(roll.path).assign(unit_id=range(len(rows))).to_parquet(tmp_path / "forged.parquet")
    assert list(RollFile(tmp_path / "forged.parquet").check().find(["3", "x"]).position) == [3]  # numbers as names


@pytest.mark.parametrize("change", ["a row less", "two rows exchanged", "a unit twice", "no list", "no Parquet"])
def test_a_large_list_that_was_changed_after_the_line_is_named(waves, tmp_path, change):
    folder = Path(shutil.copytree(waves[3], tmp_path / "proof"))
    rows, file = pd.read_parquet(folder / "units.parquet"), folder / "units.parquet"
    if change == "no list":
        file.unlink()
    elif change == "no Parquet":
        file.write_bytes(b"PAR1 is not enough")
    elif change == "a row less":
        file.write_bytes(roll_bytes(rows.iloc[1:]))
    elif change == "a unit twice":
        rows.loc[len(rows) - 1, "unit_id"] = rows.unit_id[0]
        file.write_bytes(roll_bytes(rows))
    else:
        rows.iloc[[0, 1]] = rows.iloc[[1, 0]].to_numpy()
        rows.to_parquet(file)
    if change == "a row less":
        _, found = proof_files.verify_folder(folder)
        assert not found.holds and "proof.frame" in [key for key, _ in found.differences]
        return
    with pytest.raises(Fault) as caught:
        proof_files.verify_folder(folder)
    expected = {"no list": "file.absent", "no Parquet": "file.not_parquet"}
    assert caught.value.key == expected.get(change, "proof.roll")


@pytest.mark.parametrize(
    ("column", "cell", "key", "says"),
    [
        ("unit_id", residents(6).unit_id[4], "frame.refused_never", "repeats a unit_id"),
        ("phone", "1391234", "frame.refused", "right length"),
        ("unit_id", "139-1000-0005", "contacts.number_as_unit", "row 7"),
        ("unit_id", "=sim", "frame.formula", "row 7"),
        ("area", "", "frame.blank", "row 7"),
        ("area", "999", "frame.refused", "999"),
    ],
)
def test_a_large_list_with_faults_is_refused_whole_as_a_small_one_is(sqlite_store, tmp_path, column, cell, key, says):
    imports.import_programme(sqlite_store, programme(), "simulated.toml")
    table, file = residents(6), tmp_path / "list.csv"
    table.loc[5, column] = cell
    file.write_bytes(as_csv(table))
    with pytest.raises(Fault) as caught:
        take(sqlite_store.acting(Actor("ann", CENTRE)), file, by=["area"])
    assert caught.value.key == key and says in str(caught.value)
    assert frames.frame_list(sqlite_store, NAME).empty


def test_csv_and_parquet_with_numbers_as_numbers_give_the_same_roll(tmp_path):
    table = residents(6).assign(phone=lambda t: pd.to_numeric(t.phone), k=range(len(residents(6))))
    table.loc[3, "phone"] = None  # a column of numbers with gaps is one of floats
    table.to_parquet(tmp_path / "a.parquet")
    texts = residents(6).assign(phone=lambda t: t.phone.str.lstrip("0"))
    texts.loc[3, "phone"] = ""
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbf" + texts.to_csv(index=False, sep=";").encode())
    wanted = ["unit_id", "area", "phone"]
    one, other = (large_lists.read_large(tmp_path / name, wanted).table for name in ("a.parquet", "a.csv"))
    pd.testing.assert_frame_equal(one, other)
    assert list(one.index[:2]) == [2, 3]
