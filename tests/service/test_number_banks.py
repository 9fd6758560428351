"""A master sample of mobile and landline numbers from SIMULATED banks: Changping's plan, its question, its faults."""

import json
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from changping import (
    CITY,
    EXCHANGES_FILE,
    FRAME,
    INTERVIEWS,
    NAME,
    OWN,
    PREFIXES_FILE,
    TOWNS,
    exchanges,
    prefixes,
    programme,
)
from township_list import ROOT

from contracts import LANDLINE, MOBILE
from presentation import samples as sample_words
from presentation.imports import import_rows
from sampling import Wanted
from service.drawing import draws, releases
from service.intake import imports
from service.intake.import_log import import_log
from service.protection import keys, people, vault
from service.protection.keys import Key
from service.samples import frame_versions, frames, master, number_banks, proof_files, samples
from service.samples.bank_files import ExchangeFile
from service.store import audit, schema
from service.store.engine import Store
from service.store.permissions import CENTRE, Actor
from words import LANGUAGES, Fault, speaker, text

KEY, FRAME_KEY, WAVE = Key(bytes(range(64))), Key(bytes(range(1, 65))), "2026Q1"
LATER = date.today() + timedelta(days=30)
WANTED = Wanted(INTERVIEWS, modes={MOBILE: 3, LANDLINE: 1}, response_rate=0.6, eligibility=0.6, portions=(0.5, 0.5))


@pytest.fixture(autouse=True, scope="module")
def heads_of_its_own(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(audit.HEAD_VARIABLE, str(tmp_path_factory.mktemp("heads") / "heads"))
        yield


def begun(store: Store) -> Store:
    example = (ROOT / "data" / "programmes" / "s02_laibin.toml").read_bytes()
    imports.import_programme(store, programme(example), "simulated.toml")
    return store.acting(Actor("ann", CENTRE))


def take(store: Store, *rows, mobiles: int = 300, landlines: int = 100, **options) -> frames.ImportedFrame:
    """Take in the banks with these rows of exchanges, by default the made-up city's."""
    given = {"cities": [CITY], "numbers": {MOBILE: mobiles, LANDLINE: landlines}, "accept": True}
    given |= {"exchanges": ExchangeFile(exchanges(*rows), EXCHANGES_FILE), "frame_key": FRAME_KEY, "key": KEY}
    return number_banks.import_banks(store, NAME, FRAME, prefixes(), PREFIXES_FILE, delete_on=LATER, **given | options)


def fault(do, *arguments, **options) -> Fault:
    with pytest.raises(Fault) as caught:
        do(*arguments, **options)
    assert len({text(caught.value.key, lang, **caught.value.values) for lang in LANGUAGES}) == 2
    return caught.value


@pytest.fixture(scope="module")
def planned(fresh_store):
    """(store, plan): Changping's interviews planned on 12,000 made-up mobile numbers and 4,000 landlines."""
    store = begun(fresh_store("sqlite"))
    take(store, mobiles=12_000, landlines=4_000)
    yield store, draws.make_plan(store, NAME, WAVE, WANTED)
    store.engine.dispose()


@pytest.fixture(scope="module")
def drawn(planned):
    """(store, sample): the plan approved, its numbers drawn and the first of them released."""
    store, _ = planned
    draws.approve_plan(store, NAME, WAVE, frame_key=FRAME_KEY)
    draws.draw_wave(store, NAME, WAVE, frame_key=FRAME_KEY)
    return store, releases.release_next(store, NAME, WAVE)


@pytest.fixture
def empty(sqlite_store):
    return begun(sqlite_store)


def test_the_approved_plan_of_changpings_size_splits_its_interviews_three_to_one(planned):
    allocation = planned[1].allocation.set_index("mode")
    assert allocation.interviews.sum() == INTERVIEWS
    assert abs(allocation.interviews[MOBILE] - 3 * allocation.interviews[LANDLINE]) <= 3
    assert list(allocation.population[[MOBILE, LANDLINE]]) == [12_000, 4_000]
    assert set(allocation.stratum) == {f"{CITY}/{MOBILE}", f"{CITY}/{LANDLINE}"}


def test_every_number_keeps_its_exact_chance_and_the_sheet_has_the_numbers_of_its_stratum(drawn, tmp_path):
    store, sample = drawn
    possible = sample.weighted.groupby("stratum").base_weight.sum()
    assert possible[f"{CITY}/{MOBILE}"] == pytest.approx(40 * 10_000)  # prefixes of 7 digits
    assert possible[f"{CITY}/{LANDLINE}"] == pytest.approx(10**5 + 10**4)  # 697 and 8974 of 8 digits
    phone = releases.release_sheet(store, NAME, WAVE, key=KEY).groupby("stratum").phone
    assert phone.apply(lambda p: p.str.fullmatch("19901[0-3][0-9]{5}").all())[f"{CITY}/{MOBILE}"]
    assert phone.apply(lambda p: p.str.fullmatch("010(697[0-9]{5}|8974[0-9]{4})").all())[f"{CITY}/{LANDLINE}"]
    assert phone.nunique().sum() == len(sample.released)
    proof_files.write_proof(proof_files.draw_proof(store, NAME, WAVE), tmp_path / "proof")
    assert proof_files.verify_folder(tmp_path / "proof")[1].holds


def test_the_plan_carries_the_question_that_banks_need_in_both_languages(planned):
    store, plan = planned
    names = {code: area.name for code, area in imports.current_programme(store, NAME)[1].areas.items()}
    english, chinese = ("\n".join(sample_words.plan_notes(plan, speaker(code), names)) for code in ("en", "zh"))
    assert "In which of these do you live: Simulated town 01" in english and "22 areas" in english
    assert "您现在住在下列哪个地方：模拟镇01" in chinese
    assert f"{INTERVIEWS / len(TOWNS):,.0f}" in english and "list frame" in english


def test_a_list_frame_of_the_same_towns_needs_no_question(empty):
    rows = [f"sim-{town}-{k},{town}" for town in TOWNS for k in range(4)]
    content = "\n".join(["unit_id,area", *rows]).encode()
    frames.import_frame(empty, NAME, "simulated_list", content, "simulated_list.csv", frame_key=FRAME_KEY)
    plan = draws.make_plan(empty, NAME, WAVE, Wanted(44))
    notes = sample_words.plan_notes(plan, speaker("en"))
    assert plan.findings == () and notes and not any("question" in note for note in notes)


def test_landlines_added_later_leave_the_mobile_numbers_and_their_random_numbers(empty):
    take(empty, numbers={MOBILE: 300}, exchanges=None)
    first = frames.load_frame(empty, frames.current_frame(empty, NAME).version_id)
    assert frames.frame_strata(empty, frames.current_frame(empty, NAME).version_id)["mode"].isna().all()
    assert take(empty).outcome == "corrected" and take(empty).outcome == "unchanged"
    second = frames.load_frame(empty, frames.current_frame(empty, NAME).version_id)
    again = second[second.stratum == f"{CITY}/{MOBILE}"].reset_index(drop=True)
    assert again.equals(first) and len(second) == 400


def test_a_shared_area_code_is_the_citys_own_in_its_frame_and_the_plan_asks_for_the_city(empty):
    done = take(empty, *OWN[:1], ("010", "52", "1101+1310", "8", "SIMULATED"))
    assert {"frame.below_city", "frame.shared_code"} == {finding.key for finding in done.findings}
    units = frames.load_frame(empty, frames.current_frame(empty, NAME).version_id)
    assert set(units.area) == {CITY}
    landlines = units[units.stratum == f"{CITY}/{LANDLINE}"]
    assert landlines.first_phase.to_numpy() == pytest.approx(100 / (10**5 + 10**6))
    plan = draws.make_plan(empty, NAME, WAVE, Wanted(20))
    assert any("In which city do you live" in note for note in sample_words.plan_notes(plan, speaker("en")))


SHARED = ("0316", "697", "1101+1310", "7", "SIMULATED")


@pytest.mark.parametrize(
    ("rows", "options", "key", "says"),
    [
        ([("10", "697", CITY, "8", "")], {}, "file.lost_zeros", "the code 010"),
        ([("11", "697", CITY, "8", "")], {}, "phone.row", "row 2: The area code 11 is not"),
        (
            [OWN[0], ("0316", "697", CITY, "7", "")],
            {},
            "phone.row",
            "row 3: The area code 0316 is not that of",
        ),
        ([("010", "697", CITY, "7", "")], {}, "phone.row", "area code 010 have another length: 8, not 7"),
        ([("010", "197", CITY, "8", "")], {}, "phone.row", "197"),
        ([("010", "69712345", CITY, "8", "")], {}, "phone.row", "69712345"),
        ([("010", "697", CITY, "eight", "")], {}, "records.number", "row 2"),
        ([("010", "697", "Beijing", "8", "")], {}, "phone.cities", "Beijing"),
        ([("010", "", CITY, "8", "")], {}, "wave.blank", "exchange"),
        ([OWN[0], ("010", "6971", CITY, "8", "")], {}, "phone.overlap", "010697 and 0106971"),
        ([OWN[0], OWN[0]], {}, "phone.overlap", "010697"),
        ([("0316", "52", "1310", "7", "")], {}, "phone.no_exchange", CITY),
        ([SHARED, OWN[0]], {"cities": [CITY, "1310"]}, "phone.row", "0316"),
        ([OWN[0], ("0316", "53", "1310", "7", "")], {"cities": [CITY, "4513"]}, "phone.no_prefix", "4513"),
        ([OWN[1]], {"landlines": 10_001}, "sampling.larger_than_stratum", "landline 1101: 10001 > 10000"),
        ([], {"accept": False}, "frame.refused", "22 areas below it"),
        ([], {"exchanges": None}, "phone.needs_exchanges", "--exchanges"),
        ([], {"numbers": {MOBILE: 10}}, "phone.needs_exchanges", "--landlines"),
        ([], {"numbers": {LANDLINE: 10}}, "phone.numbers", "mobile"),
        ([], {"mobiles": 0}, "phone.numbers", "mobile 0"),
        ([], {"exchanges": ExchangeFile(b"area_code,exchange\n010,697\n", "x.csv")}, "file.columns", "local_digits"),
    ],
)
def test_banks_with_faults_are_refused_whole_in_one_sentence(empty, rows, options, key, says):
    found = fault(take, empty, *rows, **options)
    assert found.key == key and says in str(found)
    assert frames.frame_list(empty, NAME).empty


def test_an_exchange_that_two_cities_of_one_frame_share_has_no_stratum(empty):
    plain = prefixes().replace(b"segment7,city_code,area_code", b"segment7,city_code,code")
    options = {"cities": [CITY, "1310"], "exchanges": ExchangeFile(exchanges(SHARED), EXCHANGES_FILE)}
    options |= {"numbers": {MOBILE: 10, LANDLINE: 10}, "frame_key": FRAME_KEY, "key": KEY, "delete_on": LATER}
    found = fault(number_banks.import_banks, empty, NAME, FRAME, plain, PREFIXES_FILE, **options)
    assert found.key == "phone.shared" and "Make a frame for each city" in str(found)


def test_the_command_takes_both_modes_in_and_its_plan_asks_where_people_live(
    sqlite_store, rankshift, tmp_path, monkeypatch
):
    begun(sqlite_store)
    people.add_person(sqlite_store, "ann", CENTRE, identity="ann@example.org")
    for variable, file in ((keys.FILE_VARIABLE, "key"), (keys.FRAME_FILE_VARIABLE, "frame_key")):
        monkeypatch.setenv(variable, str(tmp_path / "keys" / file))
    (tmp_path / PREFIXES_FILE).write_bytes(prefixes())
    (tmp_path / EXCHANGES_FILE).write_bytes(exchanges())
    at = ["--store", sqlite_store.engine.url.render_as_string(hide_password=False)]
    assert rankshift("key", "new").code == rankshift("frame", "new-key").code == 0
    files = ["--prefixes", tmp_path / PREFIXES_FILE, "--exchanges", tmp_path / EXCHANGES_FILE]
    take_in = ["frame", "banks", FRAME, CITY, 300, "--landlines", 100, *files, "--delete-on", LATER, *at, "--as", "ann"]
    assert "22 areas below it" in rankshift(*take_in).err
    taken = rankshift(*take_in, "--accept")
    assert taken.code == 0 and "400 units in 2 strata" in taken.out and "Number blocks stop at the city" in taken.out
    plan = rankshift("sample", "plan", WAVE, 100, "--modes", "3:1", *at)
    assert plan.code == 0 and "mobile" in plan.out and "In which of these do you live: Simulated town 01" in plan.out
    assert "访问须以甄别题开头" in rankshift("sample", "show", WAVE, *at, language="zh").out
    assert samples.read_plan(sqlite_store, NAME, WAVE).allocation.interviews.sum() == 100
    sealed = [*take_in, "--accept", "--public", "the made-up lottery"]
    line = rankshift(*sealed).out.split()[-1]
    assert len(line) == 64 and rankshift(*sealed, "--value", "03 11").code == 0
    proof = tmp_path / "proof"
    assert rankshift("frame", "prove-banks", FRAME, "--out", proof, *at, "--as", "ann").code == 0
    said = rankshift("frame", "verify-banks", proof, "--published", line)
    assert said.code == 0 and "all numbers are the same" in said.out and "1 line was made" in said.out
    with sqlite_store.read() as connection:  # opening the numbers for the proof was the last thing done
        assert f"audit verify --head {audit.last_head(connection)}" in said.out
    assert rankshift("frame", "verify-banks", proof, "--published", line[::-1]).code == 1


def test_every_attempt_to_take_a_frame_in_stands_in_the_import_log_with_its_reason(empty):
    fault(take, empty, accept=False)
    fault(take, empty, ("010", "697", CITY, "7", ""))
    take(empty)
    take(empty)
    content = b"unit_id,area,phone\nx,110114001,13912345678\nx,110114001,13912345678\n"
    options = {"frame_key": FRAME_KEY, "key": KEY, "delete_on": LATER}
    fault(frames.import_frame, empty, NAME, "13912345678", content, "13912345678.csv", **options)
    fault(frames.import_frame, empty, NAME, "no name", content, "list.csv", **options)
    log = import_log(empty)[::-1].reset_index(drop=True)[1:]
    assert list(log.outcome) == ["refused", "refused", "imported", "unchanged", "refused", "refused"]
    assert list(log.fault.dropna()) == ["frame.refused", "phone.row", "frame.refused_never", "frame.name"]
    assert set(log.by) == {"ann"} and "13912345678" not in log.to_csv()
    for language, label, says in (("en", "frame ", "22 areas below it"), ("zh", "抽样框", "22个市以下的地区")):
        shown = import_rows(log, speaker(language))
        assert shown.wave.iloc[0] == label + FRAME and shown.version.iloc[2] == 1
        assert says in shown.reason.iloc[0]


# ---------------------------------------------------------------- a master sample that nobody could choose

PUBLIC, VALUE = "the (made-up) lottery of 1 December", "03 11 17 25 31"


def committed(store: Store, name: str = FRAME, public: str = PUBLIC, **numbers: int) -> str:
    wanted = {MOBILE: 300, LANDLINE: 100} | numbers
    options = {"cities": [CITY], "numbers": wanted, "exchanges": ExchangeFile(exchanges(), EXCHANGES_FILE)}
    fixed = {"frame_key": FRAME_KEY, "public": public}
    return number_banks.commit_banks(store, NAME, name, prefixes(), PREFIXES_FILE, **options, **fixed)


def test_a_master_sample_is_drawn_after_its_line_by_the_public_value_and_drawn_again_by_an_auditor(empty, tmp_path):
    drawing = {"public": PUBLIC, "value": VALUE}
    assert fault(take, empty, **drawing).key == "banks.commit_first"
    assert fault(master.master_proof, empty, NAME, FRAME, key=KEY, frame_key=FRAME_KEY).key == "banks.no_line"
    line = committed(empty)
    assert fault(take, empty, public=PUBLIC).key == "proof.value_needed"
    assert fault(take, empty, value=VALUE).key == "banks.value_alone"
    assert fault(take, empty, mobiles=301, **drawing).key == "banks.commit_first"  # not what the line fixed
    take(empty, **drawing)
    stored = [str(run) for run in empty.table(sa.select(schema.runs)).arguments]
    files = master.master_proof(empty, NAME, FRAME, key=KEY, frame_key=FRAME_KEY)
    record = json.loads(files["record.json"])
    assert not any(record["seed"] in run for run in stored)  # the seed tells all numbers: it is not in the store
    folder = tmp_path / "proof"
    proof_files.write_proof(files, folder)
    _, found, lines = master.verify_master_folder(folder, published=line)
    assert found.holds and lines == 1 and found.notes == (("proof.trail", {"head": record["trail"]}),)
    for name, old, new, key in (
        ("numbers.csv", "19901", "19902", "banks.shown"),
        ("banks.csv", "1990100,4", "1990177,4", "banks.changed"),
        ("record.json", "3 11 17 25 31", "4 11 17 25 31", "banks.numbers"),
        ("record.json", record["seed"], record["seed"][::-1], "proof.commitment"),
        ("record.json", f'"line": "{line}"', '"line": ""', "banks.not_committed"),
    ):
        content = (folder / name).read_text("utf-8")
        assert old in content
        changed = content.replace(old, new) if key == "banks.not_committed" else content.replace(old, new, 1)
        (folder / name).write_text(changed, "utf-8")
        found = master.verify_master_folder(folder, published=line)[1]
        assert not found.holds and key in [k for k, _ in found.differences], name
        (folder / name).write_text(content, "utf-8")
    assert "proof.slip" in dict(master.verify_master_folder(folder, published="0" * 64)[1].differences)


def test_other_names_and_tries_give_other_lines_which_all_stay_and_without_a_line_a_name_changes_nothing(empty):
    lines = {
        committed(empty),
        committed(empty, "other"),
        committed(empty, public="another"),
        committed(empty, mobile=9),
    }
    assert len(lines) == 4 == len(master.lines_committed(empty, NAME))
    take(empty)
    one = frames.load_frame(empty, frames.current_frame(empty, NAME, FRAME).version_id)
    given = {"cities": [CITY], "numbers": {MOBILE: 300}, "accept": True, "frame_key": FRAME_KEY, "key": KEY}
    number_banks.import_banks(empty, NAME, "renamed", prefixes(), PREFIXES_FILE, delete_on=LATER, **given)
    other = frames.load_frame(empty, frames.current_frame(empty, NAME, "renamed").version_id)
    assert set(other.unit_id) == set(one.unit_id[one.stratum == f"{CITY}/{MOBILE}"])


def test_a_number_is_the_same_unit_when_the_list_of_prefixes_grows(empty):
    """Its id was a place in an order: 750 of 750 kept mobiles were other telephones."""
    take(empty, mobiles=20_000)
    first = phones(empty, 1)
    more = prefixes() + b"\n1990150,1101,010,SIMULATED"
    given = {"cities": [CITY], "numbers": {MOBILE: 20_000}, "accept": True, "frame_key": FRAME_KEY, "key": KEY}
    number_banks.import_banks(empty, NAME, FRAME, more, PREFIXES_FILE, delete_on=LATER, **given)
    both = first.merge(phones(empty, 2), on="unit_id")
    assert len(both) > 500 and (both.phone_x == both.phone_y).all()
    assert len(first.merge(phones(empty, 2), on="phone")) == len(both)


def phones(store: Store, version: int):
    return vault.call_sheet(store, NAME, frame_versions.contact_place(FRAME, version), key=KEY)


def test_a_wave_does_not_continue_one_of_another_frame(drawn):
    store, _ = drawn
    given = {"cities": [CITY], "numbers": {MOBILE: 300}, "accept": True, "frame_key": FRAME_KEY, "key": KEY}
    number_banks.import_banks(store, NAME, "another", prefixes(), PREFIXES_FILE, delete_on=LATER, **given)
    found = fault(draws.make_plan, store, NAME, "2026Q2", Wanted(20, after=WAVE), frame="another")
    assert found.key == "sample.earlier_frame" and found.values["earlier_frame"] == FRAME
