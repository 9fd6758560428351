"""The page that checks a bulletin: findings of a file and of pasted text in both languages, and a refusal."""

import pytest
from streamlit.testing.v1 import AppTest

from presentation.printed.findings import meaning_names
from words import speaker, text


def page(language: str) -> AppTest:
    script = f"""
from ui.pages import printed
from words import speaker
printed.show(None, speaker({language!r}))
"""
    return AppTest.from_string(script, default_timeout=60).run()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pasted_text_and_a_file_are_checked(language):
    at = page(language)
    at.text_area(key="printed_text").set_value("173个乡镇中110个占57.8%。")
    at.button(key="printed_go").click().run()
    assert not at.exception and "1" in at.error[0].value
    assert any("63.6" in block.value for block in at.get("html"))
    at.text_area(key="printed_text").set_value("173个乡镇中110个占63.6%。")
    at.button(key="printed_go").click().run()
    assert at.success and text("printed.none_found", language) in [m.value for m in at.markdown]
    at.file_uploader(key="printed_file").set_value(("a.csv", "地区,某某\n甲,1\n乙,2\n".encode(), "text/csv"))
    at.button(key="printed_go").click().run()
    assert "某某" in at.error[0].value
    assert at.success  # the text is checked beside the file
    names = meaning_names(speaker(language))
    assert text("printed.say", language, names=names) in [block.value for block in at.info]


def test_nothing_to_check_is_said():
    at = page("zh")
    at.button(key="printed_go").click().run()
    assert [block.value for block in at.warning] == [text("printed.neither", "zh")]
