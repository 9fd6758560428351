"""Proof of a draw from banks: the same numbers with the key, and every change said."""

import json
from dataclasses import asdict, replace

import pytest

from sampling import Bank, NumberBanks, commitment, record_numbers, verify_numbers
from words import LANGUAGES, text

SEED = "lottery 2026-10-01: 03 11 17 25 31"
KEY = b"a secret of thirty-two bytes ...."
BANKS = NumberBanks(
    [Bank(f"130000{i}", ("4513",)) for i in range(5)] + [Bank("077242", ("4502", "4513"), 5, "landline")]
)
WANTED = {"mobile 4513": 30, "landline 4502+4513": 10}


@pytest.fixture(scope="module")
def drawn():
    return record_numbers(BANKS, WANTED, key=KEY, seed=SEED, wave="2026Q4", code="v1")


def _keys(verification):
    assert all(len({text(k, lang, **values) for lang in LANGUAGES}) == 2 for k, values in verification.differences)
    return [key for key, _ in verification.differences]


def test_whoever_has_the_key_draws_the_same_numbers(drawn):
    sample, record = drawn
    found = verify_numbers(BANKS, record, key=KEY, sample=sample, published=commitment(SEED), code="v1")
    assert found.holds and found.differences == ()
    assert record.units == 40 and KEY.decode() not in json.dumps(asdict(record))


def test_what_was_changed_is_said(drawn):
    sample, record = drawn
    fewer = NumberBanks(BANKS.banks[1:])
    assert _keys(verify_numbers(BANKS, record, key=KEY[::-1])) == ["proof.key", "proof.sample"]
    assert _keys(verify_numbers(fewer, record, key=KEY))[0] == "proof.banks"
    assert _keys(verify_numbers(BANKS, replace(record, after=1), key=KEY)) == ["proof.sample"]
    assert _keys(verify_numbers(BANKS, replace(record, seed=SEED + "!"), key=KEY)) == [
        "proof.commitment",
        "proof.start",
    ]
    assert _keys(verify_numbers(BANKS, record, key=KEY, sample=sample[1:])) == ["proof.units"]
    assert _keys(verify_numbers(BANKS, record, key=KEY, published="x")) == ["proof.published"]
    only_mobile = NumberBanks([bank for bank in BANKS.banks if bank.mode == "mobile"])
    assert _keys(verify_numbers(only_mobile, record, key=KEY)) == ["proof.banks", "proof.cannot_draw"]
    assert verify_numbers(BANKS, record, key=KEY, code="v2").holds


def test_waves_of_a_series_follow_each_other(drawn):
    first, _ = record_numbers(BANKS, WANTED, key=KEY, seed=SEED, wave="2026Q4", code="v1", series="2026")
    second, record = record_numbers(
        BANKS, WANTED, key=KEY, seed=SEED, wave="2027Q1", code="v1", series="2026", after=30
    )
    assert not set(first.unit_id) & set(second.unit_id)
    assert verify_numbers(BANKS, record, key=KEY, sample=second).holds
