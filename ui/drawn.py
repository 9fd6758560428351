"""Drawings: what a page makes of a thing that was read, made once for each language, theme and place, for all readers.

A drawing belongs to the thing itself, which use cases give out until the store changes (`service.store.remembered`),
and goes with it: of figures that are no longer so there is no drawing that could be shown.
"""

import functools
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import RLock
from typing import Any, TypeVar

import streamlit as st

from words import Speaker

Made = TypeVar("Made")

MOST = 100  # drawings kept of one thing; the one that was shown the longest ago goes first


@dataclass(eq=False)
class _Drawings:
    """All drawings of one thing."""

    of: weakref.ref
    by_place: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)


_drawings: dict[int, _Drawings] = {}  # by the identity of the thing, while it lives
_gone: deque[tuple[int, weakref.ref]] = deque()  # things that are no more, whose drawings are still to be let go
_lock = RLock()  # of whoever draws, while others wait for the same drawing


def once(draw: Callable[..., Made]) -> Callable[..., Made]:
    """`draw(thing, *place, t=t)`, drawn once: its result is shared, and nobody may change it.

    thing: what is drawn, found again by its identity: nobody may change it either;  place: whatever else it depends on.
    """

    @functools.wraps(draw)
    def drawn(thing: Any, *place: Hashable, t: Speaker) -> Made:
        key = (draw, t("language.code"), theme(), place)
        with _lock:
            by_place = _of(thing)
            if key not in by_place:
                by_place[key] = draw(thing, *place, t=t)
            by_place.move_to_end(key)
            while len(by_place) > MOST:
                by_place.popitem(last=False)
            return by_place[key]

    return drawn


def theme() -> str:
    """The page's theme: light or dark."""
    return st.context.theme.type or "light"


def _of(thing: Any) -> OrderedDict[Hashable, Any]:
    while _gone:
        number, gone = _gone.popleft()
        if number in _drawings and _drawings[number].of is gone:
            del _drawings[number]
    known = _drawings.get(id(thing))
    if known is None or known.of() is not thing:
        number = id(thing)
        forget = functools.partial(_forget, number)
        known = _drawings[number] = _Drawings(weakref.ref(thing, forget))
    return known.by_place


def _forget(number: int, gone: weakref.ref, gone_things=_gone) -> None:
    """Note that a thing is no more; its drawings go when something is drawn next.

    Python calls this wherever the last reference falls, also where somebody holds a lock: it must wait for none.  The
    default argument is still there when a process ends and its modules are emptied.
    """
    gone_things.append((number, gone))
