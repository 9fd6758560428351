"""The audit trail: the engines refuse to change it, and whoever changes it past them is found."""

import random
import sqlite3
from itertools import pairwise

import pytest
import sqlalchemy as sa
from made_up import ANN, BOTH, begin_survey, take

from presentation.evidence.trail import vouching
from service.store import audit, schema, trail
from service.store.audit import Finding, Head
from service.store.engine import Store
from service.store.permissions import CENTRE, Actor
from service.store.trail import acknowledge_trail, trail_lines, verify_trail
from words import Fault

LINES = 25
MUTATIONS = 1_000


@pytest.fixture(autouse=True)
def heads_of_its_own(tmp_path, monkeypatch):
    """PostgreSQL has no file to lie beside; every test has a file of heads of its own."""
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))


def filled(store: Store, lines: int = LINES) -> Store:
    for k in range(lines):
        with store.begin() as connection:
            audit.append(connection, Actor(f"person {k % 3}", CENTRE), "test", {"k": k, "name": "程序"})
    return store


def test_every_line_follows_the_one_before_and_is_kept_outside(store):
    verified = verify_trail(filled(store))
    assert verified.findings == () and verified.anchored and verified.head.number == LINES
    with store.read() as connection:
        lines = audit.trail(connection)
    assert lines[0]["previous"] == audit.BEGINNING
    assert all(b["previous"] == a["digest"] for a, b in pairwise(lines))
    assert [h.number for h in audit.kept_heads(store.engine.url)] == list(range(1, LINES + 1))
    assert list(trail_lines(store, newest=3).number) == [25, 24, 23]


def test_what_is_undone_leaves_no_line_and_no_head(store):
    filled(store, 2)
    with pytest.raises(ZeroDivisionError), store.begin() as connection:
        audit.append(connection, ANN, "test", {})
        raise ZeroDivisionError
    filled(store, 1)
    assert verify_trail(store).findings == () and verify_trail(store).head.number == 3


def test_imports_and_runs_leave_a_line(store):
    begin_survey(store)
    take(store)
    with pytest.raises(Fault):
        take(store, content=b"id\n1\n")
    assert list(trail_lines(store).action)[::-1] == ["run", "import", "run", "import", "import"]
    assert '"outcome": "refused"' in trail_lines(store).details[0]
    assert {(line.name, line.role) for line in trail_lines(store).itertuples()} == {(ANN.name, ANN.role)}


@pytest.mark.parametrize(
    "change", ["UPDATE audit SET name = 'x'", "DELETE FROM audit", "DELETE FROM audit WHERE number = 2"]
)
def test_the_engine_refuses_to_change_or_delete_a_line(store, change):
    filled(store, 3)
    with pytest.raises((sa.exc.DBAPIError, Fault), match="append-only"), store.begin() as connection:
        connection.exec_driver_sql(change)
    assert verify_trail(store).head.number == 3


def test_postgresql_refuses_to_empty_the_table_at_once(fresh_url):
    store = filled(Store.create(fresh_url("postgresql")), 2)
    with pytest.raises((sa.exc.DBAPIError, Fault), match="append-only"), store.begin() as connection:
        connection.exec_driver_sql("TRUNCATE audit")
    store.engine.dispose()


COLUMNS = ("at", "name", "role", "action", "details", "previous", "digest")


def mutated(lines: list[dict], rng: random.Random) -> tuple[str, list[dict]]:
    """The table after somebody's change; some of them write all later digests anew, as one who read our code would."""
    kind = rng.choice(["change", "rehash", "remove", "renumber", "swap", "cut", "insert", "append", "rewrite"])
    lines, k = [dict(line) for line in lines], rng.randrange(len(lines))
    if kind in ("change", "rehash", "rewrite"):
        column = rng.choice(COLUMNS if kind == "change" else COLUMNS[:5])
        value, place = lines[k][column], rng.randrange(len(lines[k][column]))
        lines[k][column] = value[:place] + chr(ord(value[place]) ^ rng.choice([1, 2, 3])) + value[place + 1 :]
    elif kind == "remove":
        del lines[rng.randrange(len(lines) - 1)]
    elif kind == "renumber":
        del lines[k]
        for number, line in enumerate(lines, 1):
            line["number"] = number
    elif kind == "swap":
        j = rng.choice([j for j in range(len(lines)) if j != k])
        lines[k], lines[j] = (lines[j] | {"number": k + 1}, lines[k] | {"number": j + 1})
    elif kind == "cut":
        lines = lines[: len(lines) - rng.randint(1, len(lines) - 1)]
    elif kind == "insert":
        lines.insert(k, dict(rng.choice(lines)))
        for number, line in enumerate(lines, 1):
            line["number"] = number
    elif kind == "append":
        lines.append(lines[-1] | {"number": len(lines) + 1, "previous": lines[-1]["digest"]})
    if kind == "rehash":
        lines[k]["digest"] = audit.digest(lines[k]["previous"], lines[k])
    if kind in ("rewrite", "renumber", "insert", "append") and rng.random() < 0.8:
        previous = audit.BEGINNING
        for line in lines:
            line["previous"], line["digest"] = previous, audit.digest(previous, line)
            previous = line["digest"]
    return kind, lines


def test_a_thousand_random_changes_of_the_file_are_all_found(fresh_store, monkeypatch):
    monkeypatch.setattr(trail, "TRIES", 1)  # nobody is writing
    store = filled(fresh_store("sqlite"))
    with store.read() as connection:
        lines = [dict(line) for line in audit.trail(connection)]
    raw = sqlite3.connect(store.engine.url.database, isolation_level=None)
    for trigger in ("audit_no_update", "audit_no_delete"):  # who can write the file can do this
        raw.execute(f"DROP TRIGGER {trigger}")
    rng, kinds, places = random.Random(20), set(), ",".join("?" * 8)
    for _ in range(MUTATIONS):
        kind, changed = mutated(lines, rng)
        assert changed != lines
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("DELETE FROM audit")
        columns = [c.name for c in schema.audit.columns]
        raw.executemany(f"INSERT INTO audit VALUES ({places})", [[line[c] for c in columns] for line in changed])
        raw.execute("COMMIT")
        assert verify_trail(store).findings, (kind, changed)
        kinds.add(kind)
    assert len(kinds) == 9
    raw.execute("BEGIN IMMEDIATE")
    raw.execute("DELETE FROM audit")
    raw.executemany(f"INSERT INTO audit VALUES ({places})", [[line[c] for c in columns] for line in lines])
    raw.execute("COMMIT")
    assert verify_trail(store).findings == ()  # and nothing is found where nothing was changed


def test_without_heads_outside_a_cut_tail_goes_unseen_and_one_noted_head_is_enough(fresh_store, tmp_path):
    store = filled(fresh_store("sqlite"), 10)
    noted = verify_trail(store).head
    (tmp_path / "heads").unlink()
    raw = sqlite3.connect(store.engine.url.database)
    raw.execute("DROP TRIGGER audit_no_delete")
    raw.execute("DELETE FROM audit WHERE number > 7")
    raw.commit()
    verified = verify_trail(store)
    assert verified.findings == () and not verified.anchored
    assert verify_trail(store, noted=[noted]).findings == (Finding("audit.cut", 10),)
    assert verify_trail(store, noted=[Head(7, noted.digest)]).findings == (Finding("audit.rewritten", 7),)


def test_the_default_place_of_heads_is_beside_the_store_s_file(fresh_store, monkeypatch):
    monkeypatch.delenv(audit.HEAD_VARIABLE)
    store = filled(fresh_store("sqlite"), 2)
    assert audit.head_file(store.engine.url).name.endswith(".db.head")
    assert [str(h) for h in audit.kept_heads(store.engine.url)][1] == str(verify_trail(store).head)
    assert audit.head_file(sa.make_url("postgresql://host/base")) is None


def findings(store: Store) -> set[str]:
    return {finding.key for finding in verify_trail(store).findings}


def test_a_store_that_is_reached_by_a_link_has_the_heads_of_its_file(fresh_store, tmp_path, monkeypatch):
    monkeypatch.delenv(audit.HEAD_VARIABLE)
    file = fresh_store("sqlite")
    link = tmp_path / "link.db"
    link.symlink_to(file.engine.url.database)
    file.engine.dispose()
    linked = Store.open(f"sqlite:///{link}")
    begin_survey(linked)
    assert verify_trail(linked).findings == () and not (tmp_path / "link.db.head").exists()
    linked.engine.dispose()


def test_half_a_line_among_the_heads_is_a_finding_that_an_administrator_acknowledges(store, tmp_path, monkeypatch):
    """A full disk leaves half a line; the head that comes next stands on a line of its own, and all others are read."""
    monkeypatch.setattr(trail, "TRIES", 1)
    filled(store, 3)
    file = tmp_path / "heads"
    file.write_bytes(file.read_bytes()[:-30])  # of line 3
    filled(store, 2)
    assert len(audit.kept_heads(store.engine.url)) == 4
    verified = verify_trail(store)
    assert verified.findings == (Finding(audit.HALF, 1), Finding(audit.UNKEPT, 3)) and verified.vouched == 5
    acknowledged = acknowledge_trail(store, "the disk was full")
    assert (acknowledged.number, acknowledged.half, acknowledged.unkept) == (6, 1, (3,))
    verified = verify_trail(store)
    assert verified.findings == () and verified.vouched == 6
    for t in BOTH.values():
        said = vouching(verified, t)
        assert len(said) == 3 and "6" in said[0] and all("the disk was full" in sentence for sentence in said[1:]), said
    with pytest.raises(Fault, match="nothing to acknowledge"):
        acknowledge_trail(store, "again")
    with file.open("a") as opened:
        opened.write("7:half")
    assert findings(store) == {audit.HALF}  # another one is another finding


def test_a_kill_between_commit_and_head_is_a_finding_until_it_is_acknowledged(store, monkeypatch):
    monkeypatch.setattr(trail, "TRIES", 1)
    filled(store, 2)
    with monkeypatch.context() as patched:
        patched.setattr(audit, "anchor", lambda url, heads: None)
        filled(store, 3)
    filled(store, 1)
    assert verify_trail(store).findings == (Finding(audit.UNKEPT, 3),)
    assert acknowledge_trail(store, "power cut").unkept == (3, 4, 5)
    assert findings(store) == set()
    assert trail_lines(store).details[0] == '{"half_lines": 0, "reason": "power cut", "unkept": [[3, 5]]}'


def test_half_a_head_of_the_very_first_line_is_acknowledged_with_that_line(fresh_store, tmp_path, monkeypatch):
    """The torture found it: acknowledged without the line, the line was a finding as soon as another head was kept."""
    monkeypatch.setattr(trail, "TRIES", 1)
    store = filled(fresh_store("sqlite"), 1)
    (tmp_path / "heads").write_text("1:half")
    acknowledge_trail(store, "a kill")
    filled(store, 1)
    assert findings(store) == set()


def test_what_is_wrong_with_the_trail_itself_cannot_be_acknowledged(fresh_store, tmp_path, monkeypatch):
    monkeypatch.setattr(trail, "TRIES", 1)
    store = filled(fresh_store("sqlite"), 4)
    (tmp_path / "heads").open("a").write("9:" + "0" * 64 + "\n5:half\n")
    assert findings(store) == {"audit.cut", audit.HALF}
    acknowledge_trail(store, "a kill")
    assert findings(store) == {"audit.cut"}


def test_a_head_that_is_being_written_is_waited_for(fresh_store, monkeypatch):
    """A line committed while the trail is read has its head a moment later."""
    store = filled(fresh_store("sqlite"), 2)
    late = []
    with monkeypatch.context() as patched:
        patched.setattr(audit, "anchor", lambda url, heads: late.extend(heads))
        filled(store, 1)
    monkeypatch.setattr(trail.time, "sleep", lambda seconds: audit.anchor(store.engine.url, late))
    assert findings(store) == set()


@pytest.mark.parametrize("text", ["", "12", "9" * 5_000 + ":" + "0" * 64, "x:" + "0" * 64, "3:abc"])
def test_what_is_no_head_is_said(text):
    with pytest.raises(Fault) as caught:
        Head.read(text)
    assert caught.value.key == "audit.head_broken"


def test_every_finding_is_a_sentence_in_both_languages():
    for key in ("missing", "broken", "changed", "cut", "rewritten", "unkept", "half"):
        for t in BOTH.values():
            assert "7" in t(f"audit.{key}", number=7)


def test_a_phone_number_in_what_is_recorded_is_masked(store):
    with store.begin() as connection:
        audit.append(connection, ANN, "test", {"note": ["rang 138 1234 5678", {"n": 13812345678}]})
    assert trail_lines(store).details[0] == '{"note": ["rang 138****5678", {"n": 13812345678}]}'
