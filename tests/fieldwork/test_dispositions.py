"""The table of outcomes: AAPOR's classes and frames, the words centres use, and a programme's own."""

import csv
from pathlib import Path

import pytest

from fieldwork import DISPOSITIONS, ENDING, code_of
from fieldwork.dispositions import CLASSES, ELIGIBLE, NOT_ELIGIBLE, OUTCOMES, check_words, codes_of_class
from words import Fault

GOLDEN = Path(__file__).parents[1] / "golden" / "aapor_dispositions.csv"
AAPOR = {row["code"]: row for row in csv.DictReader(GOLDEN.read_text("utf-8").splitlines())}


def test_every_code_has_the_class_and_the_frames_that_aapor_gives_it():
    assert set(OUTCOMES) == set(AAPOR)
    for code, outcome in OUTCOMES.items():
        assert outcome.group == AAPOR[code]["class_10th"], code
        assert outcome.frames == {frame for frame in ("landline", "mobile", "list") if AAPOR[code][frame] == "1"}, code
    assert codes_of_class("UR") == {"3.2", "3.21"}  # a class of its own since the 10th edition
    assert OUTCOMES["4.45"].frames == {"landline"} and OUTCOMES["4.46"].frames == {"mobile"}
    assert {"2.9", "4.431", "4.432", "4.81"} <= DISPOSITIONS


def test_a_retired_code_and_a_number_never_called_stand_in_no_call_log_and_what_was_stored_keeps_its_meaning():
    assert not {"4.42", "3.11"} & DISPOSITIONS
    assert "4.42" in ENDING & NOT_ELIGIBLE  # in logs of before
    assert "3.11" in codes_of_class("UH") and "4.42" not in codes_of_class(*CLASSES)


def test_what_shows_eligibility_follows_from_the_class_but_for_numbers_that_may_yet_answer():
    assert {code for code in OUTCOMES if code[0] in "12"} == ELIGIBLE
    assert {code for code in OUTCOMES if code[0] == "4"} - NOT_ELIGIBLE == {"4.33", "4.8"}


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("完成", "1.1"),
        ("拒访", "2.11"),
        ("中途拒访", "2.12"),
        ("约访", "2.21"),
        ("无人接听", "3.13"),
        ("占线", "3.12"),
        ("关机", "3.16"),
        ("空号", "4.31"),
        ("停机", "4.33"),
        ("非本地", "4.1"),
        ("年龄不符", "4.7"),
        ("传真", "4.2"),
        ("机构", "4.51"),
        (" No  Answer ", "3.13"),
        ("Busy", "3.12"),
        ("2.10", "2.1"),
        ("3.11", None),
        ("4.42", None),
        ("挂了", None),
    ],
)
def test_a_centre_s_word_is_a_code(word, code):
    assert code_of(word) == code


def test_a_word_stands_for_one_code_only_and_every_code_has_a_name_in_both_languages():
    seen = {}
    for code, outcome in OUTCOMES.items():
        assert all(outcome.names.values()), code
        for word in outcome.words:
            assert seen.setdefault(word, code) == code, word


def test_a_programme_s_own_words_go_before_the_usual_ones_and_a_wrong_code_is_refused():
    own = {"挂了": "2.11", "关机": "3.13"}
    check_words(own)
    assert (code_of("挂了", own), code_of("关机", own), code_of("空号", own)) == ("2.11", "3.13", "4.31")
    with pytest.raises(Fault) as caught:
        check_words({"挂了": "2.99"})
    assert "2.99" in str(caught.value) and "挂了" in caught.value.sentences["zh"]
