"""Chromium and `rankshift serve` on a real PostgreSQL: the demonstration, and a store with people of its own."""

import re
import subprocess

import pytest
from browsing import (
    COMMAND,
    PATIENCE,
    ROOT,
    choose_option,
    click_until,
    fill,
    free_port,
    new_tab,
    one_time,
    open_menu,
    own_password,
    serving,
    settle,
    shot,
    sign_in,
    sign_out,
)

from service.protection import people
from service.store.backup import backup, restore
from service.store.engine import Store
from service.store.permissions import STATISTICIAN
from words import Fault, text

PASSWORD, ANNS = "seventy townships, all alike", "nobody rings after nine"


@pytest.fixture(scope="module")
def demo(browser, ensu_store, fresh_url, tmp_path_factory):
    """The demonstration survey on PostgreSQL, served."""
    folder, url = tmp_path_factory.mktemp("demo"), fresh_url("postgresql")
    backup(ensu_store[0], folder / "ensu.db")
    restore(folder / "ensu.db", url).store.engine.dispose()
    with serving(url, folder / "said.txt", port=free_port()) as address:
        yield address


def test_any_two_waves_are_compared_from_the_page_which_says_how_it_goes_and_refuses_what_would_fail(browser, demo):
    tab = new_tab(browser, "en")
    tab.goto(f"{demo}/statistician?lang=en")
    choose(tab, "before", "2015 Q3")
    choose(tab, "after", "2015 Q1")
    tab.get_by_test_id("stAlertContentError").get_by_text("2015 Q3").wait_for(timeout=PATIENCE)
    assert tab.get_by_role("button", name=text("compare.go", "en")).count() == 0  # refused before it starts
    tab.goto(f"{demo}/statistician?lang=en")  # without choices
    choose(tab, "before", "2015 Q1")
    choose(tab, "after", "2015 Q3")
    go = tab.get_by_role("button", name=text("compare.go", "en"))
    go.wait_for(timeout=PATIENCE)
    line = re.compile(rf"{text('job.compare', 'en')}.*: ({text('job.running', 'en')}|{text('job.done', 'en')}) ")
    click_until(tab, go, tab.get_by_text(line).first)  # how it goes
    done = re.compile(rf"{text('job.compare', 'en')}.*: {text('job.done', 'en')} ")
    tab.get_by_text(done).first.wait_for(timeout=PATIENCE)  # the page looks every two seconds
    settle(tab)
    tab.goto(f"{demo}/statistician?lang=en&wave=2015Q3&against=2015Q1")
    tab.get_by_role("heading", name="2015 Q1").first.wait_for(timeout=PATIENCE)  # the verdict of the new comparison
    tab.context.close()


def choose(tab, side: str, wave: str) -> None:
    """One of the waves of a side of the comparison, by keyboard."""
    box = tab.get_by_role("combobox", name=text(f"compare.{side}", "en"), exact=True)
    box.wait_for(timeout=PATIENCE)
    choose_option(tab, box, wave)
    box.press("Tab")  # leaves the list, which closes
    settle(tab)


@pytest.fixture(scope="module")
def own(browser, fresh_url, tmp_path_factory):
    """(address, url, what the command said) of a store that is no demonstration, on PostgreSQL, at its first start."""
    folder, url = tmp_path_factory.mktemp("own"), fresh_url("postgresql")
    subprocess.run([*COMMAND, "init", "--store", url], cwd=ROOT, check=True, capture_output=True)
    port, environment = free_port(), {"RANKSHIFT_LANGUAGE": "en", "RANKSHIFT_HEAD": str(folder / "heads")}
    with serving(url, folder / "said.txt", port=port, environment=environment) as address:
        yield address, url, (folder / "said.txt").read_text("utf-8")


def signed_in(tab, name: str, role: str, language: str = "en"):
    words = text("sign_in.as", language, name=name, role=text(f"role.{role}", language))
    tab.get_by_role("heading", name=text("leader.title", language)).wait_for(timeout=PATIENCE)
    open_menu(tab, language)
    tab.get_by_text(words).wait_for(timeout=PATIENCE)
    tab.keyboard.press("Escape")


def test_from_the_first_start_to_a_second_person_and_out_again(browser, own):
    address, url, said = own
    first = one_time(said)
    tab = new_tab(browser, "en")
    tab.goto(f"{address}/?lang=en")
    tab.get_by_role("heading", name=text("sign_in.title", "en")).wait_for(timeout=PATIENCE)
    settle(tab)
    shot(tab, "sign_in_en")
    sign_in(tab, people.FIRST, first)
    tab.get_by_role("heading", name=text("sign_in.own", "en")).wait_for(timeout=PATIENCE)
    settle(tab)
    shot(tab, "own_password_en")
    own_password(tab, first, "short")
    tab.get_by_text(text("people.password", "en", shortest=people.SHORTEST)).wait_for(timeout=PATIENCE)
    own_password(tab, first, PASSWORD)
    signed_in(tab, people.FIRST, "administrator")

    title = tab.get_by_role("heading", name=text("people.title", "en"))
    click_until(tab, tab.get_by_role("link", name=text("people.page", "en")), title)
    settle(tab)  # a page still being drawn closes what is opened and empties what is filled in
    name = tab.get_by_label(text("sign_in.name", "en"), exact=True)
    click_until(tab, tab.get_by_text(text("people.add", "en")).first, name)
    fill(tab, text("sign_in.name", "en"), "ann")
    settle(tab)
    tab.get_by_role("button", name=text("people.add", "en")).click(timeout=PATIENCE)
    given = tab.get_by_test_id("stAlertContentSuccess").filter(has_text="ann")
    given.wait_for(timeout=PATIENCE)
    settle(tab)
    shot(tab, "people_en")
    anns = one_time(given.inner_text())
    people.change_person(Store.open(url), "ann", role=STATISTICIAN)
    sign_out(tab, "en", tab.get_by_role("heading", name=text("sign_in.title", "en")))
    tab.context.close()

    tab = new_tab(browser, "zh")
    tab.goto(f"{address}/?lang=zh")
    tab.get_by_role("heading", name=text("sign_in.title", "zh")).wait_for(timeout=PATIENCE)
    settle(tab)
    shot(tab, "sign_in_zh")
    sign_in(tab, "ann", anns, "zh")
    own_password(tab, anns, ANNS, "zh")
    signed_in(tab, "ann", "statistician", "zh")
    settle(tab)
    shot(tab, "statistician_signed_in_zh")
    assert tab.get_by_role("link", name=text("centre.page", "zh")).count() == 1
    assert tab.get_by_role("link", name=text("people.page", "zh")).count() == 0
    sign_out(tab, "zh", tab.get_by_role("heading", name=text("sign_in.title", "zh")))
    settle(tab)
    sign_in(tab, "ann", "wrong", "zh")
    tab.get_by_text(text("people.wrong", "zh")).wait_for(timeout=PATIENCE)
    settle(tab)
    for _ in range(people.OF_ONE - 1):
        with pytest.raises(Fault):
            people.sign_in(Store.open(url), "ann", "wrong")
    sign_in(tab, "ann", ANNS, "zh")  # the right one, but too late
    tab.get_by_text(text("people.wait", "zh", minutes=15)).wait_for(timeout=PATIENCE)
    settle(tab)
    shot(tab, "wait_zh")
    assert tab.get_by_test_id("stTopNavLink").count() == 0  # no pages for nobody
    tab.context.close()
