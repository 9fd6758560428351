"""The address is the state of a page: what it may say, what a choice writes into it, and what it can never do."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from service.store.engine import STORE_VARIABLE
from service.store.permissions import LEADER
from ui import navigation
from words import text

ROOT = Path(__file__).parents[2]
EVIL = "<b onclick='x'>2015Q9</b> **loud** [here](http://example.org)"


@pytest.fixture(autouse=True)
def demo(ensu_store, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, ensu_store[1])


def app(**said: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in said.items():
        at.query_params[name] = value
    return at.run()


def addressed(at: AppTest) -> dict[str, str]:
    return {name: said if isinstance(said, str) else said[0] for name, said in at.query_params.items()}


def test_an_address_alone_gives_the_page_that_was_chosen():
    at = app(lang="en", role=LEADER, wave="2015Q2", against="2015Q1", measure="police", area="33")
    assert not at.exception
    shown = {name: at.selectbox(key=f"{name} en").value for name in ("role", "wave", "against", "measure", "area")}
    assert shown == {"role": LEADER, "wave": "2015Q2", "against": "2015Q1", "measure": "police", "area": "33"}


def test_a_choice_stands_in_the_address_with_all_that_the_page_shows_and_reloading_gives_the_same():
    at = app(lang="en")
    at.selectbox(key="measure en").set_value("police").run()
    assert addressed(at) == {
        "lang": "en",
        "role": "administrator",
        "programme": "ensu2015",
        "wave": "2015Q3",
        "against": "2015Q2",
        "measure": "police",
    }
    again = app(**addressed(at))
    assert [s.value for s in again.selectbox] == [s.value for s in at.selectbox]
    assert again.subheader[0].value == at.subheader[0].value


def test_the_language_keeps_the_role_and_the_role_keeps_the_language():
    at = app(lang="zh")
    at.selectbox(key="role zh").set_value(LEADER).run()
    at.radio(key="language").set_value("en").run()
    assert at.selectbox(key="role en").value == LEADER and at.title[0].value == text("leader.title", "en")
    at.selectbox(key="role en").set_value("statistician").run()
    assert at.radio(key="language").value == "en" and at.title[0].value == text("leader.title", "en")


def test_another_wave_begins_with_its_own_comparison_and_keeps_the_measure_and_the_area():
    at = app(lang="en", wave="2015Q3", against="2015Q2", measure="police", area="33")
    at.selectbox(key="wave en").set_value("2015Q2").run()
    assert addressed(at).get("against") is None and at.selectbox(key="against en").value == "2015Q1"
    assert at.selectbox(key="measure en").value == "police" and at.selectbox(key="area en").value == "33"


@pytest.mark.parametrize("name", ["lang", "role", "programme", "wave", "against", "measure", "area"])
def test_what_does_not_exist_is_said_but_never_written_on_the_page(name):
    at = app(**{"lang": "en", name: EVIL})
    assert not at.exception and not at.error
    written = [str(p.value) for kind in (at.markdown, at.caption, at.title, at.subheader, at.info) for p in kind]
    assert not [words for words in written if "2015Q9" in words or "example.org" in words]
    if name not in ("lang", "role"):
        assert any("does not exist" in words for words in written)


def test_each_reader_has_an_address_of_their_own():
    one, other = app(lang="zh"), app(lang="en")
    one.selectbox(key="wave zh").set_value("2015Q1").run()
    other.run()
    assert other.selectbox(key="wave en").value == "2015Q3" and "wave" not in addressed(other)


def test_another_page_has_all_choices_before_it_is_named_to_the_browser(monkeypatch):
    """Else the browser may keep the page's address twice, without and with them, and one step back would not leave."""
    at = app(lang="en", wave="2015Q2", measure="police")
    pages = {page["url_pathname"]: number for number, page in at._registered_pages.items()}
    said, name_pages = [], navigation.st.navigation
    monkeypatch.setattr(
        navigation.st,
        "navigation",
        lambda *a, **k: said.append(navigation.st.query_params.to_dict()) or name_pages(*a, **k),
    )
    at.query_params.clear()
    at._page_hash = pages["statistician"]  # as a click on the menu asks for it
    at.run()
    chosen = {"lang": "en", "wave": "2015Q2", "measure": "police"}
    assert said == [chosen] and addressed(at) == chosen
    assert at.title[0].value == text("statistician.title", "en") and at.selectbox(key="wave en").value == "2015Q2"
    at.query_params.clear()
    at.run()  # back to an address of the same page in which nothing was chosen
    assert addressed(at) == {} and at.selectbox(key="wave en").value == "2015Q3"
