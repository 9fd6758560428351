"""Samples sorted by, or balanced on, columns that were kept of a list: by command, by page, proved, and refused."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from half_rung import FRAME_KEY
from made_up import BOTH, MAY, NAME, TOWNS, as_csv, begin_survey

from sampling import Wanted
from service.drawing import draws, releases
from service.files.write import csv_bytes
from service.samples import frames, proof_files
from service.samples.samples import read_sample
from service.store import audit, schema
from service.store.engine import Store
from service.store.permissions import CENTRE, Actor
from words import Fault

NEXT = "2024-08"


@pytest.fixture(autouse=True)
def heads_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))


def people() -> pd.DataFrame:
    """60 made-up people an area: half of them women, of all ages; nobody in it exists."""
    rows = [
        (f"{area}-{i:02d}", area, str(18 + i), "fm"[i % 2], "a" if i < 30 else "") for area in TOWNS for i in range(60)
    ]
    return pd.DataFrame(rows, columns=["unit_id", "area", "age", "sex", "village"])


@pytest.fixture(scope="module")
def listed_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spread")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(audit.HEAD_VARIABLE, str(folder / "heads"))
        store = begin_survey(Store.create(f"sqlite:///{folder / 's.db'}")).acting(Actor("ann", CENTRE))
        keep = ("age", "sex", "village")
        frames.import_frame(store, NAME, "list", as_csv(people()), "list.csv", frame_key=FRAME_KEY, keep=keep)
        store.engine.dispose()
    return folder / "s.db"


@pytest.fixture
def listed(listed_once, tmp_path):
    store = Store.open(f"sqlite:///{shutil.copy(listed_once, tmp_path / 's.db')}").acting(Actor("ann", CENTRE))
    yield store
    store.engine.dispose()


def drawn(store: Store, wave: str, **wanted):
    draws.make_plan(store, NAME, wave, Wanted(60, portions=(0.5, 0.5), **wanted))
    draws.approve_plan(store, NAME, wave, frame_key=FRAME_KEY)
    return draws.draw_wave(store, NAME, wave, frame_key=FRAME_KEY)


def refused(do, *arguments, **options) -> str:
    with pytest.raises(Fault) as caught:
        do(*arguments, **options)
    assert len({say(caught.value.key, **caught.value.values) for say in BOTH.values()}) == 2
    return caught.value.key


def differences(folder, **noted) -> list[str]:
    return [key for key, _ in proof_files.verify_folder(folder, **noted)[1].differences if key != "proof.code"]


def test_a_sorted_wave_and_a_balanced_one_after_it_are_drawn_released_and_verified_from_the_proof(listed, tmp_path):
    first = drawn(listed, MAY, sort=("age",))
    age = first.units.unit_id.map(people().set_index("unit_id").age.astype(int))
    tenths = ((age - 18) // 5).groupby(first.units.stratum).agg(lambda a: tuple(sorted(a)))
    assert set(tenths) == {tuple(range(12))}  # every fifth year of age, in every town
    releases.release_next(listed, NAME, MAY)
    second = drawn(listed, NEXT, balance=("age", "sex"), after=MAY)
    known = people().set_index("unit_id").loc[second.units.unit_id]
    women = (known.sex == "f").groupby(second.units.stratum.to_numpy()).sum()
    assert (women - 6).abs().max() <= 1 and np.allclose(second.units.base_weight, 5)
    assert not set(second.units.unit_id) & set(read_sample(listed, NAME, MAY).released.unit_id)
    folder = tmp_path / "proof"
    proof_files.write_proof(proof_files.draw_proof(listed, NAME, NEXT), folder)
    published = second.plan.slip
    assert differences(folder, published=published) == []
    for part, columns in ((folder, ["age", "sex"]), (folder / "earlier" / "01", ["age"])):
        shown = pd.read_csv(part / "frame.csv", dtype=str)
        assert list(shown) == ["unit_id", "stratum", "first_phase", *columns]
        changed = shown.assign(age=shown.age.where(shown.index > 3, "99"))
        (part / "frame.csv").write_bytes(csv_bytes(changed))
        assert "proof.numbers" in differences(folder)
        (part / "frame.csv").write_bytes(csv_bytes(shown))
    record = json.loads((folder / "record.json").read_text("utf-8"))
    for change in ({"order": ["sex", "age"]}, {"spread": "sorted"}):
        (folder / "record.json").write_text(json.dumps(record | {"plan": record["plan"] | change}), "utf-8")
        assert "proof.slip" in differences(folder, published=published)


def test_an_age_that_is_changed_in_the_store_after_the_approval_stops_the_draw(listed):
    draws.make_plan(listed, NAME, MAY, Wanted(60, sort=("age",)))
    draws.approve_plan(listed, NAME, MAY, frame_key=FRAME_KEY)
    units = schema.frame_units
    with listed.engine.begin() as connection:
        row = connection.execute(sa.select(units.c.unit_id, units.c.known)).first()
        changed = units.update().where(units.c.unit_id == row.unit_id).values(known=row.known | {"age": "99"})
        connection.execute(changed)
    assert refused(draws.draw_wave, listed, NAME, MAY, frame_key=FRAME_KEY) == "sample.frame_changed"


@pytest.mark.parametrize(
    ("wanted", "key"),
    [
        ({"sort": ("height",)}, "sampling.no_columns"),
        ({"balance": ("village", "height")}, "sampling.no_columns"),
        ({"sort": ("age", "age")}, "sampling.spread"),
    ],
)
def test_a_plan_that_could_not_be_drawn_is_refused_when_it_is_made(listed, wanted, key):
    assert refused(draws.make_plan, listed, NAME, MAY, Wanted(60, **wanted)) == key


def test_what_cannot_be_combined_is_refused_with_the_reason():
    assert refused(Wanted, 60, sort=("age",), each=4) == "sample.spread_staged"
    assert refused(Wanted, 60, sort=("age",), balance=("sex",)) == "sample.sort_and_balance"


def test_telephone_numbers_are_not_kept_and_columns_must_be_there(listed):
    take = lambda *keep: frames.import_frame(  # noqa: E731
        listed, NAME, "other", as_csv(people()), "l.csv", frame_key=FRAME_KEY, keep=keep
    )
    assert refused(take, "phone") == "frame.keep"
    assert refused(take, "height") == "frame.column"
    assert take("sex").outcome == "imported" and take("sex").outcome == "unchanged"
    assert take("sex", "age").version == 2
