"""The torture kills every use case: the made-up survey has something to do for each; none escapes by refusing."""

import os

import pytest

from torture import world
from words import Fault

COMPUTES_ALL = "refresh"  # every estimate and comparison once more: the torture's own run has it


def test_every_use_case_does_its_work_in_the_made_up_survey_or_is_named_with_the_reason_why_not(tmp_path, monkeypatch):
    monkeypatch.setattr(world.foresight, "DRAWS", 50)
    monkeypatch.setattr(world.foresight, "FALLING", 5)
    monkeypatch.setattr(world.people, "_one_time", lambda: world.PASSWORD)
    monkeypatch.setitem(os.environ, world.audit.HEAD_VARIABLE, str(tmp_path / "heads"))
    store, found, refusing = world.played(tmp_path), world.use_cases(), set()
    for name, given, _ in world.epilogue():
        if name != COMPUTES_ALL:
            acting = store.acting(world.actor_for(name))
            arguments = world.arguments_of(name, found[name], acting, given, tmp_path)
            try:
                found[name](acting, **arguments)
            except Fault:
                refusing.add(name)
    store.engine.dispose()
    assert refusing == set(world.REFUSING)
    assert set(world.OUTSIDE) <= set(found)


def test_a_use_case_that_takes_something_unknown_is_named():
    def newly_added(store, weather):
        """A use case whose argument nobody described."""

    with pytest.raises(world.UnknownArgument, match="newly_added: weather"):
        world.arguments_of("newly_added", newly_added, None, {}, None)
