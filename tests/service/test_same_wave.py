"""The same wave gives the same estimates to the digit, whatever an office saved it as."""

import io
import os
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from made_up import BOTH, changed, interviews

from programme.survey import read_programme
from service.files.read import read_table
from service.intake.wave_file import read_wave
from words import Fault

# as PROGRAMME, with one question of several answers and the same people
PROGRAMME = read_programme(changed(), "harbours.toml")
PLAIN = read_wave(interviews().to_csv(index=False).encode(), "plain.csv", PROGRAMME)
NOISE = {code: k for k, code in enumerate(("often", "rarely", "never", "refused"), 1)}


def written(write, suffix: str, tmp_path, *arguments, **options) -> bytes:
    """The bytes of a file that a function of pyreadstat writes."""
    place = os.path.join(tmp_path, f"w.{suffix}")
    write(*arguments, place, **options)
    with open(place, "rb") as file:
        return file.read()


def titled_workbook() -> bytes:
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl") as writer:
        pd.DataFrame({"x": ["\u8bf7\u52ff\u4fee\u6539"]}).to_excel(writer, sheet_name="\u8bf4\u660e", index=False)
        interviews().astype({"w": float}).to_excel(writer, sheet_name="\u6570\u636e", index=False, startrow=2)
        writer.sheets["\u6570\u636e"]["A1"] = "2024\u5e745\u6708"
    return buffer.getvalue()


def full_texts() -> pd.DataFrame:
    """As LimeSurvey exports answers in full, with codes and texts of questions as headings."""
    table = interviews()
    for name in ("noise", "pier", "market"):
        names = PROGRAMME.items[name].answers
        table[name] = [names[cell]["en"] if cell in names else cell for cell in table[name]]
    table["town"] = [PROGRAMME.areas[town].name["zh"] for town in table.town]
    table.insert(0, "Response ID", range(1, len(table) + 1))
    return table.rename(columns={c: f"{c}. A question about {c}?" for c in ("noise", "pier", "market")})


def files(tmp_path) -> dict[str, bytes]:
    numbered = interviews().astype({"w": float}).assign(noise=lambda t: t.noise.map(NOISE))
    labels = {"noise": {k: code for code, k in NOISE.items()}}
    return {
        "w.gbk.csv": interviews().assign(remark="\u7801\u5934\u5f88\u5435").to_csv(index=False).encode("gb18030"),
        "w.semicolon.csv": interviews().to_csv(index=False, sep=";").encode("utf-8-sig"),
        "w.tab.txt": interviews().to_csv(index=False, sep="\t").encode("utf-16"),
        "w.xlsx": titled_workbook(),
        "w.sav": written(pyreadstat.write_sav, "sav", tmp_path, numbered, variable_value_labels=labels),
        "w.dta": written(pyreadstat.write_dta, "dta", tmp_path, numbered, variable_value_labels=labels),
        "results-survey.csv": full_texts().to_csv(index=False, quoting=1).encode("utf-8-sig"),
    }


def test_the_same_wave_is_the_same_whatever_it_was_saved_as(tmp_path):
    for name, content in files(tmp_path).items():
        wave = read_wave(content, name, PROGRAMME)
        pd.testing.assert_frame_equal(
            wave.respondents.reset_index(drop=True), PLAIN.respondents.reset_index(drop=True), check_exact=True
        )
        assert wave.digest == PLAIN.digest, name  # every estimate follows from what the digest is of
        assert wave.notes, name
        for t in BOTH.values():
            assert all("{" not in t(key, **values) for key, values in wave.notes)


def test_chinese_names_labels_and_declared_missing_values_come_back(tmp_path):
    table = pd.DataFrame({"\u7f16\u53f7": ["\u7532", "\u4e59"], "q": [1.0, 9.0]})
    options = {"variable_value_labels": {"q": {1: "\u5b89\u5168"}}, "missing_ranges": {"q": [9]}}
    content = written(pyreadstat.write_sav, "sav", tmp_path, table, **options)
    assert read_table(content, "a.sav").to_dict("list") == {"\u7f16\u53f7": ["\u7532", "\u4e59"], "q": ["1", "9"]}


@pytest.mark.parametrize("start", [b"$FL2", b"$FL3", b"<stata_dta>"])
def test_a_damaged_statistical_file_is_one_sentence(start, tmp_path):
    for content in (start, start + bytes(400), start + b"\xff" * 4000):
        with pytest.raises(Fault) as caught:
            read_table(content, "a.sav")
        assert caught.value.key in ("file.not_sav", "file.not_dta", "file.empty", "file.no_rows")


def test_a_file_that_ends_its_reader_is_one_sentence_and_ends_nothing_else():
    """Found among ten thousand mutations: pyreadstat 1.3.7 reads the address zero, which ends its process."""
    content = (Path(__file__).parent / "cases" / "ends_the_reader.sav").read_bytes()
    with pytest.raises(Fault) as caught:
        read_table(content, "a.sav")
    assert caught.value.key == "file.not_sav"
