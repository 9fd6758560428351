"""Outcomes in a centre's own words, in call logs and waves, and what is unknown with its counts and rows."""

from datetime import UTC, datetime

import pandas as pd
import pytest
from made_up import changed

from estimation.weighting.steps import Dispositions
from programme.survey import read_programme
from service.fieldwork.call_file import read_calls
from service.files.faults import FaultList
from service.intake.outcomes import counted
from service.intake.released import check_released
from service.intake.said_answers import as_codes
from words import Fault

NOW = datetime(2026, 1, 6, tzinfo=UTC)
WORDS = ["完成", "拒访", "空号", "1.10", "联系不上", "联系不上", "改天"]
OWN = """
[outcomes]
"联系不上" = "3.13"
"改天" = "2.21"
"""
WEIGHTED = (
    ('weight = "w"\n', ""),
    ("[leagues.north]", '[weighting]\ndisposition = "outcome"\n[weighting.base]\nweight = "base"\n[leagues.north]'),
)


def log(words) -> bytes:
    rows = [f"u{k},2026-01-05 09:{k:02},ann,{word}" for k, word in enumerate(words)]
    return "\n".join(["unit_id,at,interviewer,disposition", *rows]).encode()


def programme(*replacements, more: str = ""):
    return read_programme(
        changed(("[measures.disturbed]", "[measures.disturbed]"), *replacements) + more.encode(), "p.toml"
    )


def test_a_log_in_chinese_words_is_read_as_codes_and_this_is_said():
    own = programme(more=OWN).outcomes
    found, notes = read_calls(log(WORDS), "log.csv", NOW, words=own)
    assert list(found.disposition) == ["1.1", "2.11", "4.31", "1.1", "3.13", "3.13", "2.21"]
    assert notes[-1][0] == "file.read.as_codes" and "空号 → 4.31" in notes[-1][1]["pairs"]


def test_words_that_no_map_knows_are_a_fault_with_their_counts_and_rows():
    with pytest.raises(Fault) as caught:
        read_calls(log(WORDS), "log.csv", NOW)
    assert caught.value.key == "calls.disposition" and caught.value.values["rows"] == [6, 7, 8]
    for language, sentence in caught.value.sentences.items():
        counts = ("联系不上（2）", "改天（1）") if language == "zh" else ("联系不上 (2)", "改天 (1)")
        assert all(count in sentence for count in counts) and "[outcomes]" in sentence
    assert counted(pd.Series([str(k) for k in range(30)]))[-1]["zh"] == "…"


def test_a_word_mapped_to_no_code_is_refused_with_the_entry():
    with pytest.raises(Fault) as caught:
        programme(more='[outcomes]\n"改天" = "2.21x"\n')
    assert caught.value.key == "programme.entry" and "outcomes.改天" in str(caught.value)


def test_weighting_without_lists_of_outcomes_takes_the_classes_of_the_table():
    steps = programme(*WEIGHTED, more=OWN).weighting
    assert steps is not None
    codes: Dispositions = steps.dispositions
    assert {"1.1", "1.2"} == codes.responded and {"2.11", "2.9", "2.21"} <= codes.not_responded
    assert {"3.11", "3.13", "3.2"} <= codes.unknown and {"4.31", "4.43", "4.8"} <= codes.ineligible


def test_a_wave_s_outcomes_in_words_are_taken_as_codes_and_unknown_ones_are_counted():
    plan = programme(*WEIGHTED, more=OWN)
    table = pd.DataFrame(
        {"id": [f"u{k}" for k in range(5)], "outcome": ["完成", "3.130", "联系不上", "乱", "乱"]}, dtype=str
    )
    table = table.assign(base="1", town="ash", side="quay")
    coded, notes = as_codes(table, {}, plan)
    assert list(coded.outcome) == ["1.1", "3.13", "3.13", "乱", "乱"]
    assert notes[-1][1]["column"] == "outcome"
    faults = FaultList("w.csv")
    check_released(coded, faults, ("id",), plan.weighting)
    assert faults.found[0].key == "wave.disposition" and faults.found[0].values["outcomes"] == [
        {"zh": "乱（2）", "en": "乱 (2)"}
    ]


def test_lists_of_a_programme_s_own_outcomes_stay_as_they_were():
    lists = 'disposition = "outcome"\nresponded = ["完成"]\nnot_responded = ["拒访"]\n'
    lists += 'unknown = ["关机"]\nineligible = ["空号"]\n'
    plan = programme(WEIGHTED[0], (WEIGHTED[1][0], WEIGHTED[1][1].replace('disposition = "outcome"\n', lists)))
    table = pd.DataFrame({"outcome": ["完成", "拒访", "关机", "空号", "占线"]}, dtype=str)
    coded, notes = as_codes(table, {}, plan)
    assert list(coded.outcome) == list(table.outcome) and not notes
