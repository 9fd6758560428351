"""A drawn wave's calls and answers made up by command and imported as anybody's: the whole chain, small."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from fieldwork.simulated import Interviewing, Reaching, Truth
from sampling.planning.wanted import Wanted
from service.drawing import draws, releases
from service.fieldwork.calls import read_fieldwork
from service.fieldwork.simulating import simulate_wave
from service.figures import waves
from service.figures.league import read_league
from service.intake import imports
from service.protection.keys import Key
from service.samples import frames
from service.store.permissions import CENTRE, Actor
from words import Fault

ROOT = Path(__file__).parents[2]
WHOLE = (ROOT / "data" / "laibin_quarters" / "programme.toml").read_text("utf-8")
CONTENT = (WHOLE[: WHOLE.index("[records.")] + WHOLE[WHOLE.index("[rules.last_five]") :]).encode()  # without the truth
TOWNSHIPS = pd.read_csv(ROOT / "data" / "guangxi" / "laibin_townships.csv", dtype=str).township
NAME, WAVE, NEXT = "laibin_quarters", "2026Q1", "2026Q2"
KEY, ANN = Key(bytes(64)), Actor("ann", CENTRE)
BEGINS = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
RATES = dict.fromkeys(TOWNSHIPS, 0.9)


def drawn(store) -> None:
    """A list of thirty people in each township, of whom 25 are drawn, as a sample of the wave; another is planned."""
    imports.import_programme(store, CONTENT, "programme.toml")
    centre = store.acting(ANN)
    people = pd.DataFrame({"area": TOWNSHIPS.repeat(30)}).assign(source="simulated")
    people["unit_id"] = [f"sim-{k:05d}" for k in range(len(people))]
    people["listed_age"] = ["18-29", "30-70"] * (len(people) // 2)
    frames.import_frame(
        centre, NAME, "list", people.to_csv(index=False).encode(), "simulated.csv", frame_key=KEY, keep=["listed_age"]
    )
    draws.make_plan(centre, NAME, WAVE, Wanted(350, "equal", response_rate=0.5, portions=(1.0,)), frame="list")
    draws.approve_plan(centre, NAME, WAVE, frame_key=KEY)
    draws.draw_wave(centre, NAME, WAVE, frame_key=KEY)
    releases.release_next(centre, NAME, WAVE)


@pytest.fixture
def of_sample(prepared):
    store, _ = prepared("sqlite", drawn)
    yield store
    store.engine.dispose()


def simulated(store, *, wave=WAVE, measure="safe", rates=RATES, seed="1", days=21):
    interviewing = Interviewing(("x", "y", "z"))
    span = {"begins": BEGINS, "ends": BEGINS + timedelta(days=days)}
    return simulate_wave(store, NAME, wave, measure, Truth(rates), Reaching(), interviewing, seed=seed, **span)


def test_by_command_a_drawn_wave_is_called_answered_weighted_and_estimated_and_says_that_it_is_simulated(
    of_sample, tmp_path, rankshift
):
    truth, url = tmp_path / "truth.csv", str(of_sample.engine.url)
    truth.write_text(f"area,{WAVE},{NEXT}\n" + "".join(f"{a},{r},0.1\n" for a, r in RATES.items()), "utf-8")
    options = ("--from", "2026-03-02", "--interviewers", 5, "--store", url)
    said = rankshift("simulate", WAVE, truth, tmp_path / "files", *options)
    assert said.code == 0 and "SIMULATED" in said.out and "Nobody was asked" in said.out
    calls, answers = (tmp_path / "files" / f"simulated_{kind}_{WAVE}.csv" for kind in ("calls", "answers"))
    for file in (calls, answers):
        assert set(pd.read_csv(file, dtype=str).simulated) == {"True"}
    assert rankshift("sample", "calls", WAVE, calls, "--store", url).code == 0
    assert read_fieldwork(of_sample, NAME, WAVE).open == 0
    taken = rankshift("import-wave", WAVE, answers, "--store", url)
    assert taken.code == 0, taken.err
    rows = pd.read_csv(answers, dtype=str, keep_default_na=False)
    done = (rows.outcome == "1.1").sum()
    assert f"{done} interviews" in taken.out and 1.5 < len(rows) / done < 2.3
    totals = [("township", code, 30.0) for code in TOWNSHIPS]
    known = rows[rows.outcome == "1.1"]
    groups = pd.cut(known.age.astype(int), [17, 29, 39, 49, 59, 70], labels=list(Truth(RATES).age_shares))
    cells = (known.sex + "*" + groups.astype(str)).value_counts(normalize=True)
    totals += [("sex*age_group", cell, 2100 * part) for cell, part in cells.items()]
    margins = pd.DataFrame(totals, columns=["margin", "category", "total"]).assign(period="2024")
    imports.import_margins(of_sample, NAME, margins.to_csv(index=False).encode(), "margins.csv")
    waves.estimate_wave(of_sample, NAME, WAVE)
    league = read_league(of_sample, NAME, wave=WAVE)
    assert league.programme.simulated and league.table.n.sum() == (known.safe != "9").sum()


def test_the_same_seed_makes_the_same_wave_and_another_seed_another(of_sample):
    one, again, other = (simulated(of_sample, seed=seed) for seed in ("1", "1", "2"))
    pd.testing.assert_frame_equal(one.calls, again.calls)
    pd.testing.assert_frame_equal(one.answers, again.answers)
    assert not one.answers.equals(other.answers) and one.interviews == (one.answers.outcome == "1.1").sum()


def test_a_fieldwork_of_few_days_has_open_numbers_and_appointments_ahead(of_sample):
    broken = simulated(of_sample, days=2)
    assert len(broken.appointments) and (broken.answers.outcome.str[0] == "3").sum() > 50


@pytest.mark.parametrize(
    "change, asked, key",
    [
        ((b"simulated = true", b"simulated = false"), {}, "simulated.real"),
        ((b"", b""), {"measure": "theft"}, "simulated.measure"),
        ((b"", b""), {"wave": NEXT}, "sample.not_drawn"),
        ((b"", b""), {"rates": {TOWNSHIPS[0]: 0.9}}, "simulated.areas"),
        ((b'cells = ["listed_age"]', b'cells = ["trade"]'), {}, "simulated.columns"),
        ((b'disposition = "outcome"', b'disposition = "outcome"\nresponded = ["1.1"]'), {}, "simulated.outcomes"),
    ],
)
def test_what_cannot_be_simulated_is_refused(of_sample, change, asked, key):
    assert change[0] in CONTENT
    if change[0]:
        imports.import_programme(of_sample, CONTENT.replace(*change), "programme.toml", note="changed")
    with pytest.raises(Fault) as refused:
        simulated(of_sample, **asked)
    assert refused.value.key == key


def test_a_file_of_true_rates_is_refused_with_all_that_is_wrong(of_sample, tmp_path, rankshift):
    file = tmp_path / "truth.csv"
    file.write_text(f"area,rate\n{TOWNSHIPS[0]},1.2\nnowhere,0.5\n{TOWNSHIPS[0]},0.9\n", "utf-8")
    said = rankshift("simulate", WAVE, file, tmp_path, "--store", str(of_sample.engine.url))
    assert said.code == 1 and all(found in said.err for found in ("1.2", "nowhere", TOWNSHIPS[0]))
    file.write_text(f"area,{NEXT}\n{TOWNSHIPS[0]},0.9\n", "utf-8")
    said = rankshift("simulate", WAVE, file, tmp_path, "--store", str(of_sample.engine.url))
    assert said.code == 1 and "rate" in said.err and NEXT in said.err
