"""A wave's sample on Laibin's seventy townships with a simulated list: import, plan, approval, draw, release, proof."""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from township_list import FILE, FRAME, NAME, ROOT, as_csv, programme, residents, townships

from presentation import samples as sample_words
from sampling import DrawnWave, Wanted, commitment, frame_digest, record_rested, verify_chain
from service.drawing import draws, releases
from service.fieldwork.rates import read_rates
from service.files import bounds
from service.intake import imports
from service.intake.import_log import import_log
from service.protection import vault
from service.protection.keys import Key
from service.samples import frame_versions, frames, number_banks, proof_files, samples
from service.samples.listed_columns import listed_of_draw
from service.samples.public_value import plain_value
from service.store import audit, schema
from service.store.engine import Store
from service.store.permissions import ADMINISTRATOR, CENTRE, Actor
from service.store.trail import trail_lines
from words import LANGUAGES, Fault, speaker, text

KEY, FRAME_KEY, OTHER = Key(bytes(range(64))), Key(bytes(range(1, 65))), Key(bytes(range(2, 66)))
LATER = date.today() + timedelta(days=30)
FIRST, SECOND, THIRD = "2026Q1", "2026Q2", "2026Q3"
WANTED = Wanted(280, response_rate=0.8, eligibility=0.9, portions=(0.5, 0.5), cost=12.0)


@pytest.fixture(autouse=True, scope="module")
def heads_of_its_own(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(audit.HEAD_VARIABLE, str(tmp_path_factory.mktemp("heads") / "heads"))
        yield


def begun(store: Store) -> Store:
    imports.import_programme(store, programme(), "simulated.toml")
    return store.acting(Actor("ann", CENTRE))


def take(store: Store, table: pd.DataFrame, **options) -> frames.ImportedFrame:
    options = {"frame_key": FRAME_KEY, "key": KEY, "delete_on": LATER} | options
    return frames.import_frame(store, NAME, FRAME, as_csv(table), FILE, **options)


def fault(do, *arguments, **options) -> Fault:
    with pytest.raises(Fault) as caught:
        do(*arguments, **options)
    assert len({text(caught.value.key, lang, **caught.value.values) for lang in LANGUAGES}) == 2
    return caught.value


def drawn(store: Store, wave: str, wanted: Wanted = WANTED, *, release: int = 1) -> samples.Sample:
    draws.make_plan(store, NAME, wave, wanted)
    draws.approve_plan(store, NAME, wave, frame_key=FRAME_KEY)
    sample = draws.draw_wave(store, NAME, wave, frame_key=FRAME_KEY)
    for _ in range(release):
        sample = releases.release_next(store, NAME, wave)
    return sample


@pytest.fixture(scope="module")
def chain(fresh_store, tmp_path_factory):
    """(store, sample, folder): the first wave drawn, one release out, its proof written."""
    store = begun(fresh_store("sqlite"))
    take(store, residents())
    sample = drawn(store, FIRST)
    folder = tmp_path_factory.mktemp("proof") / "first"
    proof_files.write_proof(proof_files.draw_proof(store, NAME, FIRST), folder)
    yield store, sample, folder
    store.engine.dispose()


@pytest.fixture(scope="module")
def planned_file(fresh_url):
    """The file of a store with a small frame and an approved plan."""
    url = fresh_url("sqlite")
    store = begun(Store.create(url))
    take(store, residents(12), by=["area", "mode"])
    draws.make_plan(store, NAME, FIRST, Wanted(140))
    draws.approve_plan(store, NAME, FIRST, frame_key=FRAME_KEY)
    store.engine.dispose()
    return sa.make_url(url).database


@pytest.fixture
def planned(planned_file, fresh_url):
    """A store with a small frame and an approved plan: a copy of one that is made once."""
    url = fresh_url("sqlite")
    shutil.copy(planned_file, sa.make_url(url).database)
    store = Store.open(url).acting(Actor("ann", CENTRE))
    yield store
    store.engine.dispose()


# ---------------------------------------------------------------- the frame


def faulty(**changes) -> pd.DataFrame:
    """The list with cells of row 5 changed."""
    table = residents(6)
    for column, value in changes.items():
        table.loc[5, column] = value
    return table


@pytest.mark.parametrize(
    ("table", "key", "says"),
    [
        (faulty(unit_id=residents(6).unit_id[4]), "frame.refused_never", "repeats a unit_id"),
        (faulty(phone=residents(6).phone[4]), "frame.refused", "repeats a telephone number"),
        (faulty(phone=residents(6).phone[4], source="another"), "frame.refused", "more than one list"),
        (faulty(phone="1391234"), "frame.refused", "right length"),
        (residents(6).query("area != '451302001'"), "frame.refused", "451302001"),
        (faulty(unit_id="139-1000-0005"), "contacts.number_as_unit", "row 7"),
        (faulty(unit_id="=sim"), "frame.formula", "row 7"),
        (faulty(area=""), "frame.blank", "row 7"),
        (residents(6).drop(columns="area"), "frame.column", "area"),
    ],
)
def test_a_list_with_faults_is_refused_whole_before_anything_is_drawn(sqlite_store, table, key, says):
    store = begun(sqlite_store)
    found = fault(take, store, table)
    assert found.key == key and says in str(found)
    assert residents(6).phone[4] not in str(found)
    assert frames.frame_list(store, NAME).empty and vault.contact_lists(store).empty


def test_a_list_is_taken_in_with_faults_that_somebody_accepted_and_they_stay_with_it(sqlite_store):
    store = begun(sqlite_store)
    done = take(store, faulty(phone="1391234"), accept=True)
    assert [f.key for f in done.findings] == ["frame.wrong_number"]
    assert frames.frame_list(store, NAME).findings[0][0]["key"] == "frame.wrong_number"
    repeated = faulty(unit_id=residents(6).unit_id[4])
    assert fault(take, store, repeated, accept=True).key == "frame.refused_never"


def test_numbers_are_in_the_vault_and_nowhere_else(chain):
    store, sample, folder = chain
    people = residents().set_index("unit_id").phone
    tables = [schema.frame_units, schema.frames, schema.sample_units, schema.plans, schema.draws, schema.audit]
    content = "".join(store.table(sa.select(t)).to_csv() for t in tables)
    content += "".join(f.read_text("utf-8") for f in folder.iterdir())
    assert not [number for number in people if number in content]
    sheet = releases.release_sheet(store, NAME, FIRST, key=KEY).set_index("unit_id")
    assert set(sheet.index) == set(sample.released.unit_id) and (sheet.phone == people[sheet.index]).all()
    assert trail_lines(store.acting(Actor("eve", ADMINISTRATOR))).action[0] == "call-sheet"
    admin = store.acting(Actor("eve", ADMINISTRATOR))
    assert fault(releases.release_sheet, admin, NAME, FIRST, key=KEY).key == "permission.denied"


def test_the_same_list_again_changes_nothing_and_units_keep_their_random_numbers_in_another_version(store):
    store = begun(store)
    table = residents(4)
    assert [take(store, table).outcome for _ in "ab"] == ["imported", "unchanged"]
    before = frames.load_frame(store, frames.current_frame(store, NAME).version_id).set_index("unit_id").prn
    assert take(store, table.iloc[::-1].iloc[9:]).version == 2
    after = frames.load_frame(store, frames.current_frame(store, NAME).version_id).set_index("unit_id").prn
    assert len(after) == len(before) - 9 and (after == before[after.index]).all()
    assert fault(take, store, table.iloc[1:], frame_key=OTHER).key == "frame.other_key"


def test_a_list_with_numbers_needs_the_vault_and_a_list_without_does_not(sqlite_store):
    store = begun(sqlite_store)
    assert fault(take, store, residents(4), key=None).key == "frame.needs_vault"
    done = take(store, residents(4).drop(columns=["phone", "name"]), key=None, delete_on=None)
    assert (done.numbers, done.strata) == (0, 70) and vault.contact_lists(store).empty


def test_a_citys_prefixes_give_a_master_sample_of_numbers_with_its_own_probability(sqlite_store, tmp_path):
    store = begun(sqlite_store)
    content = (ROOT / "data" / "guangxi" / "mobile_segments.csv").read_bytes()
    options = {"cities": ["4513"], "numbers": {"mobile": 3000}, "frame_key": FRAME_KEY, "key": KEY, "delete_on": LATER}
    found = fault(number_banks.import_banks, store, NAME, "banks", content, "segments.csv", **options)
    assert found.key == "frame.refused" and "70 areas below it" in str(found)
    done = number_banks.import_banks(store, NAME, "banks", content, "segments.csv", accept=True, **options)
    assert (done.units, done.numbers, done.strata) == (3000, 3000, 1)
    sample = drawn(store, FIRST, Wanted(100, response_rate=0.2, portions=(0.5, 0.5)))
    assert sample.weighted.base_weight.sum() == pytest.approx(463 * 10_000)  # every possible number of the city
    sheet = releases.release_sheet(store, NAME, FIRST, key=KEY)
    prefixes = {line.split(",")[0] for line in content.decode().splitlines() if ",4513," in line}
    assert set(sheet.phone.str[:7]) <= prefixes and sheet.phone.str.len().eq(11).all() and sheet.phone.is_unique
    proof_files.write_proof(proof_files.draw_proof(store, NAME, FIRST), tmp_path / "proof")
    assert keys_of(tmp_path / "proof") == []


# ---------------------------------------------------------------- the plan


def test_the_plan_shows_precision_power_and_cost_before_the_approval(chain):
    plan = chain[1].plan
    areas = plan.foresight.precision
    assert list(areas.area[:-1]) == sorted(townships().township) and areas["sample"].iloc[-1] == 280
    n, eligible = areas["sample"][0], areas.population[0] * plan.wanted.eligibility
    variance = 0.9 * 0.1 / n * (1 - n / eligible) * eligible / (eligible - 1)
    assert areas.margin[0] == pytest.approx(1.959964 * variance**0.5, rel=1e-6)
    assert plan.foresight.cost == 280 * 12
    seen = plan.foresight
    assert list(seen.power.interviews) == [1, 2, 3, 4, 6, 8, 16, 24, 32, 64]
    assert list(seen.power.interviews[seen.power.planned]) == [4] and len(seen.designs) == 8
    assert (seen.called("years", "score") >= seen.called("quarters", "score")).all()
    assert seen.error < 0.11 and seen.basis is None  # of 50 leagues, which is what tests/conftest.py leaves


def test_a_plan_stored_before_falls_were_simulated_is_still_read(planned):
    """Stored by 0.1: one row of power held the falls of three comparisons, by normal theory."""
    old = {"interviews": 2.0, "planned": True, "right": 0.1, "wrong": 4.0}
    old |= {
        f"{d}_{lvl}": 0.25 for d in ("quarters", "quarters_panel", "years") for lvl in ("score", "standing", "rank")
    }
    plans = schema.plans
    with planned.begin() as connection:
        row = connection.execute(sa.select(plans)).first()
        expected = {c: row.expected[c] for c in ("k", "precision")} | {"power": [old, old | {"interviews": 4.0}]}
        assumed = {c: row.wanted["assumed"][c] for c in ("share", "spread", "fall", "design_effect", "panel")}
        values = {"expected": expected, "wanted": row.wanted | {"assumed": assumed}}
        connection.execute(plans.update().where(plans.c.plan_id == row.plan_id).values(**values))
    plan = samples.read_plan(planned, NAME, FIRST)
    assert plan.foresight.designs == ["quarters", "quarters_panel", "years"] and plan.foresight.error is None
    assert list(plan.foresight.called("years", "rank")) == [0.25, 0.25]
    for language in LANGUAGES:
        t = speaker(language)
        rows = sample_words.power_rows(plan.foresight, plan.wanted.assumed, t)
        assert len(rows) == 2 + 9 and t("sample.not_reached", most=4.0) in set(rows.iloc[:, 2])
        formula = t("sample.note_formula", fall=t("sample.fall_share", fall=5.0))
        assert formula in sample_words.power_note(plan.foresight, plan.wanted.assumed, t)
    with planned.begin() as connection:
        empty = expected | {"power": []}
        connection.execute(plans.update().where(plans.c.plan_id == row.plan_id).values(expected=empty))
    assert samples.read_plan(planned, NAME, FIRST).foresight.falls.empty


def test_more_units_are_drawn_than_interviews_by_the_rates_supposed(chain):
    allocation = chain[1].plan.allocation
    assert (allocation.release == -(-allocation.interviews // 0.72)).all()
    assert (allocation.numbers > allocation.release).all()


def test_a_plan_read_back_is_the_plan_made(planned):
    plan = samples.read_plan(planned, NAME, FIRST)
    assert Wanted.read(json.loads(json.dumps(plan.wanted.plain()))) == plan.wanted
    assert plan.approved and len(plan.slip) == 64


# ---------------------------------------------------------------- approval and draw


def test_the_seed_is_sealed_until_the_draw_and_fits_the_commitment_after_it(planned):
    plan = samples.read_plan(planned, NAME, FIRST)
    sealed = planned.table(sa.select(schema.approvals)).seed[0]
    assert fault(draws.draw_wave, planned, NAME, FIRST, frame_key=OTHER).key == "sample.seed_sealed"
    sample = draws.draw_wave(planned, NAME, FIRST, frame_key=FRAME_KEY)
    assert sample.record.seed.encode() not in sealed
    assert commitment(sample.record.seed) == sample.record.commitment == plan.approval["commitment"]
    assert proof_files.slip_of(sample.record) == plan.slip


def test_a_wave_is_drawn_once_and_only_from_an_approved_plan(planned):
    assert fault(draws.approve_plan, planned, NAME, FIRST, frame_key=FRAME_KEY).key == "sample.approved"
    draws.make_plan(planned, NAME, FIRST, Wanted(150))
    assert fault(draws.draw_wave, planned, NAME, FIRST, frame_key=FRAME_KEY).key == "sample.not_approved"
    draws.approve_plan(planned, NAME, FIRST, frame_key=FRAME_KEY)
    draws.draw_wave(planned, NAME, FIRST, frame_key=FRAME_KEY)
    for do in (draws.draw_wave, draws.approve_plan):
        assert fault(do, planned, NAME, FIRST, frame_key=FRAME_KEY).key == "sample.drawn"
    assert fault(draws.make_plan, planned, NAME, FIRST, Wanted(150)).key == "sample.drawn"
    commitments = json.loads(proof_files.draw_proof(planned, NAME, FIRST)["record.json"])["commitments"]
    assert [each["version"] for each in commitments] == [1, 2]


def test_a_frame_with_a_newer_version_is_not_drawn_from(planned):
    take(planned, residents(13), by=["area", "mode"])
    assert fault(draws.draw_wave, planned, NAME, FIRST, frame_key=FRAME_KEY).key == "sample.frame_newer"


@pytest.mark.parametrize("change", [{"stratum": "x"}, {"prn": 0.5}, {"unit_id": "somebody-else"}])
def test_a_frame_whose_rows_were_changed_in_the_store_is_not_drawn_from(planned, change):
    units = schema.frame_units
    with planned.begin() as connection:
        connection.execute(units.update().where(units.c.unit_id == residents(12).unit_id[3]).values(**change))
    assert fault(draws.draw_wave, planned, NAME, FIRST, frame_key=FRAME_KEY).key == "sample.frame_changed"


def test_what_is_released_has_the_probability_of_what_was_released(chain):
    sample = chain[1]
    assert list(sample.releases.release) == [1] and 0 < len(sample.released) < len(sample.units)
    by = sample.released.groupby("stratum")
    people = residents().groupby("area").size()
    assert list(by.probability.first()) == pytest.approx(list(by.size() / people[by.size().index]))
    assert sample.released.base_weight.sum() == pytest.approx(people.sum())


def test_every_step_is_a_run_and_a_line_in_the_trail(chain):
    store = chain[0].acting(Actor("eve", ADMINISTRATOR))
    actions = list(trail_lines(store).action)
    for action in (frame_versions.IMPORT, draws.MAKE, draws.APPROVE, draws.DRAW, releases.RELEASE):
        assert action in actions
        assert (store.table(sa.select(schema.runs)).use_case == action).any()


def test_a_list_too_large_to_be_imported_is_told_how_it_is_drawn(sqlite_store, monkeypatch):
    store = begun(sqlite_store)
    for limit, names in (("ROWS", 100), ("BYTES", 500)):
        with monkeypatch.context() as smaller:
            smaller.setattr(bounds, limit, names)
            refused = fault(take, store, residents())
            previewed = frames.preview_frame(store, NAME, FRAME, as_csv(residents()), FILE).fault
        assert refused.key == previewed.key == "frame.too_large"
        assert "rankshift frame import NAME FILE" in str(refused) and f"at most {names}" in str(refused)
    assert fault(take, store, residents().drop(columns="area")).key != "frame.too_large"
    assert list(import_log(store).fault.dropna()) == ["frame.column", "frame.too_large", "frame.too_large"]


# ---------------------------------------------------------------- the next wave


def test_nobody_is_rung_again_by_the_waves_that_follow_and_the_earlier_ones_are_closed(sqlite_store):
    store = begun(sqlite_store)
    take(store, residents())
    small = Wanted(280, portions=(0.5, 0.5))
    first = drawn(store, FIRST, small)
    draws.make_plan(store, NAME, SECOND, Wanted(280, after=FIRST))
    second = drawn(store, SECOND, Wanted(280, after=FIRST), release=3)
    third = drawn(store, THIRD, Wanted(280, after=SECOND), release=3)
    rung = [set(s.released.unit_id) for s in (first, second, third)]
    assert not rung[0] & rung[1] and not rung[1] & rung[2] and not rung[0] & rung[2]
    assert not any("passed over" in line for line in sample_words.draw_lines(first, speaker("en")))
    assert any(
        "420 people of the list were passed over" in line for line in sample_words.draw_lines(third, speaker("en"))
    )
    assert fault(releases.release_next, store, NAME, FIRST).key == "release.continued"
    panel = drawn(store, "2026Q4", Wanted(280, after=THIRD, keep=0.5), release=3)
    stays = len(set(panel.released.unit_id) & rung[2])
    assert stays == 140 and len(rung[2]) == 280
    assert panel.plan.foresight.kept == 0.5 and first.plan.foresight.kept is None
    kept_part = panel.units.unit_id.isin(rung[2]).groupby(panel.units.release).mean()
    assert (
        len(kept_part) == 3 and kept_part.between(0.3, 0.7).all()
    )  # of 70 units each by chance: three standard errors
    said = sample_words.plan_notes(panel.plan, speaker("en"))
    assert any("in every wave 50% of the people called" in note for note in said)
    with pytest.raises(Fault, match="All 3 releases"):
        releases.release_next(store, NAME, "2026Q4")


# ---------------------------------------------------------------- the proof


def keys_of(folder, **options) -> list[str]:
    return [key for key, _ in proof_files.verify_folder(folder, **options)[1].differences]


@pytest.fixture
def copy(chain, tmp_path):
    """The proof in another folder, and a way to change one of its files."""
    for file in chain[2].iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())

    def change(name: str, old: str, new: str) -> None:
        content = (tmp_path / name).read_bytes().decode("utf-8")
        assert old in content
        (tmp_path / name).write_bytes(content.replace(old, new, 1).encode("utf-8"))

    return tmp_path, change


def test_a_third_party_draws_the_same_from_the_files_alone(chain, copy, rankshift):
    slip = chain[1].plan.slip
    said = rankshift("verify", copy[0], "--published", slip)
    assert said.code == 0 and f"all {len(chain[1].units)} units are the same" in said.out
    assert rankshift("verify", copy[0], language="zh").out.count(slip) == 1


def test_rows_in_another_order_change_nothing(copy):
    lines = (copy[0] / "frame.csv").read_text("utf-8").splitlines()
    (copy[0] / "frame.csv").write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n", "utf-8")
    assert keys_of(copy[0]) == []


def test_a_unit_put_into_the_sample_is_named(chain, copy):
    out = sorted(set(residents().unit_id) - set(chain[1].units.unit_id))[0]
    inside = chain[1].units.unit_id[0]
    copy[1]("sample.csv", inside, out)
    _, found = proof_files.verify_folder(copy[0])
    assert not found.holds
    values = dict(found.differences)["proof.units"]
    assert (values["added"], values["missing"]) == ([out], [inside])


@pytest.mark.parametrize(
    ("name", "old", "new", "key"),
    [
        ("record.json", '"seed": "', '"seed": "0', "proof.commitment"),
        ("record.json", '"wave": "', '"wave": "x', "proof.sample"),
        ("frame.csv", "sim-", "sum-", "proof.frame"),
        ("frame.csv", ",1.0", ",0.5", "proof.numbers"),
        ("sample.csv", ",1,", ",2,", "proof.sample_file"),
        ("record.json", '"commitment": "', '"commitment": "0', "proof.commitments"),
        ("record.json", '"code": "', '"code": "x', "proof.code"),
    ],
)
def test_what_was_tampered_with_is_named(copy, name, old, new, key):
    copy[1](name, old, new)
    _, found = proof_files.verify_folder(copy[0])
    assert key in [k for k, _ in found.differences] and found.holds == (key == "proof.code")


def test_a_record_made_anew_does_not_fit_what_was_published(chain, copy, rankshift):
    """Whoever changes frame and record alike passes every other check: the published line is what stops it."""
    frame = proof_files.read_units(copy[0] / "frame.csv", proof_files.CHAIN_FRAME)
    seed = "another seed, chosen because it draws a cousin"
    drawn_anew, record = record_rested(frame, chain[1].record.plan, seed=seed, wave=FIRST, code=chain[1].record.code)
    plain = json.loads((copy[0] / "record.json").read_text("utf-8"))
    plain |= record.plain() | {"commitments": [{"commitment": record.commitment}]}
    (copy[0] / "record.json").write_text(json.dumps(plain), "utf-8")
    drawn_anew.to_csv(copy[0] / "sample.csv", index=False)
    assert frame_digest(frame) == record.frame and keys_of(copy[0]) == []
    assert keys_of(copy[0], published=chain[1].plan.slip) == ["proof.slip"]
    assert rankshift("verify", copy[0], "--published", chain[1].plan.slip).code == 1


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("record.json", b"[]", "proof.record"),
        ("record.json", b"{", "proof.record"),
        ("record.json", b'{"seed": 1}', "proof.record"),
        ("frame.csv", b"unit_id\nx\n", "frame.column"),
        ("frame.csv", b"unit_id,stratum,first_phase\nx,a,b\n", "proof.record"),
        ("frame.csv", b"", "file.empty"),
        ("sample.csv", None, "file.absent"),
    ],
)
def test_a_proof_that_is_none_is_one_sentence(copy, name, content, key):
    (copy[0] / name).unlink() if content is None else (copy[0] / name).write_bytes(content)
    assert fault(proof_files.verify_folder, copy[0]).key == key


@pytest.fixture(scope="module")
def continued_once(fresh_store, tmp_path_factory):
    """A store with two waves, the second drawn with a public value after a portion of the first; its proof's folder."""
    store, folder = begun(fresh_store("sqlite")), tmp_path_factory.mktemp("continued") / "second"
    take(store, residents(8))
    drawn(store, FIRST, Wanted(140))
    draws.make_plan(store, NAME, SECOND, Wanted(140, after=FIRST, public="the lottery of 1 December"))
    draws.approve_plan(store, NAME, SECOND, frame_key=FRAME_KEY)
    assert fault(draws.draw_wave, store, NAME, SECOND, frame_key=FRAME_KEY).key == "proof.value_needed"
    draws.draw_wave(store, NAME, SECOND, frame_key=FRAME_KEY, value=" 03, 1、４ ")
    releases.release_next(store, NAME, SECOND)
    proof_files.write_proof(proof_files.draw_proof(store, NAME, SECOND), folder)
    yield store, folder
    store.engine.dispose()


@pytest.fixture
def continued(continued_once, tmp_path):
    """That store, and a copy of the folder for one test to forge."""
    store, folder = continued_once
    return store, Path(shutil.copytree(folder, tmp_path / "second"))


def test_the_proof_of_a_wave_that_continues_another_holds_too(continued):
    store, folder = continued
    sample = samples.read_sample(store, NAME, SECOND)
    record, found = proof_files.verify_folder(folder, published=sample.plan.slip)
    said = ["proof.in_earlier", "proof.approvals", "proof.approvals", "proof.trail"]
    assert found.holds and found.differences == () and [key for key, _ in found.notes] == said
    assert audit.Head.read(found.notes[-1][1]["head"]).number > 0
    assert record.value == "3 1 4" and record.continued.releases == 1
    assert not {*samples.read_sample(store, NAME, FIRST).released.unit_id} & {*sample.units.unit_id}
    assert "prn" not in (folder / "frame.csv").read_text("utf-8").splitlines()[0]
    again = proof_files.draw_proof(store, NAME, SECOND)
    assert fault(proof_files.write_proof, again, folder).key == "proof.folder"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("03 11 17 25 31", "3 11 17 25 31"),
        (" 3,11; 17-25、３１。", "3 11 17 25 31"),
        ("11 3 17 25 31", "11 3 17 25 31"),  # the order is the plan's to say
        ("000", "0"),
        ("Beacon 0A3f_77", "beacon 0a3f 77"),
        ("— ,", ""),
    ],
)
def test_a_public_value_is_the_same_in_every_spelling(written, plain):
    assert plain_value(written) == plain and plain_value(plain) == plain


def test_a_record_with_another_spelling_of_the_value_is_another_draw_and_said_to_have_one(continued):
    _, folder = continued
    content = (folder / "record.json").read_text("utf-8")
    (folder / "record.json").write_text(content.replace('"value": "3 1 4"', '"value": "3, 1, 04"'), "utf-8")
    _, found = proof_files.verify_folder(folder)
    assert not found.holds and "proof.sample" in [key for key, _ in found.differences]
    assert ("proof.spelled", {"value": "3, 1, 04", "plain": "3 1 4"}) in found.notes


@pytest.mark.parametrize(
    ("name", "old", "new", "key"),
    [
        ("earlier/01/sample.csv", "sim-", "sum-", "proof.sample_file"),
        ("earlier/01/record.json", '"seed": "', '"seed": "0', "proof.commitment"),
        ("earlier/01/frame.csv", "sim-", "sum-", "proof.frame"),
        ("record.json", '"releases": 1', '"releases": 2', "proof.earlier"),
        ("record.json", '"value": "3 1 4"', '"value": "3 1 5"', "proof.sample"),
        ("record.json", '"value": "3 1 4",', "", "proof.value"),
        ("record.json", '"commitments": [', '"commitments": [], "x": [', "proof.record"),
    ],
)
def test_a_forged_predecessor_or_value_is_named(continued, name, old, new, key):
    _, folder = continued
    content = (folder / name).read_text("utf-8")
    assert old in content
    (folder / name).write_text(content.replace(old, new, 1), "utf-8")
    if key == "proof.record":
        assert fault(proof_files.verify_folder, folder).key == key
        return
    _, found = proof_files.verify_folder(folder)
    assert not found.holds and key in [k for k, _ in found.differences]


def test_another_predecessor_that_fits_itself_does_not_fit_the_line(continued, tmp_path):
    """The whole chain forged with other seeds holds by itself; the line that was published before does not."""
    store, folder = continued
    published, chain_waves = samples.read_sample(store, NAME, SECOND).plan.slip, []
    for of_wave in (folder / "earlier" / "01", folder):
        record = proof_files.read_record_file((of_wave / "record.json").read_bytes(), proof_files.BESIDE)
        frame = proof_files.read_units(of_wave / "frame.csv", proof_files.CHAIN_FRAME)
        past = [wave.past(1) for wave in chain_waves]
        continues = chain_waves[-1].continued(1) if chain_waves else None
        options = {"seed": f"chosen for a cousin in {record.wave}", "wave": record.wave, "value": record.value}
        sample, forged = record_rested(frame, record.plan, code=record.code, past=past, continued=continues, **options)
        chain_waves.append(DrawnWave(forged, frame, sample))
    assert verify_chain(chain_waves).holds
    assert [key for key, _ in verify_chain(chain_waves, published=published).differences] == ["proof.slip"]


def test_what_a_plan_continues_is_closed_when_the_plan_is_approved_and_nobody_else_continues_it(sqlite_store):
    store = begun(sqlite_store)
    take(store, residents(8))
    drawn(store, FIRST, Wanted(140))
    for wave in (SECOND, THIRD):
        draws.make_plan(store, NAME, wave, Wanted(140, after=FIRST))
    draws.approve_plan(store, NAME, SECOND, frame_key=FRAME_KEY)
    assert fault(releases.release_next, store, NAME, FIRST).key == "release.continued"
    assert fault(draws.approve_plan, store, NAME, THIRD, frame_key=FRAME_KEY).key == ("sample.earlier_continued")
    draws.make_plan(store, NAME, SECOND, Wanted(140, after=FIRST))  # no longer approved: more may be released
    releases.release_next(store, NAME, FIRST)
    draws.approve_plan(store, NAME, SECOND, frame_key=FRAME_KEY)
    draws.draw_wave(store, NAME, SECOND, frame_key=FRAME_KEY)
    assert samples.read_sample(store, NAME, SECOND).record.continued.releases == 2


def test_a_plan_of_an_older_version_is_still_read_and_drawn_unless_it_continues_another(planned, monkeypatch):
    store, wave = planned, THIRD
    draws.make_plan(store, NAME, wave, Wanted(140))
    with store.begin() as connection:
        row = connection.execute(sa.select(schema.plans).where(schema.plans.c.wave == wave)).first()
        wanted = {k: v for k, v in row.wanted.items() if k not in ("rest", "public")}
        connection.execute(schema.plans.update().where(schema.plans.c.wave == wave).values(wanted=wanted))
    plan = draws.approve_plan(store, NAME, wave, frame_key=FRAME_KEY)
    assert plan.design.method == "stratified"
    sample = draws.draw_wave(store, NAME, wave, frame_key=FRAME_KEY)
    assert sample.record.start is not None and sample.earlier is None
    releases.release_next(store, NAME, wave)
    later = Wanted(140, after=wave)
    assert fault(draws.make_plan, store, NAME, "2026Q4", later).key == "sample.earlier_older"


def test_numbers_of_a_list_of_mobiles_and_landlines_count_by_their_kind_in_rates_by_mode(planned):
    draws.draw_wave(planned, NAME, FIRST, frame_key=FRAME_KEY)
    numbers = releases.release_next(planned, NAME, FIRST).released
    kind = pd.Series(listed_of_draw(planned, samples.read_sample(planned, NAME, FIRST).draw_id)["mode"])
    expected = kind.reindex(numbers.unit_id).value_counts().to_dict()
    by_mode = read_rates(planned, NAME, FIRST, domain="mode").rates.counts
    assert by_mode.sum(axis=1).to_dict() == expected and set(expected) == {"mobile", "landline"}
