"""Outcome rates of a wave that was drawn here: counted number by number, by command, and refused before a release."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from half_rung import FILE, record_response, released, units
from made_up import ANN, JUNE, MAY, NAME, PROGRAMME, as_csv, begin_survey
from typer.testing import CliRunner

from commands import cli
from fieldwork.hours import calls_by_hour
from presentation.calling.rates import rate_notes, rate_rows, rate_table
from programme.survey import read_programme
from service.bulletins import facts
from service.fieldwork import calls, rates
from service.fieldwork.answering.responses import Response
from service.intake import imports
from service.store import audit
from service.store.engine import Store
from service.store.permissions import CENTRE, LEADER, Actor
from words import LANGUAGES, Fault, speaker

CODES = {"1.1": 3, "2.11": 2, "3.13": 2, "4.31": 1}  # outcome -> how many numbers have it; the others are not called
NAMES = ["Li", "Wang"]


@pytest.fixture(scope="module")
def called(tmp_path_factory):
    """The made-up survey's May with one release out: 8 of 10 numbers called by two interviewers, one of them twice."""
    folder = tmp_path_factory.mktemp("rates")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(audit.HEAD_VARIABLE, str(folder / "heads"))
        store = released(begin_survey(Store.create(f"sqlite:///{folder / 's.db'}")))
        start, outcomes = datetime(2024, 5, 6, 8, tzinfo=UTC), [code for code, n in CODES.items() for _ in range(n)]
        rows = [
            (unit, (start + timedelta(minutes=m)).isoformat(), NAMES[m % 2], code)
            for m, (unit, code) in enumerate(zip(units(store), outcomes, strict=False))
        ]
        again = (rows[0][0], (start + timedelta(hours=5)).isoformat(), "Wang", "3.13")  # an interview stays one
        table = pd.DataFrame([*rows, again], columns=["unit_id", "at", "interviewer", "disposition"])
        calls.import_calls(store, NAME, MAY, as_csv(table), FILE)
        yield store.acting(Actor("ann", CENTRE))
        store.engine.dispose()


def test_the_rates_of_all_numbers_are_those_counted_by_hand(called):
    wave_rates = rates.read_rates(called, NAME, MAY)
    numbers = len(units(called))
    unknown = numbers - 6  # of 3 interviews, 2 refusals and 1 not in service it is known
    counts = wave_rates.rates.counts.iloc[0]
    assert counts[["I", "R", "NE", "UH"]].to_list() == [3, 2, 1, unknown] and counts.sum() == numbers
    assert (wave_rates.released, wave_rates.never_called) == (numbers, numbers - 8)
    values = wave_rates.rates.values.iloc[0]
    assert np.isclose(values.RR1, 3 / (5 + unknown))
    assert np.isclose(values.RR3, 3 / (5 + unknown * 5 / 6))
    assert np.isclose(values.COOP1, 0.6)
    stated = rates.read_rates(called, NAME, MAY, eligibility=0.5).rates.values.iloc[0]
    assert np.isclose(stated.RR3, 3 / (5 + unknown / 2))


@pytest.mark.parametrize("by", rates.DOMAINS)
def test_the_numbers_of_the_domains_add_up_to_all(called, by):
    told_apart, whole = rates.read_rates(called, NAME, MAY, domain=by), rates.read_rates(called, NAME, MAY)
    left_out = whole.never_called if by == "interviewer" else 0
    assert told_apart.rates.counts.to_numpy().sum() == whole.released - left_out
    assert told_apart.rates.counts["I"].sum() == 3


def test_an_interview_is_with_her_who_had_it_not_with_him_who_called_later(called):
    counts = rates.read_rates(called, NAME, MAY, domain="interviewer").rates.counts
    assert counts.loc["Li", "I"] == 2 and counts.loc["Wang", "I"] == 1


def test_weighted_rates_are_sums_of_base_weights(called):
    weighted = rates.read_rates(called, NAME, MAY, weighted=True)
    assert weighted.rates.counts.to_numpy().sum() == pytest.approx(60)  # the list has sixty people


def test_hours_are_those_of_the_calls(called):
    hours = calls_by_hour(
        pd.DataFrame(
            {"at": [datetime(2024, 5, 6, h, tzinfo=UTC) for h in (1, 1, 12)], "disposition": ["1.1", "3.13", "2.11"]}
        ),
        "Asia/Shanghai",
    )
    assert hours.calls.to_dict() == {9: 2, 20: 1}
    assert hours.reached.to_dict() == {9: 0.5, 20: 1} and hours.interviewed.to_dict() == {9: 0.5, 20: 0}
    assert rates.read_hours(called, NAME, MAY).calls.sum() == 9


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_rate_is_shown_with_its_formula_its_limits_and_e(called, language):
    t = speaker(language)
    wave_rates = rates.read_rates(called, NAME, MAY, domain="interviewer")
    rows, notes = rate_rows(wave_rates, {}, t), " ".join(rate_notes(wave_rates, t))
    assert sum(formula in " ".join(rows.columns) for formula in ("RR1", "RR3", "COOP1", "REF1", "CON1")) == 5
    assert f"{wave_rates.rates.values.COOP1.iloc[0]:.1%}" in rows.iloc[0].to_string()
    assert "AAPOR" in notes and "e" in rows.columns
    table = rate_table(wave_rates)
    assert table.RR5.isna().all() and table.RR1.notna().all()  # numbers without an answer may be eligible


def test_a_bulletin_that_a_leader_makes_has_the_rates_of_the_calls(called):
    of_bulletin = facts.response_rates(called.acting(Actor("lee", LEADER)), NAME, MAY)
    assert of_bulletin.rates.values.equals(rates.read_rates(called, NAME, MAY).rates.values)
    assert facts.response_rates(called, NAME, JUNE) is None  # it was not drawn


def test_what_cannot_be_told_apart_is_refused_with_what_can(called):
    with pytest.raises(Fault) as caught:
        rates.read_rates(called, NAME, MAY, domain="shoes")
    assert caught.value.key == "rates.by" and "area" in caught.value.values["expected"]


def test_the_command_prints_the_rates_and_writes_all_of_them(called, tmp_path, monkeypatch):
    monkeypatch.setenv("RANKSHIFT_STORE", str(called.engine.url))
    file = tmp_path / "rates.csv"
    arguments = [
        "sample",
        "rates",
        MAY,
        "--by",
        "area",
        "--e",
        "UH=0.4,UR=0.7,UO=0.5",
        "--csv",
        str(file),
    ]
    done = CliRunner().invoke(cli.app, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "RR3" in done.output and len(pd.read_csv(file)) == 5
    wrong = CliRunner().invoke(cli.app, ["sample", "rates", MAY, "--e", "half"])
    assert isinstance(wrong.exception, Fault) and wrong.exception.key == "rates.e_option"


WAYS = b"""
[items.way]
text = { en = "How somebody was asked" }
answers.tel = { en = "telephone", zh = "\xe7\x94\xb5\xe8\xaf\x9d" }
answers.web = { en = "form" }
answers.door = { en = "visit" }
[questionnaire]
mode = "way"
"""


def way_log(units: list[str], rows) -> bytes:
    """number, minute, outcome, mode: as a call log."""
    at = datetime(2024, 5, 6, 8, tzinfo=UTC)
    lines = [(units[n], (at + timedelta(minutes=m)).isoformat(), "i1", code, mode) for n, m, code, mode in rows]
    return as_csv(pd.DataFrame(lines, columns=["unit_id", "at", "interviewer", "disposition", "mode"]))


def by_mode(store) -> dict[str, dict[str, int]]:
    """mode -> class -> numbers."""
    counts = rates.read_rates(store, NAME, MAY, domain="mode").rates.counts
    return {mode: {name: int(n) for name, n in row.items() if n > 0} for mode, row in counts.iterrows()}


def test_rates_by_mode_are_those_counted_by_hand_or_refused_with_the_way_out(fresh_store):
    """Number 0 answered a form; 1 by telephone; 2 refused at the door; the mode of the calls to 3 and 4 is not said."""
    store = released(begin_survey(fresh_store("sqlite"), PROGRAMME + WAYS))
    numbers = units(store)
    said = {"noise": "often", "pier": "good", "market": "good"}
    record_response(store, NAME, MAY, Response(numbers[0], datetime.now(UTC), said, "", "web"))
    rows = [(1, 1, "1.1", "\u7535\u8bdd"), (2, 1, "3.13", "tel"), (2, 9, "2.11", "visit"), (3, 1, "3.13", "tel")]
    calls.import_calls(store, NAME, MAY, way_log(numbers, [*rows, (3, 9, "3.13", ""), (4, 1, "3.13", "")]), FILE)
    with pytest.raises(Fault) as caught:
        by_mode(store)
    assert caught.value.key == "rates.mode_unknown" and caught.value.values["units"] == numbers[3:5]
    assert "telephone (code tel)" in str(caught.value)
    with pytest.raises(Fault, match="not_called"):
        read_programme(PROGRAMME + WAYS.replace(b"answers.door", b"answers.not_called"), FILE)
    filled = way_log(numbers, [*rows, (3, 9, "3.13", "door"), (4, 1, "3.13", "tel")])
    imported = calls.import_calls(store, NAME, MAY, filled, FILE)
    assert (imported.new, imported.known, imported.modes) == (0, 6, 2)
    expected = {"web": {"I": 1}, "tel": {"I": 1, "UH": 1}, "door": {"R": 1, "UH": 1}, "not_called": {"UH": 5}}
    assert by_mode(store) == expected
    wave_rates = rates.read_rates(store, NAME, MAY, domain="mode")
    assert "visit" in rate_rows(wave_rates, {}, speaker("en")).iloc[:, 0].to_list()
    for mode, key in (("door", "calls.mode_changed"), ("smoke", "calls.mode")):
        with pytest.raises(Fault) as caught:
            calls.import_calls(store, NAME, MAY, way_log(numbers, [(4, 1, "3.13", mode)]), FILE)
        assert caught.value.key == key
    imports.import_programme(store.acting(ANN), PROGRAMME + WAYS + b'[calling]\nmode = "tel"\n', "harbours.toml")
    assert by_mode(store)["tel"] == {"I": 1, "UH": 6}  # those not called yet will be called


def test_a_wave_of_one_mode_has_one_row(called):
    assert list(by_mode(called)) == ["telephone"]
