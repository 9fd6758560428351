"""The page that checks a bulletin: findings of a file and of pasted text in both languages, and a refusal."""

import pytest
from streamlit.testing.v1 import AppTest

from words import text


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
    assert "63.6" in at.dataframe[0].value.to_string()
    at.text_area(key="printed_text").set_value("173个乡镇中110个占63.6%。")
    at.button(key="printed_go").click().run()
    assert at.success and text("printed.none_found", language) in [m.value for m in at.markdown]
    at.file_uploader(key="printed_file").set_value(("a.csv", "地区,某某\n甲,1\n乙,2\n".encode(), "text/csv"))
    at.button(key="printed_go").click().run()
    assert "某某" in at.error[0].value
