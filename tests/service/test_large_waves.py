"""A wave too large for memory: estimates, ranks and verdicts from an engine's sums are those of the wave in memory."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up import BOTH, MAY, PROGRAMME, TOWNS, changed, interviews

from programme.survey import read_programme
from service.drawing.lake import open_lake
from service.drawing.large_waves import estimate_large, opened_wave
from service.figures.computing import COMPUTE
from service.figures.loaded_waves import wave_of_tables
from service.figures.use_cases import ESTIMATE
from service.figures.waves import SEED
from service.files.faults import faults_in
from service.intake.wave_file import read_wave
from words import Fault

ENSU = Path(__file__).parents[2] / "data" / "ensu2015"
SAME = 1e-10
MEANS = """
[items.years]
text = { zh = "住了几年？", en = "How many years here?" }
range = [0, 60]
whole = true
asked_if = { noise = ["often", "rarely"] }
not_asked = ["-"]
[measures.stay]
kind = "mean"
items = "years"
best = "largest"
name = { zh = "居住年数", en = "Years here" }
[measures.both]
kind = "index"
best = "largest"
scale = [0, 1]
name = { zh = "指数", en = "Index" }
parts.disturbed = { weight = 0.4 }
parts.stay = { weight = 0.6, bounds = [0, 60] }
"""


def in_memory(programme: bytes, table: pd.DataFrame, wave: str) -> dict[str, pd.DataFrame]:
    """The tables of the estimate of a wave that is read and computed as an import and a run do."""
    declared = read_programme(programme, "p.toml")
    data = read_wave(table.to_csv(index=False).encode(), "wave.csv", declared, wave=wave)
    return COMPUTE[ESTIMATE](declared, [wave_of_tables(1, wave, data.objects)], {}, SEED, lambda _: None)


def by_sums(programme: bytes, file: Path, wave: str) -> dict[str, pd.DataFrame]:
    return estimate_large(opened_wave(open_lake(), read_programme(programme, "p.toml"), wave, file))


def same(found: dict[str, pd.DataFrame], expected: dict[str, pd.DataFrame]) -> None:
    """Tables with the same rows and texts, and numbers that agree to ten digits."""
    assert set(found) == set(expected) >= {"ESTIMATES", "COVARIANCES", "RANKS", "VERDICTS"}
    for name, table in expected.items():
        assert list(found[name]) == list(table) and len(found[name]) == len(table) > 0
        for column in table:
            if pd.api.types.is_float_dtype(table[column]):
                size = np.abs(table[column]).max() if column == "covariance" else 1.0
                values = found[name][column], table[column]
                np.testing.assert_allclose(*values, rtol=SAME, atol=SAME * size, err_msg=f"{name} {column}")
            else:
                assert list(found[name][column]) == list(table[column]), (name, column)


def test_a_wave_of_persons_drawn_in_places_is_the_same_to_ten_digits(tmp_path):
    table = pd.read_csv(ENSU / "ensu_2015Q2.csv", dtype=str, keep_default_na=False)
    for part in (0, 1):  # a folder of two files
        table[table.index % 2 == part].to_parquet(tmp_path / f"part{part}.parquet")
    whole = (ENSU / "programme.toml").read_text("utf-8")
    programme = re.sub(r"(?ms)^\[types\..*?(?=^\[(?!types)|\Z)", "", whole).encode()
    assert refused(whole.encode(), tmp_path) == {"types"}
    same(by_sums(programme, tmp_path, "2015Q2"), in_memory(programme, table, "2015Q2"))


@pytest.mark.parametrize("lonely", ["average", "adjust", "certainty", "remove"])
def test_a_wave_of_persons_drawn_one_by_one_is_the_same_to_ten_digits(tmp_path, lonely):
    """Weights that differ, some of them 0, strata across towns and one with a single interview; means and an index."""
    programme = changed(('lonely = "error"', f'lonely = "{lonely}"'), ('["town", "side"]', '["side"]'))
    programme += MEANS.encode()
    table, rng = interviews(7), np.random.default_rng(1)
    table["years"] = np.where(table.noise.isin(["often", "rarely"]), rng.integers(0, 61, len(table)).astype(str), "-")
    table.loc[table.index % 9 == 0, "w"] = "0"
    table.loc[3, ["side", "w"]] = ["jetty", "2.5"]
    typed = table.assign(w=table.w.astype(float))
    typed.to_parquet(tmp_path / "wave.parquet")
    same(by_sums(programme, tmp_path / "wave.parquet", MAY), in_memory(programme, table, MAY))


def test_groups_of_areas_that_are_ranked_too_are_the_same_to_ten_digits(tmp_path):
    programme = re.sub(r"(?m)^(cedar|ash|birch|dill|elder) = \{", r'\1 = { group = "\1s",', PROGRAMME.decode())
    groups = [f'{town}s = {{ league = "bays", zh = "{town}湾", en = "{town} bay" }}' for town in TOWNS]
    league = '[leagues.bays]\nname = { zh = "海湾", en = "Bays" }\n[groups]\n' + "\n".join(groups)
    programme = programme.replace("[areas]", f"{league}\n\n[areas]").encode()
    interviews(3).to_parquet(tmp_path / "wave.parquet")
    found = by_sums(programme, tmp_path / "wave.parquet", MAY)
    assert {"ash", "ashs"} <= set(found["RANKS"].area)
    same(found, in_memory(programme, interviews(3), MAY))


def refused(programme: bytes, file: Path) -> set[str]:
    with pytest.raises(Fault) as caught:
        by_sums(programme, file, MAY)
    assert len({say(caught.value.key, **caught.value.values) for say in BOTH.values()}) == 2
    return {fault.key.removeprefix("large_wave.") for fault in faults_in(caught.value)}


def test_what_sums_cannot_give_is_refused_by_name(tmp_path):
    interviews().to_parquet(tmp_path / "wave.parquet")
    people = "[population]\nunits = { ash = 900, birch = 900, cedar = 900, dill = 900, elder = 900 }\n"
    merged = '[merged_strata]\n"ash / quay" = ["ash / hill"]\n'
    shared = '[interviewers]\ncolumn = "remark"\nat_random = true\n'
    for addition in (people, shared):
        assert refused(PROGRAMME + addition.encode(), tmp_path / "wave.parquet") == {addition.split("]")[0][1:]}
    both = refused(PROGRAMME + (people + shared).encode(), tmp_path / "wave.parquet")
    assert both == {"population", "interviewers"}, merged


def test_what_is_wrong_in_the_file_is_refused_all_at_once(tmp_path):
    table, file = interviews(), tmp_path / "wave.parquet"
    for wrong, keys in (
        ({"town": "atlantis"}, {"codes"}),
        ({"town": ""}, {"blank"}),
        ({"noise": "loud", "pier": "9", "w": "-1"}, {"codes", "weight"}),
        ({"w": "1e-300"}, {"weight"}),
        ({"id": table.id[5]}, {"twice"}),
    ):
        table.assign(**{c: np.where(table.index == 7, cell, table[c]) for c, cell in wrong.items()}).to_parquet(file)
        assert refused(PROGRAMME, file) == keys
    table.assign(id=[f"1380000{k:04}" for k in table.index]).to_parquet(file)
    assert refused(PROGRAMME, file) == {"numbers"}
    years = np.where(table.noise == "often", "-", "5")
    table.assign(years=years).to_parquet(file)
    assert refused(PROGRAMME + MEANS.encode(), file) == {"filter"}
    table.drop(columns="pier").to_parquet(file)
    assert refused(PROGRAMME, file) == {"wave.column"}
    file.write_text("no Parquet")
    assert refused(PROGRAMME, file) == {"not_parquet"}


def test_too_many_different_answers_are_refused_with_their_number(tmp_path, monkeypatch):
    monkeypatch.setattr("service.drawing.large_waves.CELLS", 20)
    interviews().to_parquet(tmp_path / "wave.parquet")
    assert refused(PROGRAMME, tmp_path / "wave.parquet") == {"cells"}


def test_the_command_prints_the_figures_or_writes_them(tmp_path, rankshift):
    (tmp_path / "p.toml").write_bytes(PROGRAMME)
    interviews().to_parquet(tmp_path / "wave.parquet")
    asked = ("large-wave", tmp_path / "p.toml", tmp_path / "wave.parquet", "--wave", MAY)
    said = {language: rankshift(*asked, language=language) for language in ("en", "zh")}
    assert {one.code for one in said.values()} == {0}
    assert "Ashhaven" in said["en"].out and "白蜡港" in said["zh"].out and "all areas" in said["en"].out
    assert rankshift(*asked, "--csv", tmp_path / "figures.csv").code == 0
    written = pd.read_csv(tmp_path / "figures.csv")
    expected = in_memory(PROGRAMME, interviews(), MAY)["ESTIMATES"]
    np.testing.assert_allclose(written.estimate, expected.estimate, rtol=1e-9)
    assert {"rank", "rank_lower", "rank_upper"} <= set(written) and written.simulated.all()
