"""The panel of a wave's chain of proof: line and file for workers, the answers for those who see all; checked."""

import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from service.figures import waves
from service.proof import chain_files
from service.proof.uploaded_chain import check_upload
from service.samples.proof_files import zipped
from service.store import audit
from service.store.engine import Store
from service.store.permissions import CENTRE, STATISTICIAN, Actor
from ui.literal import literal, said
from words import speaker, text

sys.path.append(str(Path(__file__).parents[1] / "service"))
from made_up import ANN, MAY, NAME, as_csv, interviews, take
from proven_wave import proven

EARLIER = "2024-04"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The URL of a store with a wave that was drawn here, rung, answered and estimated."""
    folder = tmp_path_factory.mktemp("panel")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(audit.HEAD_VARIABLE, str(folder / "heads"))
        url = f"sqlite:///{folder / 's.db'}"
        store = proven(Store.create(url))
        take(store, EARLIER, as_csv(interviews(3)))
        waves.estimate_wave(store.acting(ANN), NAME, EARLIER)
        waves.compare_waves(store.acting(ANN), NAME, EARLIER, MAY)
        store.engine.dispose()
        yield url


def panel(url: str, role: str, language: str) -> AppTest:
    script = f"""
from service.store.engine import Store
from service.store.permissions import Actor
from service.figures.league import read_league
from ui.panels import proof_chain
from words import speaker
store = Store.open({url!r}).acting(Actor("sam", {role!r}))
proof_chain.show(store, read_league(store, {NAME!r}, wave={MAY!r}), speaker({language!r}))
"""
    return AppTest.from_string(script, default_timeout=60).run()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_line_and_the_file_stand_on_the_page_and_the_answers_only_for_those_who_see_all(made, language):
    line = chain_files.figure_chain(Store.open(made).acting(Actor("sam", STATISTICIAN)), NAME, MAY).chain.line
    for role, buttons in ((STATISTICIAN, 6), (CENTRE, 3)):
        at = panel(made, role, language)
        assert not at.exception and len(at.button) == buttons
        at.button(key="chain").click().run()
        assert said(speaker(language), "chain.published_line", line=line) in [str(m.value) for m in at.markdown]
        assert len(at.get("download_button")) == 1
    for button in ("chain_answers", "chain_changes", "changes_in_r"):
        at = panel(made, STATISTICIAN, language)
        at.button(key=button).click().run()
        assert not at.exception and not at.error and len(at.get("download_button")) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_anybody_checks_it_by_page_and_what_was_changed_is_named(made, language):
    store = Store.open(made).acting(Actor("sam", STATISTICIAN))
    line, files = chain_files.chain_proof(store, NAME, MAY)
    answers = zipped(chain_files.answers_files(store, NAME, MAY))

    def checked(content: bytes, published: str = line) -> AppTest:
        script = f"from ui.pages import check\nfrom words import speaker\ncheck.show(None, speaker({language!r}))"
        at = AppTest.from_string(script, default_timeout=60).run()
        at.file_uploader(key="check_file").set_value(("proof.zip", content, "application/zip"))
        at.file_uploader(key="check_answers").set_value(("answers.zip", answers, "application/zip"))
        at.text_input(key="check_figures_line").set_value(published)
        at.button(key="check_go").click().run()
        assert not at.exception
        return at

    ends = {name: text(f"chain.link.{link}", language) for name, link in (("first", "frame"), ("last", "figures"))}
    at = checked(zipped(files))
    assert [s.value for s in at.success] == [text("chain.holds_figures", language, wave=MAY, **ends)] and not at.error
    rows = files["figures.csv"].split(b"\r\n")
    forged = files | {"figures.csv": b"\r\n".join([rows[0], *rows[2:]])}
    at = checked(zipped(forged))
    assert [e.value for e in at.error] == [text("chain.fails", language, wave=MAY)] and not at.success
    assert any("figures.csv" in str(m.value) for m in at.markdown)
    found = check_upload(zipped(forged), "proof.zip", line=line, answers=(answers, "answers.zip"))
    shown = [str(m.value) for m in at.markdown]
    sentences = [text(key, language, **values) for key, values in found.verification.differences]
    assert sentences and all(str(literal(sentence)) in shown for sentence in sentences)
    assert checked(zipped(files), "0" * 64).error


def test_the_files_for_r_stand_on_a_page_of_figures_for_those_alone_who_see_all(made):
    script = f"""
from service.store.engine import Store
from service.store.permissions import Actor
from service.figures.league import read_league
from ui.panels import in_r
from words import speaker
store = Store.open({made!r}).acting(Actor("sam", {{role!r}}))
in_r.of_league(store, read_league(store, {NAME!r}, wave={MAY!r}), speaker("zh"))
"""
    for role, buttons in ((STATISTICIAN, 2), (CENTRE, 0)):
        at = AppTest.from_string(script.format(role=role), default_timeout=60).run()
        assert not at.exception and len(at.button) == buttons
        if buttons:
            at.button(key="check_in_r").click().run()
            assert not at.exception and len(at.get("download_button")) == 1
