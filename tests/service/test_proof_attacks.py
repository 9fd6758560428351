"""Attacks on a proof by whoever holds all its files: each is named, or is one sentence, and nothing of it is believed.

Three waves with movers, a public value each; the forger edits JSON and CSV, exchanges, leaves out and repeats folders.
What no proof can stop is tested too, with the figure: a centre that tries seeds before the public value is known.
"""

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from sampling import DrawnWave, DrawPlan, Succession, draw_key, record_rested, slip_of
from sampling.draw.rested import draw_rested
from sampling.proof.draw_plan import RESTED
from service.files.write import csv_bytes
from service.samples import proof_files
from service.samples.proof_files import CHAIN_FRAME, CHAIN_SAMPLE
from words import Fault

PEOPLE, STRATA = 240, 4
WAVES = 40  # for which a centre tries seeds


def people(wave: int) -> pd.DataFrame:
    """240 people in four strata; one in eight has moved since the wave before."""
    home = np.arange(PEOPLE) % STRATA
    for t in range(wave):
        home = np.where(np.random.default_rng(t).random(PEOPLE) < 1 / 8, (home + 1) % STRATA, home)
    return pd.DataFrame({"unit_id": [f"u{i:03}" for i in range(PEOPLE)], "stratum": [f"s{h}" for h in home]}).assign(
        first_phase=1.0
    )


def chain(
    seeds=("a seed of wave 0 is long", "a seed of wave 1 is long", "a seed of wave 2 is long"),
) -> list[DrawnWave]:
    waves: list[DrawnWave] = []
    for t, seed in enumerate(seeds):
        part = {"keep": 0.5, "portions": (0.5, 0.5)} if t else {"portions": (0.5, 0.5)}
        plan = DrawPlan(RESTED, tuple((f"s{h}", 8) for h in range(STRATA)), rest=3, public=f"the lottery {t}", **part)
        before = {"past": [w.past(1) for w in waves], "continued": waves[-1].continued(1) if waves else None}
        options = {"seed": seed, "wave": f"2026Q{t + 1}", "code": "x", "value": f"{t} 1 4"}
        sample, record = record_rested(people(t), plan, **options, **before)
        waves.append(DrawnWave(record, people(t), sample))
    return waves


def write(waves: list[DrawnWave], folder: Path) -> Path:
    places = [*(folder / "earlier" / f"{k:02d}" for k in range(1, len(waves))), folder]
    for wave, place in zip(waves, places, strict=True):
        place.mkdir(parents=True, exist_ok=True)
        plain = wave.record.plain() | {"commitments": [{"commitment": wave.record.commitment}], "released": 1}
        (place / "record.json").write_text(json.dumps(plain), "utf-8")
        (place / "frame.csv").write_bytes(csv_bytes(wave.frame[CHAIN_FRAME]))
        (place / "sample.csv").write_bytes(csv_bytes(wave.sample[CHAIN_SAMPLE]))
    return folder


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """(waves, folder, line): the chain, its proof, and the line published before the last draw."""
    waves = chain()
    return waves, write(waves, tmp_path_factory.mktemp("attacks") / "proof"), slip_of(waves[-1].record)


@pytest.fixture
def proof(kept, tmp_path):
    return Path(shutil.copytree(kept[1], tmp_path / "proof"))


def outcome(folder: Path, published: str | None = None) -> list[str]:
    """The keys of what differs; the key of the one sentence for what cannot be read at all."""
    try:
        return [key for key, _ in proof_files.verify_folder(folder, published=published)[1].differences]
    except Fault as fault:
        return [fault.key]


def edit(file: Path, change) -> None:
    """A record with its fields changed by hand; NaN and Infinity are written as Python writes them."""
    plain = json.loads(file.read_text("utf-8"))
    change(plain)
    file.write_text(json.dumps(plain), "utf-8")


def test_the_untouched_proof_holds_and_says_how_often_every_wave_was_approved(kept, proof):
    assert outcome(proof, kept[2]) == ["proof.code"]  # it was made by another version, which is no failure
    _, found = proof_files.verify_folder(proof, published=kept[2])
    assert found.holds and [k for k, _ in found.notes].count("proof.approvals") == 3


class Moved(NamedTuple):
    """A file of a proof and how it is changed; its name is the same in every process, as pytest's workers need it."""

    path: str
    change: Callable[[dict], None]
    named: str

    def __str__(self):
        return self.named


def moved(path: str, *steps) -> Moved:
    """A change of one value deep in a record."""
    *way, (last, value) = steps

    def change(plain):
        for step in way:
            plain = plain[step]
        plain[last] = value

    return Moved(path, change, f"{path} {steps!r:.60}")


TOP, FIRST, SECOND = "record.json", "earlier/01/record.json", "earlier/02/record.json"


@pytest.mark.parametrize(
    ("edited", "key"),
    [
        # what the issue names: another predecessor, forgotten portions, emptied commitments, another value or plan
        (moved(TOP, "continued", ("wave", "2026Q1")), "proof.earlier"),
        (moved(TOP, "continued", ("line", "0" * 64)), "proof.earlier"),
        (moved(TOP, "continued", ("releases", 2)), "proof.earlier"),
        (moved(TOP, "continued", ("releases", {"s0": 1, "s1": 1})), "proof.earlier"),
        (moved(TOP, "continued", ("released", "0" * 64)), "proof.earlier"),
        (moved(TOP, ("continued", None)), "proof.earlier"),
        (moved(FIRST, ("commitments", [])), "proof.commitments"),
        (moved(SECOND, ("commitments", [{"commitment": "0" * 64}])), "proof.commitments"),
        (moved(TOP, ("commitments", [])), "proof.commitments"),
        (moved(TOP, ("value", "5 5 5")), "proof.sample"),
        (moved(FIRST, ("value", "5 5 5")), "proof.sample"),
        (moved(FIRST, "plan", ("public", None)), "proof.value"),
        (moved(TOP, "plan", ("keep", 0.0)), "proof.sample"),
        (moved(TOP, "plan", ("rest", 0)), "proof.cannot_draw"),
        (moved(TOP, "plan", ("portions", [1.0])), "proof.sample"),
        (moved(TOP, "plan", "allocation", (0, ["s0", 9])), "proof.sample"),
        (moved(SECOND, ("rates", [])), "proof.rates"),
        (moved(TOP, ("seed", "another seed that is long")), "proof.commitment"),
        (moved(TOP, ("frame", "0" * 64)), "proof.frame"),
        (moved(TOP, ("numbers", "0" * 64)), "proof.numbers"),
        (moved(TOP, ("sample", "0" * 64)), "proof.sample"),
        # numbers and types that JSON lets a hand write
        (moved(TOP, "plan", ("keep", math.nan)), "proof.record"),
        (moved(TOP, "plan", ("keep", math.inf)), "proof.record"),
        (moved(TOP, "plan", ("rest", 3.5)), "proof.record"),
        (moved(TOP, "plan", ("rest", True)), "proof.record"),
        (moved(TOP, "plan", ("rest", 10**30)), "proof.record"),
        (moved(TOP, "plan", ("portions", [math.nan])), "proof.cannot_draw"),
        (moved(TOP, "plan", ("portions", ["x"])), "proof.record"),
        (moved(TOP, "plan", "allocation", (0, ["s0", 10**40])), "proof.record"),
        (moved(TOP, "plan", "allocation", (0, ["s0", -1])), "proof.cannot_draw"),
        (moved(TOP, "plan", "allocation", (0, ["s0"])), "proof.record"),
        (moved(TOP, "plan", ("method", "stratified")), "sampling.rested_plan"),
        (moved(TOP, "continued", ("releases", "1")), "proof.record"),
        (moved(TOP, "continued", ("releases", {"s0": "1"})), "proof.record"),
        (moved(TOP, "continued", ("releases", -(10**20))), "proof.record"),
        (moved(TOP, ("continued", [])), "proof.record"),
        (moved(TOP, ("units", "many")), "proof.record"),
        (moved(TOP, ("seed", 5)), "proof.record"),
        (moved(TOP, ("seed", "short")), "sampling.seed"),
        (moved(TOP, ("value", 5)), "proof.record"),
        (moved(TOP, ("wave", None)), "proof.record"),
        (moved(TOP, ("rates", 7)), "proof.record"),
        (moved(TOP, ("commitments", 7)), "proof.commitments"),
        (moved(TOP, ("more", 7)), "proof.record"),
        # look-alikes: a Cyrillic letter, a full-width digit
        (moved(TOP, "plan", "allocation", (0, ["ѕ0", 8])), "proof.cannot_draw"),
        (moved(TOP, ("wave", "２026Q3")), "proof.sample"),
    ],
    ids=str,
)
def test_a_record_edited_by_hand_is_named_or_is_one_sentence(kept, proof, edited, key):
    edit(proof / edited.path, edited.change)
    found = outcome(proof, kept[2])
    assert key in found, found


@pytest.mark.parametrize("file", ["frame.csv", "sample.csv", "earlier/01/frame.csv", "earlier/02/sample.csv"])
@pytest.mark.parametrize("attack", ["twice", "look-alike", "nan", "huge", "removed", "unknown"])
def test_a_list_edited_by_hand_is_named_or_is_one_sentence(kept, proof, file, attack):
    lines = (proof / file).read_text("utf-8-sig").splitlines()
    cells = lines[3].split(",")
    changed = {
        "twice": [*lines, lines[3]],
        "look-alike": [*lines[:3], lines[3].replace("u", "υ", 1), *lines[4:]],
        "nan": [*lines[:3], ",".join([*cells[:-1], "nan"]), *lines[4:]],
        "huge": [*lines[:3], ",".join([*cells[:-1], "1e400"]), *lines[4:]],
        "removed": [*lines[:3], *lines[4:]],
        "unknown": [*lines, lines[3].replace(cells[0], "u999")],
    }[attack]
    (proof / file).write_text("\n".join(changed) + "\n", "utf-8")
    assert set(outcome(proof, kept[2])) - {"proof.code", "proof.in_earlier"}


def test_rows_in_another_order_and_numbers_written_otherwise_change_nothing(kept, proof):
    for file in ("frame.csv", "earlier/01/frame.csv", "sample.csv"):
        first, *rows = (proof / file).read_text("utf-8-sig").splitlines()
        (proof / file).write_text("\n".join([first, *reversed(rows)]) + "\r\n", "utf-8")
    assert outcome(proof, kept[2]) == ["proof.code"]


@pytest.mark.parametrize(
    "attack", ["a link left out", "the first left out", "exchanged", "one repeated", "of another chain"]
)
def test_a_chain_with_other_links_is_named(kept, proof, tmp_path, attack):
    one, two = proof / "earlier" / "01", proof / "earlier" / "02"
    if attack == "a link left out":
        shutil.rmtree(two)
    elif attack == "the first left out":
        shutil.rmtree(one)
    elif attack == "exchanged":
        for old, new in ((one, "00"), (two, "01")):
            old.rename(proof / "earlier" / new)
        (proof / "earlier" / "00").rename(two)
    elif attack == "one repeated":
        shutil.copytree(two, proof / "earlier" / "03")
    else:
        other = write(
            chain(("chosen for a cousin 0", "chosen for a cousin 1", "chosen for a cousin 2")), tmp_path / "o"
        )
        shutil.rmtree(one)
        shutil.copytree(other / "earlier" / "01", one)
    assert "proof.earlier" in outcome(proof, kept[2])


def test_the_files_of_two_samples_cannot_be_exchanged(kept, proof):
    for name, key in (("sample.csv", "proof.sample_file"), ("frame.csv", "proof.frame")):
        mine, other = proof / name, proof / "earlier" / "02" / name
        contents = mine.read_bytes(), other.read_bytes()
        mine.write_bytes(contents[1])
        assert key in outcome(proof, kept[2])
        mine.write_bytes(contents[0])


def test_a_whole_chain_made_afterwards_holds_by_itself_and_not_with_the_line(kept, tmp_path):
    forged = write(
        chain(("chosen for a cousin 0", "chosen for a cousin 1", "chosen for a cousin 2")), tmp_path / "forged"
    )
    assert outcome(forged) == ["proof.code"] and outcome(forged, kept[2]) == ["proof.slip", "proof.code"]


def test_what_a_proof_shows_foresees_nobody_of_the_next_wave(kept):
    """Whoever has the proof of two waves tries what could be tried; it meets the third by chance."""
    waves, *_ = kept
    seeds = [w.record.seed for w in waves[:2]]
    allocation, last = {f"s{h}": 8 for h in range(STRATA)}, waves[2].sample
    fresh = set(last.unit_id[last["rest"] > 1])
    past = [w.past(1) for w in waves[:2]]
    keys = [
        draw_key(seed, wave, value)
        for seed in seeds
        for wave in ("2026Q2", "2026Q3")
        for value in (None, "1 1 4", "2 1 4")
    ]
    open_to_draw = len(people(2)) - len(past[0].released | past[1].released)
    hits = []
    for key in keys:
        guess, _ = draw_rested(people(2), allocation, Succession(3, 0.5, past=past), key=key)
        hits.append(len(fresh & set(guess.unit_id[guess["rest"] > 1])))
    by_chance = len(fresh) ** 2 / open_to_draw
    assert np.mean(hits) < by_chance + 3 * math.sqrt(by_chance / len(hits)) and max(hits) < len(fresh) / 2


def test_a_centre_that_tries_seeds_before_the_public_value_is_known_gains_nothing():
    """40 seeds are tried for a friend under a guess of the value; of 40 such waves the true value draws by chance."""
    frame, allocation, friend = people(0), {f"s{h}": 12 for h in range(STRATA)}, "u007"
    chosen_in, guessed_in = 0, 0

    def drawn(seed: str, wave: str, value: str) -> bool:
        sample, _ = draw_rested(
            frame[frame.stratum == "s3"], {"s3": 12}, Succession(3), key=draw_key(seed, wave, value)
        )
        return friend in set(sample.unit_id)

    for wave in range(WAVES):
        tried = (f"a seed that is tried {wave} {k}" for k in range(40))
        seed = next(seed for seed in tried if drawn(seed, f"w{wave}", "the guess"))
        guessed_in += drawn(seed, f"w{wave}", "the guess")
        chosen_in += drawn(seed, f"w{wave}", f"value {wave}")
    assert guessed_in == WAVES  # without a public value a friend is always in
    chance = allocation["s3"] / 60
    assert abs(chosen_in / WAVES - chance) < 3.3 * math.sqrt(chance * (1 - chance) / WAVES)
