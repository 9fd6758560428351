"""How many interviews: the command and the page say what the published formulas do, and ask for one thing at a time."""

import pytest
from streamlit.testing.v1 import AppTest

from presentation.sizes import SizeAsked, size_lines
from words import Fault, speaker, text

EN = speaker("en")


def test_the_command_says_cochrans_island_and_what_numbers_it_needs(rankshift):
    """Cochran (1977) 4.4: 3,200 people, d = .05 with t = 2: 356."""
    said = rankshift("size", "--margin", 0.05, "--level", 0.9545, "--population", 3_200, "--response", 0.5).out
    assert "356 interviews" in said and "712 numbers" in said
    assert "385 interviews" in rankshift("size", "--change", 0.1).out  # 50 % against 40 %
    assert "±3.1 points" in rankshift("size", "--interviews", 1_000).out
    assert "三项只填一项" in rankshift("size", "--interviews", 1_000, "--change", 0.1, language="zh").err
    assert rankshift("size", "--margin", 2).code == 1


def test_a_design_effect_widens_the_margin_and_people_in_common_need_fewer():
    wide, narrow = (size_lines(SizeAsked(interviews=400, deff=deff), EN)[0] for deff in (2.0, 1.0))
    assert "±6.9" in wide and "±4.9" in narrow
    alone, together = (size_lines(SizeAsked(change=0.05, overlap=o, correlation=0.6), EN)[1] for o in (0.0, 1.0))
    assert alone == "1,562 interviews" and together != alone
    with pytest.raises(Fault):
        SizeAsked()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_has_the_same_form(language):
    script = f"""
from ui.panels import size_form
from words import speaker
size_form.show(speaker({language!r}))
"""
    at = AppTest.from_string(script, default_timeout=60).run()
    at.button(key="size_go").click().run()
    assert at.error[0].value == text("size.one_of", language)
    at.number_input(key="size_margin").set_value(0.03)
    at.button(key="size_go").click().run()
    assert not at.exception and not at.error
    assert [m.value for m in at.markdown] == size_lines(SizeAsked(0.03), speaker(language))
