"""A programme is parsed once a version, whoever asks for it and however often."""

import pytest
from made_up import NAME, PROGRAMME, changed

from service.intake import parsed
from service.intake.imports import current_programme, import_programme, programme_of_run
from service.store.runs import add_run


@pytest.fixture
def read(monkeypatch):
    """The files parsed in this test, with nothing kept from others."""
    files = []
    original = parsed.read_programme

    def noted(content: bytes, file: str, *, stored: bool):
        files.append(file)
        return original(content, file, stored=stored)

    monkeypatch.setattr(parsed, "read_programme", noted)
    monkeypatch.setattr(parsed, "_kept", type(parsed._kept)())
    return files


def version(number: int) -> bytes:
    return changed(('"Harbour residents', f'"{number} Harbour residents'))


def test_a_version_is_parsed_once_and_a_new_one_when_it_is_there(sqlite_store, read):
    import_programme(sqlite_store, PROGRAMME, "one.toml")
    first = [current_programme(sqlite_store, NAME) for _ in range(3)]
    assert read == ["one.toml"] and first[0][1] is first[2][1]
    import_programme(sqlite_store, version(2), "two.toml")
    second = [current_programme(sqlite_store, NAME) for _ in range(3)]
    assert read == ["one.toml", "two.toml"] and second[0][0] != first[0][0]
    assert second[0][1].title["en"].startswith("2 ") and not first[0][1].title["en"].startswith("2 ")


def test_a_run_has_the_programme_it_read_though_a_newer_one_is_kept(sqlite_store, read):
    import_programme(sqlite_store, PROGRAMME, "one.toml")
    number, _ = current_programme(sqlite_store, NAME)
    with sqlite_store.begin() as connection:
        run = add_run(connection, sqlite_store.actor, "test", {}, [("programme", number)])
    import_programme(sqlite_store, version(2), "two.toml")
    current_programme(sqlite_store, NAME)
    assert not programme_of_run(sqlite_store, run).title["en"].startswith("2 ")
    assert read == ["one.toml", "two.toml"]


def test_no_more_are_kept_than_the_bound_and_the_last_used_stay(sqlite_store, read, monkeypatch):
    monkeypatch.setattr(parsed, "KEPT", 2)
    numbers = []
    for k in range(3):
        import_programme(sqlite_store, version(k), f"{k}.toml")
        numbers.append(current_programme(sqlite_store, NAME)[0])
        with sqlite_store.read() as connection:
            parsed.parsed_programme(connection, numbers[0])
    assert read == ["0.toml", "1.toml", "2.toml"] and len(parsed._kept) == 2
    with sqlite_store.read() as connection:
        parsed.parsed_programme(connection, numbers[1])
    assert read[3:] == ["1.toml"]
