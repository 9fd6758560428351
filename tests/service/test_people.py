"""People: one-time passwords, throttled sign-in, roles that count at once, and the last administrator who stays."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from made_up import BOTH

from service.protection import people
from service.store import audit, schema
from service.store.permissions import ADMINISTRATOR, CENTRE, LEADER, STATISTICIAN, Actor
from service.store.trail import trail_lines
from words import Fault

PASSWORD = "seventy townships, all alike"


@pytest.fixture(autouse=True)
def quick(tmp_path, monkeypatch):
    """argon2id with little memory, so that the tests are about us and not about it."""
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(people, "_hasher", lambda: weak)
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))
    people._nobody.cache_clear()


def fault(do, *arguments, **options) -> Fault:
    with pytest.raises(Fault) as caught:
        do(*arguments, **options)
    for t in BOTH.values():
        assert "{" not in t(caught.value.key, **caught.value.values)
    return caught.value


def with_ann(store, role: str = CENTRE) -> None:
    """ann, with a password of her own."""
    first = people.add_person(store, "ann", role)
    people.change_password(store.acting(Actor("ann", role)), first, PASSWORD)


def test_the_first_start_gives_one_administrator_a_one_time_password_once(store):
    password = people.first_administrator(store)
    assert people.sign_in(store, people.FIRST, password) == people.SignedIn(Actor(people.FIRST, ADMINISTRATOR), True)
    assert people.first_administrator(store) is None


def test_people_added_before_the_first_start_leave_the_administrator_a_password(store):
    people.add_person(store, "ann", LEADER)
    password = people.first_administrator(store)
    assert people.sign_in(store, people.FIRST, password).actor.role == ADMINISTRATOR
    assert people.first_administrator(store) is None
    people.change_person(store, "ann", role=ADMINISTRATOR)
    people.change_person(store, people.FIRST, active=False)
    assert people.first_administrator(store) is None  # ann is one


def test_a_demonstration_has_no_administrator_until_somebody_gets_an_account(sqlite_store):
    people.mark_demo(sqlite_store)
    assert people.is_demo(sqlite_store) and people.first_administrator(sqlite_store) is None
    people.add_person(sqlite_store, "ann", LEADER)
    assert not people.is_demo(sqlite_store) and people.has_people(sqlite_store)


def test_a_password_is_kept_as_argon2id_and_is_nowhere_else(sqlite_store):
    with_ann(sqlite_store)
    (kept,) = sqlite_store.table(sa.select(schema.people.c.password)).password
    assert kept.startswith("$argon2id$") and PASSWORD not in kept
    assert PASSWORD not in "".join(trail_lines(sqlite_store).details)
    assert "password" not in people.person_list(sqlite_store)


def test_the_real_hash_is_argon2id_with_the_memory_its_authors_recommend():
    hasher = PasswordHasher()  # what service.protection.people uses
    assert (hasher.memory_cost, hasher.time_cost, hasher.type.name) == (65536, 3, "ID")  # RFC 9106, second choice


def test_a_one_time_password_is_to_be_changed_and_a_new_one_must_be_good(sqlite_store):
    first = people.add_person(sqlite_store, "ann", CENTRE)
    ann = sqlite_store.acting(Actor("ann", CENTRE))
    for bad in ("short", first, "this-is-Ann-herself", "x" * 2000):
        assert fault(people.change_password, ann, first, bad).key == "people.password"
    assert fault(people.change_password, ann, "wrong", PASSWORD).key == "people.wrong"
    people.change_password(ann, first, PASSWORD)
    assert people.sign_in(sqlite_store, "ann", PASSWORD) == people.SignedIn(Actor("ann", CENTRE), False)
    assert fault(people.sign_in, sqlite_store, "ann", first).key == "people.wrong"
    assert people.sign_in(sqlite_store, "ann", people.new_password(sqlite_store, "ann")).one_time


def test_a_wrong_name_and_a_wrong_password_sound_the_same(sqlite_store):
    with_ann(sqlite_store)
    one, two = (fault(people.sign_in, sqlite_store, name, "wrong") for name in ("ann", "nobody"))
    assert (one.key, one.values) == (two.key, two.values) == ("people.wrong", {})


def test_after_five_failures_even_the_right_password_waits_and_others_do_not(store):
    with_ann(store)
    bob = people.add_person(store, "bob", LEADER)
    for _ in range(people.OF_ONE):
        assert fault(people.sign_in, store, "ann", "wrong").key == "people.wrong"
    waits = fault(people.sign_in, store, "ann", PASSWORD)
    assert waits.key == "people.wait" and waits.values["minutes"] in (15, 16)
    assert people.sign_in(store, "bob", bob).actor.name == "bob"
    with store.begin() as connection:  # a quarter of an hour later
        connection.execute(schema.sign_ins.update().values(at=datetime.now(UTC) - people.WINDOW - timedelta(seconds=1)))
    assert people.sign_in(store, "ann", PASSWORD).actor == Actor("ann", CENTRE)


def test_failures_of_a_clock_that_was_ahead_keep_nobody_out_once_it_is_put_back(sqlite_store):
    with_ann(sqlite_store)
    for _ in range(people.OF_ONE):
        assert fault(people.sign_in, sqlite_store, "ann", "wrong").key == "people.wrong"
    for ahead, waits in ((timedelta(minutes=10), True), (timedelta(days=30), False)):
        with sqlite_store.begin() as connection:
            connection.execute(schema.sign_ins.update().values(at=datetime.now(UTC) + ahead))
        if waits:
            assert fault(people.sign_in, sqlite_store, "ann", PASSWORD).values["minutes"] <= 30
        else:
            assert people.sign_in(sqlite_store, "ann", PASSWORD).actor.name == "ann"


def test_a_made_up_name_waits_as_a_real_one_does(sqlite_store):
    with_ann(sqlite_store)
    for name in ("ann", "nobody"):
        for _ in range(people.OF_ONE):
            assert fault(people.sign_in, sqlite_store, name, "wrong").key == "people.wrong"
        assert fault(people.sign_in, sqlite_store, name, "wrong").key == "people.wait", name


def test_names_are_compared_in_nfc_and_without_the_case_of_a_to_z(sqlite_store):
    with_ann(sqlite_store)
    password = people.add_person(sqlite_store, "Jos\u00e9", LEADER)
    assert people.sign_in(sqlite_store, "jose\u0301", password).actor.name == "Jos\u00e9"
    for name in ("ANN", "Ann", "JOS\u00e9"):
        assert fault(people.add_person, sqlite_store, name, LEADER).key == "people.exists", name
    for name in ("\u017fue", "sue", "JOS\u00c9", "\u212aim", "kim"):
        people.add_person(sqlite_store, name, LEADER)
    assert people.sign_in(sqlite_store, "ANN", PASSWORD).actor == Actor("ann", CENTRE)
    people.change_person(sqlite_store, "ann", active=False)
    assert fault(people.add_person, sqlite_store, "Ann", LEADER).key == "people.exists"


def test_an_identity_is_nobody_elses_that_only_looks_alike(sqlite_store):
    people.add_person(sqlite_store, "sue", LEADER, identity="Sue@example.org")
    assert people.signed_in_elsewhere(sqlite_store, "sue@EXAMPLE.org").name == "sue"
    assert fault(people.signed_in_elsewhere, sqlite_store, "\u017fue@example.org").key == "people.unknown_identity"


def test_a_success_forgives_the_failures_before_it(sqlite_store):
    with_ann(sqlite_store)
    for _ in range(3):
        for _ in range(people.OF_ONE - 1):
            fault(people.sign_in, sqlite_store, "ann", "wrong")
        assert people.sign_in(sqlite_store, "ann", PASSWORD)


def test_names_tried_in_turn_are_throttled_all_together_and_are_not_written_down(sqlite_store, monkeypatch):
    monkeypatch.setattr(people, "OF_ALL", 8)
    with_ann(sqlite_store)
    for k in range(8):
        assert fault(people.sign_in, sqlite_store, f"my own password {k}", "").key == "people.wrong"
    assert fault(people.sign_in, sqlite_store, "ann", PASSWORD).key == "people.wait"
    names = sqlite_store.table(sa.select(schema.sign_ins.c.name)).name
    assert len(set(names)) == 9 and all(re.fullmatch(r"ann|\?[0-9a-f]{6}", name) for name in names)
    assert "my own password" not in repr(trail_lines(sqlite_store).to_dict())


def test_who_may_come_in_no_more_is_refused_at_the_next_click(sqlite_store):
    with_ann(sqlite_store)
    people.change_person(sqlite_store, "ann", role=STATISTICIAN)
    assert people.still_permitted(sqlite_store, "ann") == Actor("ann", STATISTICIAN)
    people.add_person(sqlite_store, "eve", ADMINISTRATOR)
    people.change_person(sqlite_store, "ann", active=False)
    assert fault(people.still_permitted, sqlite_store, "ann").key == "people.wrong"
    assert fault(people.sign_in, sqlite_store, "ann", PASSWORD).key == "people.wrong"


def test_the_last_administrator_stays(store):
    people.first_administrator(store)
    for change in ({"role": LEADER}, {"active": False}):
        assert fault(people.change_person, store, people.FIRST, **change).key == "people.last_administrator"
    people.add_person(store, "eve", ADMINISTRATOR)
    people.change_person(store, people.FIRST, active=False)
    assert fault(people.change_person, store, "eve", role=LEADER).key == "people.last_administrator"


def test_somebody_whom_another_service_knows_has_no_password_here(sqlite_store):
    assert people.add_person(sqlite_store, "ann", CENTRE, identity="Ann@Example.org") is None
    assert people.signed_in_elsewhere(sqlite_store, "ann@example.org") == Actor("ann", CENTRE)
    assert fault(people.signed_in_elsewhere, sqlite_store, "eve@example.org").key == "people.unknown_identity"
    assert fault(people.sign_in, sqlite_store, "ann", "").key == "people.wrong"


@pytest.mark.parametrize("name", ["", "two words", "x" * 65, "a\nb"])
def test_a_name_is_one_word(sqlite_store, name):
    assert fault(people.add_person, sqlite_store, name, CENTRE).key == "people.name"


def test_what_is_done_to_people_is_recorded(sqlite_store):
    with_ann(sqlite_store)
    people.add_person(sqlite_store, "eve", ADMINISTRATOR)
    people.change_person(sqlite_store, "ann", active=False)
    fault(people.sign_in, sqlite_store, "ann", PASSWORD)
    fault(people.add_person, sqlite_store, "ann", CENTRE)
    fault(people.add_person, sqlite_store, "bob", "king")
    actions = list(trail_lines(sqlite_store).action)[::-1]
    assert actions == ["add-person", "sign-in", "change-password", "add-person", "change-person", "sign-in-failed"]


def test_an_identity_with_signs_that_are_not_seen_is_refused(sqlite_store):
    """As it comes of copying from a page, on which a word joiner keeps an address from being a link."""
    for hidden in ("ann@\u2060example.org", "ann\u200b@example.org", "a\nnn@example.org"):
        assert fault(people.add_person, sqlite_store, "ann", LEADER, identity=hidden).key == "people.identity_hidden"
    people.add_person(sqlite_store, "ann", LEADER, identity=" ann@example.org ")
    assert people.signed_in_elsewhere(sqlite_store, "ann@example.org").name == "ann"


def marked(store) -> None:
    """The store marked as a demonstration by somebody who writes in it past the use cases."""
    with store.begin() as connection:
        connection.execute(schema.access.insert().values(mode=people.DEMO))
        audit.append(connection, store.actor, "mark-demo", {})


def test_free_entry_is_not_to_be_had_over_people_or_numbers_not_even_by_hand(store):
    with_ann(store)
    assert fault(people.mark_demo, store).key == "people.no_demo"
    marked(store)
    assert not people.is_demo(store)


def test_free_entry_is_not_to_be_had_over_numbers_alone(store):
    marked(store)
    assert people.is_demo(store)
    of = {"programme": "harbours", "wave": "2024-05"}
    with store.begin() as connection:
        day = datetime(2030, 1, 1, tzinfo=UTC).date()
        connection.execute(schema.contact_lists.insert().values(**of, numbers=1, delete_on=day))
        sealed = {"phone": b"sealed", "phone_hash": b"hash"}
        connection.execute(schema.contacts.insert().values(**of, unit_id="a", **sealed))
        audit.append(connection, store.actor, "import-contacts", {})
    assert not people.is_demo(store)


def test_a_made_up_name_costs_the_same_work_and_gets_the_same_words_as_a_real_one(sqlite_store, monkeypatch):
    """As many verifications of a hash made with the same effort, whether the person is there, closed, or is nobody."""
    with_ann(sqlite_store)
    people.add_person(sqlite_store, "closed", LEADER)
    people.change_person(sqlite_store, "closed", active=False)
    hasher, verified = people._hasher(), []

    class Counting:
        def __getattr__(self, name):
            return getattr(hasher, name)

        def verify(self, hashed, password):
            verified.append(hashed.split("$")[:4])
            return hasher.verify(hashed, password)

    monkeypatch.setattr(people, "_hasher", Counting)
    said = {
        name: fault(people.sign_in, sqlite_store, name, "wrong").key for name in ("ann", "closed", "nobody", "\u017fue")
    }
    assert set(said.values()) == {"people.wrong"}
    assert len(verified) == 4 and len({tuple(effort) for effort in verified}) == 1
