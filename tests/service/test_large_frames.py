"""Large frames by command: numbered, committed, drawn as in memory, drawn again by others; what is refused."""

import json

import numpy as np
import pandas as pd
import pytest

from sampling import record_draw
from sampling.proof.digests import sample_digest
from service.drawing.lake import number_frame
from service.drawing.large_frames import file_digest, read_plan_file, read_record_file
from service.protection import keys
from service.samples import proof_files
from service.samples.frame_versions import number_key
from words import Fault

UNITS, STRATA, WAVE, NEXT = 8_000, 12, "2026Q1", "2026Q2"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a made-up list in Parquet, and the frames' key in a file of its own."""
    monkeypatch.setenv(keys.FRAME_FILE_VARIABLE, str(tmp_path / "keys" / "frame_key"))
    monkeypatch.delenv(keys.FRAME_VARIABLE, raising=False)
    keys.new_key(keys.frame_key_file())
    rng = np.random.default_rng(6)
    table = pd.DataFrame({"id": [f"simulated-{i:05}" for i in range(UNITS)], "town": rng.integers(STRATA, size=UNITS)})
    table.assign(town="t" + table.town.astype(str), phone="13912345678").to_parquet(tmp_path / "list.parquet")
    return tmp_path


@pytest.fixture
def ready(folder, rankshift):
    """The folder with the frame numbered and 240 units committed to; what to publish, from what the command said."""
    frame, options = folder / "frame.parquet", ("--unit", "id", "--stratum", "town")
    done = rankshift("large-frame", "number", folder / "list.parquet", frame, *options)
    assert done.code == 0 and f"{UNITS:,} units in {STRATA} strata" in done.out, done.err
    assert rankshift("large-frame", "strata", frame, "--units", 240, "--csv", folder / "allocation.csv").code == 0
    return folder, commit(folder, rankshift)


def commit(folder, rankshift, wave: str = WAVE, *options) -> str:
    files = (folder / "frame.parquet", folder / "allocation.csv", folder / f"{wave}.json")
    said = rankshift("large-frame", "commit", *files, "--wave", wave, *options)
    assert said.code == 0, said.err
    plan = read_plan_file((folder / f"{wave}.json").read_bytes(), "plan")
    assert plan.commitment in said.out and plan.seed(keys.find_frame_key()) not in said.out
    assert plan.seed(keys.find_frame_key()) not in (folder / f"{wave}.json").read_text("utf-8")
    slip = said.out.split()[-1]
    assert len(slip) == 64
    return slip


def draw(folder, rankshift, wave: str = WAVE, *options):
    return rankshift("large-frame", "draw", folder / "frame.parquet", folder / f"{wave}.json", folder / wave, *options)


def in_memory(folder, wave: str, earlier=None):
    """The sample that `sampling.proof` draws from the frame read into memory, with the record's seed."""
    record = read_record_file((folder / wave / "record.json").read_bytes())
    frame = pd.read_parquet(folder / "frame.parquet")
    return record, *record_draw(frame, record.plan, seed=record.seed, wave=wave, code="x", earlier=earlier)


def test_the_command_draws_the_units_that_are_drawn_in_memory_and_others_draw_them_again(ready, rankshift, monkeypatch):
    folder, slip = ready
    said = draw(folder, rankshift)
    assert said.code == 0 and "240 units drawn" in said.out and slip in said.out, said.err
    record, expected, again = in_memory(folder, WAVE)
    assert record.sample == again.sample == sample_digest(expected) and record.start == again.start
    written = proof_files.read_units(folder / WAVE / "sample.csv", proof_files.DRAWN)
    assert list(written.unit_id) == list(expected.unit_id) and record.seed in said.out
    assert record.frame == file_digest(folder / "frame.parquet")
    assert list(pd.read_parquet(folder / "frame.parquet").columns) == ["unit_id", "stratum", "prn"]  # no numbers
    monkeypatch.setenv(keys.FRAME_FILE_VARIABLE, str(folder / "no-key"))  # a third party has none
    check = ("large-frame", "verify", folder / "frame.parquet", folder / WAVE)
    holds = rankshift(*check, "--published", slip)
    assert holds.code == 0 and "all 240 units are the same" in holds.out
    assert "240个单元逐位相同" in rankshift(*check, language="zh").out
    wrong = rankshift(*check, "--published", "0" * 64)
    assert wrong.code == 1 and "published before the draw" in wrong.out


def test_the_next_wave_rings_nobody_of_the_one_it_continues(ready, rankshift):
    folder, _ = ready
    assert draw(folder, rankshift).code == 0
    commit(folder, rankshift, NEXT, "--keep", 0)
    assert "needs that wave's sample" in draw(folder, rankshift, NEXT).err
    assert draw(folder, rankshift, NEXT, "--after", folder / WAVE / "sample.csv").code == 0
    earlier = proof_files.read_units(folder / WAVE / "sample.csv", proof_files.DRAWN)
    record, expected, _ = in_memory(folder, NEXT, earlier)
    assert record.sample == sample_digest(expected)
    assert not set(expected.unit_id) & set(earlier.unit_id)
    check = ("large-frame", "verify", folder / "frame.parquet", folder / NEXT)
    assert rankshift(*check).code == 0
    changed = (folder / NEXT / "earlier.csv").read_text("utf-8").splitlines()
    (folder / NEXT / "earlier.csv").write_text("\n".join(changed[:-1]) + "\n", "utf-8")
    assert "not the one that wave 2026 Q2 continued" in rankshift(*check).out


def test_what_was_changed_after_the_draw_is_named(ready, rankshift):
    folder, _ = ready
    assert draw(folder, rankshift).code == 0
    check = ("large-frame", "verify", folder / "frame.parquet", folder / WAVE)
    sample, record = (folder / WAVE / name for name in ("sample.csv", "record.json"))
    kept = sample.read_bytes()
    out = sorted(set(pd.read_parquet(folder / "list.parquet").id) - set(pd.read_csv(sample).unit_id))[0]
    sample.write_bytes(kept.replace(pd.read_csv(sample).unit_id[0].encode(), out.encode(), 1))
    said = rankshift(*check)
    assert said.code == 1 and "not the sample recorded" in said.out and out in said.out
    sample.write_bytes(kept)
    plain = json.loads(record.read_bytes())
    record.write_text(json.dumps(plain | {"seed": "another seed altogether"}), "utf-8")
    assert "does not fit the commitment" in rankshift(*check).out
    record.write_text(json.dumps(plain), "utf-8")
    table = pd.read_parquet(folder / "frame.parquet")
    table[table.unit_id != table.unit_id[0]].to_parquet(folder / "frame.parquet")
    said = rankshift(*check)
    assert said.code == 1 and "not the frame recorded" in said.out
    (folder / WAVE).rename(folder / "before")
    assert "is not the frame that the plan for 2026 Q1 was committed to" in draw(folder, rankshift).err


def test_a_plan_is_opened_with_its_own_key_only_and_its_file_is_checked(ready, rankshift, monkeypatch):
    folder, _ = ready
    monkeypatch.setenv(keys.FRAME_FILE_VARIABLE, str(folder / "keys" / "another"))
    assert "frame new-key" in draw(folder, rankshift).err
    keys.new_key(keys.frame_key_file())
    assert "cannot be decrypted with the frames' key" in draw(folder, rankshift).err
    (folder / f"{WAVE}.json").write_text("{}", "utf-8")
    assert "is not a plan" in draw(folder, rankshift).err
    assert not (folder / WAVE).exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("stratum\nt1\n", "lacks the columns sample"),
        ("stratum,sample\nt1,3\nt1,4\n", "is in the file twice"),
        ("stratum,sample\nt1,many\n", "is not a number"),
        ("stratum,sample\nt99,3\n", "t99"),
        ("stratum,sample\nt1,100000\n", "larger than its stratum: t1: 100000 >"),
        ("stratum,sample,population\nt1,3,5\n", "not the one that was planned for"),
    ],
)
def test_an_allocation_that_cannot_be_is_one_sentence(ready, rankshift, content, says):
    folder, _ = ready
    (folder / "allocation.csv").write_text(content, "utf-8")
    files = (folder / "frame.parquet", folder / "allocation.csv", folder / "new.json")
    refused = rankshift("large-frame", "commit", *files, "--wave", WAVE)
    assert refused.code == 1 and says in refused.err and not (folder / "new.json").exists()


def test_what_is_there_is_not_written_over_and_strata_are_shown(ready, rankshift):
    folder, _ = ready
    again = ("large-frame", "number", folder / "list.parquet", folder / "frame.parquet", "--unit", "id")
    assert "already exists" in rankshift(*again, "--stratum", "town").err
    shown = rankshift("large-frame", "strata", folder / "frame.parquet", "--units", 240)
    assert f"{STRATA} strata, {UNITS:,} units" in shown.out and "t11" in shown.out
    assert "names no engine" in rankshift("large-frame", "strata", folder / "frame.parquet", "--engine", "x://").err


@pytest.mark.parametrize(
    ("ids", "strata", "key", "row"),
    [
        (["a", "13912345678"], ["x", "x"], "contacts.number_as_unit", 2),
        (["07721234567", "a"], ["x", "x"], "contacts.number_as_unit", 1),
        (["a", "=b"], ["x", "x"], "lake.formula", 2),
        (["a", "b"], ["x", "-y"], "lake.formula", 2),
    ],
)
def test_ids_that_are_telephone_numbers_or_formulas_are_refused(folder, ids, strata, key, row):
    pd.DataFrame({"id": ids, "h": strata}).to_parquet(folder / "bad.parquet")
    with pytest.raises(Fault) as refused:
        number_frame(
            folder / "bad.parquet",
            folder / "frame.parquet",
            key=number_key(keys.find_frame_key()),
            unit="id",
            stratum="h",
        )
    assert (refused.value.key, refused.value.values["row"]) == (key, row)
    assert not (folder / "frame.parquet").exists()
    (folder / "bad.parquet").write_bytes(b"no parquet")
    with pytest.raises(Fault, match="Parquet"):
        number_frame(folder / "bad.parquet", folder / "f.parquet", key=b"k" * 32, unit="id", stratum="h")
