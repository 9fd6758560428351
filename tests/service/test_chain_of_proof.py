"""The chain of proof of a wave's figures: a thousand tamperings, all named; forgeries; waves of every kind."""

import hashlib
import io
import json
import random
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from made_up import ANN, BOTH, JUNE, MAY, NAME, as_csv, interviews, take
from proven_wave import INTERVIEW, proven
from test_migration import landed

from sampling.proof.column_digests import column_digests, digest_of_columns
from sampling.proof.links import ProofChain, linked, read_chain
from service.drawing import releases
from service.fieldwork import calls
from service.figures import waves
from service.intake import imports
from service.proof import chain_files
from service.proof.chain_files import CHAIN, CONTENTS, contents_file
from service.proof.uploaded_chain import check_place, check_upload
from service.samples.proof_files import write_proof, zipped
from service.samples.samples import read_sample
from service.samples.uploaded_proof import CheckedProof
from service.store import audit
from service.store.engine import Store
from service.store.objects import parquet
from service.store.permissions import LEADER, STATISTICIAN, Actor
from words import Fault

SAM = Actor("sam", STATISTICIAN)
LAIBIN = Path(__file__).parents[2] / "tests" / "surveys" / "laibin_simulated"


@pytest.fixture(autouse=True)
def heads_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))


def written(store: Store, folder: Path, wave: str = MAY, programme: str = NAME) -> str:
    """The proof of a wave in `proof`, its answers in `answers`; its line."""
    line, files = chain_files.chain_proof(store.acting(SAM), programme, wave)
    write_proof(files, folder / "proof")
    write_proof(chain_files.answers_files(store.acting(SAM), programme, wave), folder / "answers")
    return line


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """(folder, lines): of a wave drawn here in `here`, and of one that was not in `elsewhere`, with their lines."""
    folder = tmp_path_factory.mktemp("chains")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(audit.HEAD_VARIABLE, str(folder / "heads"))
        store = proven(Store.create(f"sqlite:///{folder / 's.db'}"))
        take(store, JUNE, as_csv(interviews(3)))
        waves.estimate_wave(store.acting(ANN), NAME, JUNE)
        lines = {place: written(store, folder / place, wave) for place, wave in (("here", MAY), ("elsewhere", JUNE))}
        store.engine.dispose()
    return folder, lines


@pytest.fixture
def copy(kept, tmp_path):
    """A copy of both to tamper with, and their lines."""
    for place in kept[1]:
        shutil.copytree(kept[0] / place, tmp_path / place)
    return tmp_path, kept[1]


def outcome(folder: Path, line: str | None = None, *, answers: bool = False, **options) -> list[str]:
    """Every sentence on what differs, in both languages; of what cannot be read the one sentence."""
    try:
        given = folder / "answers" if answers else None
        checked = check_place(folder / "proof", line=line, answers=given, **options)
    except Fault as fault:
        differences: tuple = ((fault.key, fault.values),)
    else:
        differences = checked.verification.differences
        assert bool(differences) == (not checked.verification.holds)
    for say in BOTH.values():
        assert all(say(key, **values) for key, values in differences)
    return [BOTH["en"](key, **values) for key, values in differences]


def keys(checked: CheckedProof) -> list[str]:
    return [key for key, _ in checked.verification.differences]


def flip(content: bytes, rng: random.Random) -> bytes:
    """One byte of a file changed, put in or left out."""
    place, byte = rng.randrange(len(content)), bytes([rng.randrange(256)])
    ways = (content[:place] + byte + content[place:], content[:place] + content[place + 1 :])
    changed = rng.choice((*ways, content[:place] + byte + content[place + 1 :]))
    return changed if changed != content else content + byte


def rows_moved(content: bytes, rng: random.Random) -> bytes:
    """A row of a text file left out, repeated, exchanged with another one, or one of its cells changed."""
    first, *rows = content.split(b"\r\n")[:-1]
    one, two = rng.sample(range(len(rows)), 2)
    way = rng.randrange(4)
    if way == 0:
        del rows[one]
    elif way == 1:
        rows.insert(two, rows[one])
    elif way == 2:
        rows[one], rows[two] = rows[two], rows[one]
    else:
        cells = rows[one].split(b",")
        cells[rng.randrange(len(cells))] += b"1"
        rows[one] = b",".join(cells)
    return b"\r\n".join([first, *rows, b""])


def table_moved(content: bytes, rng: random.Random) -> bytes:
    """The same of a Parquet file."""
    table = pq.read_table(io.BytesIO(content)).to_pandas()
    one, two = rng.sample(range(len(table)), 2)
    order, way = list(range(len(table))), rng.randrange(4)
    if way == 3:
        column = rng.choice(list(table))
        other = table[column].drop_duplicates().tolist()[-1]
        other = 0.75 if table[column].dtype == float else f"{other}x"
        return parquet(table.assign(**{column: table[column].where(table.index != one, other)}))
    if way == 0:
        del order[one]
    elif way == 1:
        order.insert(two, one)
    else:
        order[one], order[two] = order[two], order[one]
    return parquet(table.iloc[order].reset_index(drop=True))


def chain_moved(content: bytes, rng: random.Random, other: ProofChain) -> tuple[bytes, set[str]]:
    """A chain whose links somebody moved, and who wrote it as the program does; the keys of which one must be named."""
    chain = read_chain(content, CHAIN)
    links, way = list(chain.links), rng.randrange(6)
    one, two = rng.sample(range(len(links)), 2)
    broken = {"chain.order", "chain.previous", "chain.line"}
    if way == 0:
        del links[one]
    elif way == 1:
        links.insert(two, links[one])
    elif way == 2:
        links[one], links[two] = links[two], links[one]
    elif way == 3:  # the digests of two links exchanged
        links[one] = replace(links[one], digest=chain.links[two].digest)
        links[two] = replace(links[two], digest=chain.links[one].digest)
        broken = {"chain.changed"}
    elif way == 4:
        place = -1 - rng.randrange(3)  # answers, weights or figures, which both have
        links[place], broken = other.links[place], {"chain.other_wave", "chain.line"}
    else:  # one thing that a link says
        field = rng.choice(sorted(links[one].says))
        links[one] = replace(links[one], says={**links[one].says, field: [rng.random()]})
        broken = {"chain.changed"}
    return replace(chain, links=tuple(links)).content, broken


def test_a_thousand_tamperings_are_all_found_and_named(copy):
    """Seeded; 576 of the chain's file, 200 of the files beside it, 200 of the answers and 24 of the draw's proof."""
    folder, lines = copy
    rng, found = random.Random(20261127), Counter()
    contents = {
        place.relative_to(folder).as_posix(): place.read_bytes() for place in folder.rglob("*") if place.is_file()
    }
    elsewhere = read_chain(contents["elsewhere/proof/chain.json"], CHAIN)
    here = read_chain(contents["here/proof/chain.json"], CHAIN)

    def tampered(name: str, content: bytes, *, answers: bool = False) -> list[str]:
        wave = name.split("/")[0]
        assert content != contents[name]
        (folder / name).write_bytes(content)
        said = outcome(folder / wave, lines[wave], answers=answers)
        (folder / name).write_bytes(contents[name])
        found[name] += 1
        return said

    for k in range(576):
        if k % 8:  # alone, of the wave drawn here: links only
            content, broken = chain_moved(contents["here/proof/chain.json"], rng, elsewhere)
            alone = folder / "alone.json"
            alone.write_bytes(content)
            named = keys(check_place(alone, line=lines["here"]))
            assert broken & set(named), (broken, named)
            found["alone"] += 1
        elif k % 16:
            content, broken = chain_moved(contents["elsewhere/proof/chain.json"], rng, here)
            assert tampered("elsewhere/proof/chain.json", content)
        else:
            said = tampered("elsewhere/proof/chain.json", flip(contents["elsewhere/proof/chain.json"], rng))
            assert said and any(word in " ".join(said) for word in ("chain.json", "Link", ".csv", ".toml", "README"))
    beside = ["figures.csv", "verdicts.csv", "programme.toml", "README.txt"]
    for k in range(200):
        name = beside[k % len(beside)]
        change = rows_moved if name.endswith(".csv") and k % 3 else flip
        said = tampered(f"elsewhere/proof/{name}", change(contents[f"elsewhere/proof/{name}"], rng))
        assert any(name in sentence for sentence in said), (name, said)
    tables = ["respondents.parquet", "answers.parquet", "weights.parquet"]
    for k in range(200):
        name = [*tables, CONTENTS][k % 4]
        change = flip if k % 2 or name == CONTENTS else table_moved
        said = tampered(f"elsewhere/answers/{name}", change(contents[f"elsewhere/answers/{name}"], rng), answers=True)
        assert any(name in sentence for sentence in said), (name, said)
    proof = ["sample.csv", "frame.csv", "record.json"]
    for k in range(24):
        name = proof[k % len(proof)]
        change = rows_moved if name.endswith(".csv") and k % 2 else flip
        said = tampered(f"here/proof/{name}", change(contents[f"here/proof/{name}"], rng))
        assert any(name in sentence for sentence in said), (name, said)
    assert found.total() == 1000
    assert outcome(folder / "here", lines["here"], answers=False) == []


def test_the_untouched_proof_holds_with_and_without_the_answers_and_says_what_was_not_checked(kept):
    folder, lines = kept
    for place, line in lines.items():
        whole = check_place(folder / place / "proof", line=f" {line.upper()} ", answers=folder / place / "answers")
        assert whole.verification.holds and whole.verdict[0][0] == "chain.holds_figures" and len(whole.verdict) == 1
        without = check_place(folder / place / "proof")
        assert without.verification.holds and without.verdict[0][0] == "chain.holds"
        assert dict(without.verdict)["chain.not_compared"] == {"line": line}
        assert "chain.figures_not_computed" in [key for key, _ in without.verification.notes]
        is_elsewhere = "chain.elsewhere" in [key for key, _ in without.verification.notes]
        assert is_elsewhere == (place == "elsewhere")
    alone = check_place(folder / "here" / "proof" / CHAIN, line=lines["here"])
    assert alone.verification.holds and alone.verification.notes[0][0] == "chain.links_only"


def forged(folder: Path, steps: dict, files: dict[str, bytes] | None = None) -> str:
    """The chain of a proof made anew, with every digest right, by somebody who has changed some of it; its line."""
    for name, content in (files or {}).items():
        (folder / "proof" / name).write_bytes(content)
    chain = read_chain((folder / "proof" / CHAIN).read_bytes(), CHAIN)
    there = {name: hashlib.sha256((folder / "proof" / name).read_bytes()).hexdigest() for name in chain.files}
    says = {link.name: {**link.says, **steps.get(link.name, {})} for link in chain.links}
    for link in {"weights", "figures", "changes"} & set(says):
        says[link]["files"] = {name: there[name] for name in says[link]["files"]}
    anew = linked(chain.wave, says, there)
    (folder / "proof" / CHAIN).write_bytes(anew.content)
    return anew.line


def test_a_figure_changed_with_every_digest_made_anew_is_named_by_the_line_and_by_computing_again(copy):
    folder, lines = copy[0] / "here", copy[1]
    content = (folder / "proof" / "figures.csv").read_bytes()
    first, second, *others = content.split(b"\r\n")
    cells = second.split(b",")
    cells[3] = b"0.125"
    forged(folder, {}, {"figures.csv": b"\r\n".join([first, b",".join(cells), *others])})
    assert outcome(folder) == []  # by itself it holds: whoever has no line cannot know
    assert "line published with the figures" in outcome(folder, lines["here"])[0]
    (said,) = outcome(folder, answers=True)
    assert "figures.csv" in said and "estimate" in said and "0.125" in said


def test_an_answer_changed_with_every_digest_made_anew_is_named_by_the_line_alone_or_by_the_figures(copy):
    folder, lines = copy[0] / "here", copy[1]
    file = folder / "answers" / "answers.parquet"
    table = pq.read_table(file).to_pandas()
    item = "noise"
    content = parquet(table.assign(**{item: table[item].replace({"never": "often"})}))
    file.write_bytes(content)
    chain = read_chain((folder / "proof" / CHAIN).read_bytes(), CHAIN)
    columns = json.loads((folder / "answers" / CONTENTS).read_text())["columns"]
    columns["answers"] = column_digests(pq.read_table(file).to_pandas())
    there = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in (folder / "answers").glob("*.parquet")}
    (folder / "answers" / CONTENTS).write_bytes(contents_file(columns, there))
    said = outcome(folder, lines["here"], answers=True)  # the list beside the answers is made anew, the chain is not
    assert any("answers.parquet" in sentence for sentence in said)
    tables = dict(chain.says("responses")["tables"])
    said_columns = digest_of_columns(columns["answers"], len(table))
    tables["answers"] = {"sha256": there["answers.parquet"], "rows": len(table), "columns": said_columns}
    forged(folder, {"responses": {"tables": tables}})
    assert any("line published" in sentence for sentence in outcome(folder, lines["here"]))
    assert any("figures.csv" in sentence and "noise" not in sentence for sentence in outcome(folder, answers=True))


def test_a_chain_cut_down_to_the_answers_or_without_its_draw_is_named_by_the_line_before_the_draw(copy):
    folder = copy[0] / "here" / "proof"
    chain = read_chain((folder / CHAIN).read_bytes(), CHAIN)
    published = chain.says("draw")["line"]
    for name in ("record.json", "frame.csv", "sample.csv"):
        (folder / name).unlink()
    left = {name: digest for name, digest in chain.files.items() if (folder / name).exists()}
    (folder / CHAIN).write_bytes(replace(chain, files=left).content)
    assert outcome(folder.parent, published=published) == [] and outcome(folder.parent) == []
    assert "published before the draw" in outcome(folder.parent, published="0" * 64)[0]
    alone = folder / CHAIN
    assert keys(check_place(alone, published=published)) == []
    assert keys(check_place(alone, published="0" * 64)) == ["proof.slip"]
    cut = linked(chain.wave, {name: chain.says(name) for name in ("responses", "weights", "figures")}, left)
    alone.write_bytes(cut.content)
    assert outcome(folder.parent) == []  # by itself it is the chain of a wave that was not drawn here, and says so
    assert "first links were left out" in outcome(folder.parent, published=published)[0]
    assert keys(check_place(alone, published=published)) == ["chain.no_draw"]


def test_refusals_turned_into_interviews_and_people_never_released_are_named(copy):
    folder, _ = copy[0] / "here", copy[1]
    file = folder / "answers" / "attempts.parquet"
    attempts = pq.read_table(file).to_pandas()
    file.write_bytes(parquet(attempts.assign(disposition=INTERVIEW)))
    said = " ".join(outcome(folder, answers=True))
    assert "attempts.parquet" in said and "how many interviews were logged" in said
    file.write_bytes(parquet(attempts))
    people = folder / "answers" / "respondents.parquet"
    table = pq.read_table(people).to_pandas()
    people.write_bytes(parquet(table.assign(unit_id=table.unit_id.where(table.index > 0, "nobody"))))
    said = " ".join(outcome(folder, answers=True))
    assert "unit_id" in said and "nobody" in said and "not computed again" in said


def test_the_links_are_held_against_the_proof_of_the_draw(copy):
    folder, lines = copy[0] / "here", copy[1]
    for link, field, value in (
        ("frame", "units", "0" * 64),
        ("draw", "line", "0" * 64),
        ("draw", "drawn", 7),
        ("release", "portions", 2),
        ("release", "released_units", "0" * 64),
        ("release", "portions", None),
    ):
        shutil.copy(folder / "proof" / CHAIN, folder / "kept.json")
        forged(folder, {link: {field: value}})
        said = " ".join(outcome(folder))
        assert f"“{link}”" in said and "line published with" in " ".join(outcome(folder, lines["here"])), (link, field)
        shutil.move(folder / "kept.json", folder / "proof" / CHAIN)
    (folder / "proof" / "record.json").unlink()
    assert any("record.json is missing" in sentence for sentence in outcome(folder))


def test_a_forged_chain_may_hold_anything_and_is_answered_with_sentences(copy):
    folder, _ = copy[0] / "here", copy[1]
    kept = (folder / "proof" / CHAIN).read_bytes()
    for steps in (
        {"responses": {"tables": {"../../etc": {}, "answers": 7}}},
        {"responses": {"tables": 5, "of_sample": 3}},
        {"weights": {"stopped": 5, "weights": "x"}},
        {"release": {"screenings": 5, "portions": {"a": "b"}}},
        {"figures": {"arguments": 3, "seed": None, "code": 5}},
    ):
        forged(folder, steps)
        assert outcome(folder, answers=True), steps
        (folder / "proof" / CHAIN).write_bytes(kept)
    (folder / "proof" / "more.csv").write_bytes(b"a")
    assert any("more.csv does not belong" in sentence for sentence in outcome(folder))


def test_archives_are_checked_as_folders_are_and_a_proof_of_a_draw_has_no_line_of_figures(kept):
    folder, lines = kept
    proof, answers = (
        zipped({f"x/{p.name}": p.read_bytes() for p in (folder / "here" / of).iterdir()}) for of in ("proof", "answers")
    )
    whole = check_upload(proof, "proof.zip", line=lines["here"], answers=(answers, "answers.zip"))
    assert whole.verification.holds and whole.verdict[0][0] == "chain.holds_figures"
    assert "chain.line" in keys(check_upload(proof, "proof.zip", line="0" * 64))
    draw = {p.name: p.read_bytes() for p in (folder / "here" / "proof").iterdir() if p.name != CHAIN}
    with pytest.raises(Fault) as caught:
        check_upload(zipped(draw), "draw.zip", line=lines["here"])
    assert caught.value.key == "chain.no_chain"


def later_work(store: Store, line: str) -> None:
    """More calls and another portion after the estimate: the line is the same, and the proof holds."""
    units = read_sample(store.acting(ANN), NAME, MAY).released.unit_id
    log = pd.DataFrame({"unit_id": units, "at": "2024-05-07T08:00:00+00:00", "interviewer": "i", "disposition": "2.11"})
    calls.import_calls(store.acting(ANN), NAME, MAY, as_csv(log), "later.csv")
    releases.release_next(store.acting(ANN), NAME, MAY)
    said, files = chain_files.chain_proof(store.acting(SAM), NAME, MAY)
    assert said == line and check_upload(zipped(files), "p.zip", line=line).verification.holds


def test_the_line_stays_when_later_calls_and_releases_come_in(kept, tmp_path):
    store = Store.open(f"sqlite:///{shutil.copy(kept[0] / 's.db', tmp_path / 's.db')}")
    later_work(store, kept[1]["here"])
    store.engine.dispose()


def test_on_postgresql_too(fresh_store):
    store = proven(fresh_store("postgresql"))
    later_work(store, chain_files.figure_chain(store.acting(SAM), NAME, MAY).chain.line)
    store.engine.dispose()


def test_the_chain_is_for_workers_the_answers_for_those_who_see_all_and_both_leave_a_line(kept, tmp_path):
    store = Store.open(f"sqlite:///{shutil.copy(kept[0] / 's.db', tmp_path / 's.db')}")
    for actor, use in ((Actor("lee", LEADER), chain_files.chain_proof), (ANN, chain_files.answers_files)):
        with pytest.raises(Fault) as caught:
            use(store.acting(actor), NAME, MAY)
        assert caught.value.key == "permission.denied"
    chain_files.answers_files(store.acting(SAM), NAME, MAY)
    with store.read() as connection:
        line = audit.trail(connection)[-1]
    assert (line["action"], json.loads(line["details"])["line"]) == (chain_files.EXPORT, kept[1]["here"])
    with pytest.raises(Fault) as caught:
        chain_files.chain_proof(store.acting(SAM), NAME, "2030-01")
    assert caught.value.key == "wave.unknown"
    store.engine.dispose()


def test_no_answer_no_number_and_no_small_cell_is_in_what_anybody_may_have(kept):
    folder, _ = kept
    figures = pd.read_csv(folder / "here" / "proof" / "figures.csv", encoding="utf-8-sig")
    assert len(figures) > 5 and figures.n.min() >= 10
    people = set(pq.read_table(folder / "elsewhere" / "answers" / "respondents.parquet").to_pandas().unit_id)
    public = b"".join(p.read_bytes() for p in (folder / "elsewhere" / "proof").iterdir()).decode()
    assert people and not any(unit in public for unit in people)


def test_a_store_migrated_from_an_older_schema_has_a_chain_from_the_answers_on(fresh_url, tmp_path):
    landed(url := fresh_url("sqlite")).dispose()
    store = Store.open(url)
    waves.estimate_wave(store.acting(ANN), NAME, MAY)
    line = written(store, tmp_path)
    checked = check_place(tmp_path / "proof", line=line, answers=tmp_path / "answers")
    assert checked.verification.holds and checked.verdict[0][0] == "chain.holds_figures"
    store.engine.dispose()


def test_weights_from_numbers_to_known_totals_are_computed_again(sqlite_store, tmp_path):
    for use, file in ((imports.import_programme, "programme.toml"), (imports.import_margins, "margins.csv")):
        named = () if file.endswith("toml") else (LAIBIN.name,)
        use(sqlite_store, *named, (LAIBIN / file).read_bytes(), file)
    content = (LAIBIN / "laibin_simulated_2026Q1.csv").read_bytes()
    imports.import_wave(sqlite_store, LAIBIN.name, "2026Q1", content, "q1.csv")
    waves.estimate_wave(sqlite_store, LAIBIN.name, "2026Q1")
    line = written(sqlite_store, tmp_path, "2026Q1", LAIBIN.name)
    assert outcome(tmp_path, line, answers=True) == []
    margins = pd.read_csv(tmp_path / "proof" / "margins.csv")
    margins["total"] = margins.total.where(margins.index > 0, margins.total + 1)
    forged(tmp_path, {}, {"margins.csv": as_csv(margins)})
    said = outcome(tmp_path, answers=True)
    assert any("weights.parquet" in sentence and "calibration" in sentence for sentence in said)
    assert "line published" in outcome(tmp_path, line)[0]
