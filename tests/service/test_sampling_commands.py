"""The command line of a wave's sample: from a new key to a proof that another folder verifies, in both languages."""

import json
from datetime import date, timedelta

import pandas as pd
import pytest
from township_list import FRAME, NAME, as_csv, programme, residents

from sampling import Wanted
from service.files import bounds
from service.intake import imports
from service.protection import keys, people
from service.samples import samples
from service.store import audit
from service.store.engine import Store
from service.store.permissions import CENTRE

WAVE = "2026Q1"


@pytest.fixture
def ready(tmp_path, monkeypatch):
    """A store with the programme and a person of the centre, the simulated list, and keys in files of their own."""
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))
    for variable, name in ((keys.FILE_VARIABLE, "key"), (keys.FRAME_FILE_VARIABLE, "frame_key")):
        monkeypatch.setenv(variable, str(tmp_path / "keys" / name))
    for variable in (keys.KEY_VARIABLE, keys.FRAME_VARIABLE):
        monkeypatch.delenv(variable, raising=False)
    store = Store.create(f"sqlite:///{tmp_path}/store.db")
    imports.import_programme(store, programme(), "simulated.toml")
    people.add_person(store, "ann", CENTRE, identity="ann@example.org")
    (tmp_path / "list.csv").write_bytes(as_csv(residents(12)))
    yield tmp_path
    store.engine.dispose()


@pytest.mark.parametrize("most", [bounds.ROWS, 500])
def test_a_quarter_is_planned_drawn_released_and_verified_by_the_command_alone(ready, rankshift, monkeypatch, most):
    """Of a list below the limit, and by the same commands of one that is above it."""
    monkeypatch.setattr(bounds, "ROWS", most)
    at, person = ["--store", ready / "store.db"], ["--as", "ann"]
    day = (date.today() + timedelta(days=9)).isoformat()
    take = ["frame", "import", FRAME, ready / "list.csv", "--by", "area,mode", "--delete-on", day, *at]
    assert "rankshift key new" in rankshift(*take, *person).err
    assert rankshift("key", "new").code == 0
    assert "frame new-key" in rankshift(*take, *person).err
    assert "fingerprint" in rankshift("frame", "new-key").out
    assert "permission" in rankshift(*take).err or rankshift(*take).code == 1  # numbers are the survey centre's
    done = rankshift(*take, *person)
    assert done.code == 0 and "140 strata" in done.out
    assert FRAME in rankshift("frame", "list", *at).out
    plan = ["sample", "plan", WAVE, 280, "--modes", "3:1", "--cost", 12, *at]
    planned = rankshift(*plan)
    assert planned.code == 0, planned.err
    for words in ("280 interviews in 70 areas", "last 5 all correct", "3,360", "mobile", "(this plan)", "A draft"):
        assert words in planned.out
    assert "草案" in rankshift("sample", "show", WAVE, *at, language="zh").out
    approved = rankshift("sample", "approve", WAVE, *at).out
    slip = approved.split()[-1]
    assert len(slip) == 64
    assert rankshift("sample", "draw", WAVE, *at).code == 0
    assert "release" in rankshift("sample", "release", WAVE, *at).out
    assert rankshift("sample", "list", WAVE, ready / "released.csv", *at).code == 0
    assert rankshift("sample", "call-sheet", WAVE, ready / "sheet.csv", *at).code == 1
    assert rankshift("sample", "call-sheet", WAVE, ready / "sheet.csv", *at, *person).code == 0
    sheet = (ready / "sheet.csv").read_text("utf-8-sig").splitlines()
    released = (ready / "released.csv").read_text("utf-8-sig").splitlines()
    assert len(sheet) == len(released) > 140 and sheet[0].endswith("phone,name")
    assert rankshift("draw-proof", WAVE, "--out", ready / "proof", *at).code == 0
    monkey = rankshift("verify", ready / "proof", "--published", slip)
    assert monkey.code == 0 and "is correct" in monkey.out and slip not in monkey.err
    assert (ready / "proof" / "units.parquet").exists() == (most == 500)
    record = json.loads((ready / "proof" / "record.json").read_text("utf-8"))
    assert record["wave"] == WAVE and record["released"] == 1 and NAME not in record["seed"]
    wrong = rankshift("verify", ready / "proof", "--published", "0" * 64)
    assert wrong.code == 1 and "published before the draw" in wrong.out


def test_assumed_shares_come_from_a_file_and_a_bad_one_is_one_sentence(ready, rankshift, monkeypatch):
    at = ["--store", ready / "store.db"]
    assert rankshift("frame", "new-key").code == 0
    (ready / "plain.csv").write_bytes(as_csv(residents(12).drop(columns=["phone", "name"])))
    with monkeypatch.context() as smaller:
        smaller.setattr(bounds, "UPLOADED", 500)
        large = rankshift("frame", "import", FRAME, ready / "plain.csv", "--preview", "--as", "ann", *at)
        assert large.code == 1 and "too large for a preview" in large.err
    assert rankshift("frame", "import", FRAME, ready / "plain.csv", "--as", "ann", *at).code == 0
    (ready / "shares.csv").write_text("area,share\n451302001,0.5\n", "utf-8")
    assert rankshift("sample", "plan", WAVE, 280, *at).code == 0
    opened = Store.open(f"sqlite:///{ready / 'store.db'}")
    assert samples.read_plan(opened, NAME, WAVE).wanted == Wanted(280)  # the command's defaults are the plan's own
    opened.engine.dispose()
    options = ["--method", "neyman", "--shares", ready / "shares.csv", *at]
    assert rankshift("sample", "plan", WAVE, 280, *options).code == 0
    (ready / "shares.csv").write_text("area,share\n451302001,half\n", "utf-8")
    refused = rankshift("sample", "plan", WAVE, 280, *options)
    assert refused.code == 1 and "half" in refused.err
    assert "numbers" in rankshift("sample", "plan", WAVE, 280, "--portions", "a,b", *at).err


def test_the_plan_of_a_city_says_what_it_can_tell_and_what_it_costs(rankshift):
    said = rankshift("plan", 4513, 7000, "--cost", 12)
    assert said.code == 0 and "84,000" in said.out and "(this plan)" in said.out and "last 5 all correct" in said.out


def test_numbers_are_screened_before_their_release_by_the_command_alone(ready, rankshift):
    """The sheet for the operator, its file, the line, and a proof that is compared with that line."""
    at, person = ["--store", ready / "store.db"], ["--as", "ann"]
    day = (date.today() + timedelta(days=9)).isoformat()
    for made in (["key", "new"], ["frame", "new-key"]):
        rankshift(*made)
    rankshift("frame", "import", FRAME, ready / "list.csv", "--delete-on", day, *at, *person)
    assert "screening of numbers" in rankshift("sample", "plan", WAVE, 140, "--call-dead", 0.2, *at).out.lower()
    rankshift("sample", "approve", WAVE, *at)
    rankshift("sample", "draw", WAVE, *at)
    sheet = ready / "to_screen.csv"
    assert rankshift("sample", "screen-sheet", WAVE, sheet, *at, *person).code == 0
    numbers = pd.read_csv(sheet, dtype=str)
    assert list(numbers) == ["unit_id", "phone"] and len(numbers) == 70 and numbers.phone.str.len().min() == 11
    (ready / "operator.csv").write_bytes(as_csv(numbers.assign(status=["空号", "正常"] * 35)))
    done = rankshift("sample", "screen", WAVE, ready / "operator.csv", *at, *person)
    assert done.code == 0, done.err
    line = done.out.split("note or publish:")[1].split()[0]
    assert len(line) == 64 and " 7 " in done.out  # one in five of 35
    rankshift("sample", "release", WAVE, *at)
    rankshift("sample", "call-sheet", WAVE, ready / "call.csv", *at, *person)
    assert len(pd.read_csv(ready / "call.csv")) == 70 - 28
    rankshift("draw-proof", WAVE, "--out", ready / "proof", *at)
    assert line in rankshift("verify", ready / "proof").out
    assert rankshift("verify", ready / "proof", "--screened", line).code == 0
    assert rankshift("verify", ready / "proof", "--screened", "0" * 64).code == 1
    assert "空号检测" in rankshift("sample", "show", WAVE, *at, language="zh").out


def test_a_list_with_age_and_sex_is_sorted_by_them_by_the_command_alone(ready, rankshift):
    at, person = ["--store", ready / "store.db"], ["--as", "ann"]
    rankshift("frame", "new-key")
    people = residents(12).drop(columns=["phone", "name"])
    people = people.assign(age=[str(18 + k % 60) for k in range(len(people))], sex=["f", "m"] * (len(people) // 2))
    (ready / "ages.csv").write_bytes(as_csv(people))
    took = rankshift("frame", "import", FRAME, ready / "ages.csv", "--keep", "age,sex", *at, *person)
    assert took.code == 0, took.err
    refused = rankshift("sample", "plan", WAVE, 140, "--sort", "height", *at)
    assert refused.code == 1 and "--keep" in refused.err
    planned = rankshift("sample", "plan", WAVE, 140, "--sort", "sex,age", *at)
    assert planned.code == 0 and "is sorted by sex" in planned.out
    for step in ("approve", "draw", "release"):
        assert rankshift("sample", step, WAVE, *at).code == 0
    rankshift("draw-proof", WAVE, "--out", ready / "proof", *at)
    verified = rankshift("verify", ready / "proof")
    assert verified.code == 0, verified.err
    assert "age" in (ready / "proof" / "frame.csv").read_text("utf-8").splitlines()[0]


def test_costs_and_constraints_come_from_files_by_the_command_alone(ready, rankshift):
    """One stage and two: the cheapest interviews, the margins that they give, and what a file lacks."""
    at, person = ["--store", ready / "store.db"], ["--as", "ann"]
    rankshift("frame", "new-key")
    people = residents(40).drop(columns=["phone", "name"])
    people["psu"] = people.area + "-" + (people.groupby("area").cumcount() % 4).astype(str)
    (ready / "people.csv").write_bytes(as_csv(people))
    assert rankshift("frame", "import", FRAME, ready / "people.csv", *at, *person).code == 0
    first, second = sorted(set(people.area))[:2]
    (ready / "costs.csv").write_text(f"stratum,cost\n{first},80\n", "utf-8")
    rows = f"domain,share,margin,indicator\nall,0.9,0.03,\n{first}+{second},0.8,0.15,trust\n"
    (ready / "constraints.csv").write_text(rows, "utf-8")
    plan = ["sample", "plan", WAVE, 2_000, "--constraints", ready / "constraints.csv", *at]
    assert "--cost" in rankshift(*plan, "--costs", ready / "costs.csv").err
    planned = rankshift(*plan, "--costs", ready / "costs.csv", "--cost", 12)
    assert planned.code == 0, planned.err
    for words in ("Precisions to be met", "±15.00", "trust", "the cheapest that meet these precisions"):
        assert words in planned.out
    assert "精度要求" in rankshift("sample", "show", WAVE, *at, language="zh").out
    too_few = rankshift("sample", "plan", WAVE, 150, "--constraints", ready / "constraints.csv", *at)
    assert too_few.code == 1 and "more than the 150" in too_few.err
    staged = rankshift(*plan, "--psu", 4, "--icc", 0.05, "--psu-cost", 20)
    assert staged.code == 0 and "Two stages" in staged.out, staged.err
    for step in ("approve", "draw"):
        assert rankshift("sample", step, WAVE, *at).code == 0
    (ready / "costs.csv").write_text(f"stratum,cost\n{first},none\n{first},3\n", "utf-8")
    wrong = rankshift(*plan, "--costs", ready / "costs.csv")
    assert wrong.code == 1 and "not a cost" in wrong.err


def test_unequal_chances_are_drawn_and_verified_by_the_command_alone(ready, rankshift):
    at, person = ["--store", ready / "store.db"], ["--as", "ann"]
    rankshift("frame", "new-key")
    households = residents(20).drop(columns=["phone", "name"])
    households["adults"] = [str(1 + k % 4) for k in range(len(households))]
    (ready / "households.csv").write_bytes(as_csv(households))
    took = rankshift("frame", "import", FRAME, ready / "households.csv", "--keep", "adults", *at, *person)
    assert took.code == 0, took.err
    plan = ["sample", "plan", WAVE, 280, "--size", "adults", *at]
    assert "--draw" in rankshift(*plan, "--draw", "pivotal", "--sort", "adults").err
    assert rankshift("sample", "plan", WAVE, 280, "--draw", "pivotal", "--size", "rooms", *at).code == 1
    planned = rankshift(*plan, "--draw", "pivotal")
    assert planned.code == 0 and "proportional to adults" in planned.out, planned.err
    for step in ("approve", "draw", "release"):
        done = rankshift("sample", step, WAVE, *at)
        assert done.code == 0, done.err
    rankshift("sample", "list", WAVE, ready / "drawn.csv", *at, *person)
    drawn = pd.read_csv(ready / "drawn.csv").merge(households, on="unit_id")
    of_first = drawn[drawn.stratum == drawn.stratum[0]]
    ratio = of_first.base_weight * of_first.adults.astype(int)
    assert ratio.max() == pytest.approx(ratio.min())
    rankshift("draw-proof", WAVE, "--out", ready / "proof", *at)
    verified = rankshift("verify", ready / "proof")
    assert verified.code == 0, verified.err
    frame = (ready / "proof" / "frame.csv").read_text("utf-8").replace(",4\n", ",3\n")
    (ready / "proof" / "frame.csv").write_text(frame, "utf-8")
    assert rankshift("verify", ready / "proof").code == 1
    assert "unequal chances" in rankshift("sample", "plan", "2026Q2", 280, "--after", WAVE, *at).err
