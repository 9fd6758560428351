"""Waves weighted to margins of different periods are compared on one period's too; refused where categories differ."""

from pathlib import Path

import numpy as np
import pytest
from made_up import BOTH

from presentation import league_table
from presentation.league_notes import change_notes, margin_notes
from service.figures import waves
from service.figures.league import read_league
from service.intake import imports
from service.store import schema
from service.store.engine import Store
from words import Fault

FOLDER = Path(__file__).parent / "cases" / "panel_three_margins"
NAME, BEFORE, AFTER = "panel", "2025Q1", "2025Q2"
PROGRAMME = (FOLDER / "programme.toml").read_text("utf-8")
MARGINS = (FOLDER / "margins.csv").read_text("utf-8")


def totals(period: str, **changed: int) -> bytes:
    """The case's known totals as of another period, some of them changed: type_M=2800."""
    lines = []
    for line in MARGINS.splitlines():
        margin, category, total, when = line.split(",")
        total = changed.get(f"{margin}_{category}", total)
        lines.append(",".join([margin, category, str(total), when if when == "period" else period]))
    return "\n".join(lines).encode()


def begun(tmp_path, margins, period: str = "", merged: bool = False) -> Store:
    """A store with both waves of the case, the margins given, and weights to each wave's own or one period's.

    merged: the second wave asks for low and mid incomes together.
    """
    store = Store.create(f"sqlite:///{tmp_path}/{len(list(tmp_path.iterdir()))}.db")
    programme = PROGRAMME.replace('period = "2025"\n', f'period = "{period}"\n' if period else "")
    imports.import_programme(store, programme.encode(), "programme.toml")
    for content in margins:
        imports.import_margins(store, NAME, content, "margins.csv")
    for wave in (BEFORE, AFTER):
        content = (FOLDER / f"wave_{wave}.csv").read_bytes()
        content = content.replace(b",mid,", b",low,") if merged and wave == AFTER else content
        imports.import_wave(store, NAME, wave, content, f"wave_{wave}.csv")
    return store


def changes(store: Store):
    run = waves.compare_waves(store, NAME, BEFORE, AFTER).run_id
    table = schema.DERIVED["CHANGES"]
    return run, store.table(table.select().where(table.c.run_id == run)).set_index("area")


SHARES = {"type_M": 2000, "type_E": 2000, "type_H": 2000}


def test_a_change_of_the_margins_is_told_from_a_change_of_the_areas(tmp_path):
    """The second wave's totals have more of one type: its figures move, on one period's margins they do not."""
    new = totals(AFTER, **SHARES)
    store = begun(tmp_path, [totals(BEFORE), new])
    run, found = changes(store)
    assert set(found.one_margins) == {AFTER}
    one = begun(tmp_path, [new], period=AFTER)
    _, expected = changes(one)
    assert expected.change_one_margins.isna().all() and expected.one_margins.isna().all()
    np.testing.assert_allclose(found.change_one_margins, expected.change, atol=1e-9)
    np.testing.assert_array_equal(found.places_one_margins, expected.places)
    assert (found.verdict_one_margins == expected.verdict).all()
    gap = found.change - found.change_one_margins
    assert abs(gap).max() > 1
    assert waves.rerun(store, run) == []
    for wave in (BEFORE, AFTER):
        waves.estimate_wave(store, NAME, wave)
    league = read_league(store, NAME, measure="rating", wave=AFTER, against=BEFORE, league="all")
    for language, t in BOTH.items():
        notes = " ".join(change_notes(league, t))
        assert league.name(gap.abs().idxmax())[language] in notes
        assert (
            t("notes.one_margins_same") in notes or t("notes.one_margins_verdicts", names=["#"]).split("#")[0] in notes
        )
        assert "change_one_margins" in league_table.league_rows(league, t)
        assert league_table.league_workbook(league, t).startswith(b"PK")


def test_margins_with_the_same_parts_are_the_same_margins(tmp_path):
    grown = "\n".join(
        ",".join([m, c, str(2 * int(x)) if x.isdigit() else x, AFTER if x.isdigit() else p])
        for m, c, x, p in (line.split(",") for line in MARGINS.splitlines())
    )
    store = begun(tmp_path, [totals(BEFORE), grown.encode()])
    _, found = changes(store)
    assert found.one_margins.isna().all() and found.verdict_one_margins.isna().all()
    for wave in (BEFORE, AFTER):
        waves.estimate_wave(store, NAME, wave)
    league = read_league(store, NAME, measure="rating", wave=AFTER, against=BEFORE, league="all")
    assert "change_one_margins" not in league_table.league_rows(league, BOTH["en"])
    assert margin_notes(league, BOTH["en"]) == []


def test_margins_with_other_categories_are_a_break(tmp_path):
    new = totals(AFTER, income_low=4200).decode().splitlines()
    merged = "\n".join(line for line in new if not line.startswith("income,mid"))
    store = begun(tmp_path, [totals(BEFORE), merged.encode()], merged=True)
    waves.estimate_wave(store, NAME, AFTER)
    with pytest.raises(Fault, match="of income differ: mid are in one only") as caught:
        waves.compare_waves(store, NAME, BEFORE, AFTER)
    assert caught.value.key == "compare.margins"
