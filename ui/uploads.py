"""Uploads: a field for a file, which alone opens the server to files of its session, and the bytes that are held.

Streamlit takes files of any session, whether a page has a field for them or not, and keeps them until the session ends.
Here a session may send files from when a page with such a field was drawn for it until it turns to another page, signs
out or ends; what a field held and none holds now, as after an import, is dropped.
"""

import os
from collections import Counter
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

OF_SESSION, OF_SERVER = "RANKSHIFT_SESSION_MB", "RANKSHIFT_SERVER_MB"
BOUNDS = {OF_SESSION: 150, OF_SERVER: 600}  # megabytes held at once, unless the environment says otherwise
FORBIDDEN, TOO_MUCH, FULL = 403, 413, 503  # HTTP
NOBODY = ""  # the place of whoever has not signed in
PLACE, HELD, ONCE_HELD, OPEN = "uploads place", "uploads held", "uploads once held", "uploads open"  # in the session


class _Open:
    """The mark of a session that may send files; it lives in that session and goes with it."""


_open: WeakValueDictionary[str, _Open] = WeakValueDictionary()  # by the session's name
_coming: Counter[str] = Counter()  # bytes that are on their way, by session
_lock = Lock()


def begin(place: str) -> None:
    """The start of a page: if it is another page or another person's, what was sent before is dropped.

    place: the page and the person, in a word; NOBODY before anybody signed in.
    """
    session = st.session_state
    if session.get(PLACE) != place:
        session.pop(OPEN, None)
        _manager().remove_session_files(_session())
        session[PLACE], session[ONCE_HELD] = place, set()
    session[HELD] = set()


def end() -> None:
    """The end of a page: files that a field held once and none holds now are dropped."""
    session = st.session_state
    for file_id in session[ONCE_HELD] - session[HELD]:
        _manager().remove_file(_session(), file_id)
    session[ONCE_HELD] = session[HELD]


def field(place: Any, label: str, endings: list[str], *, key: str | None = None) -> Any:
    """A field for a file with one of these endings, and the file, if there is one."""
    file = place.file_uploader(label, type=endings, key=key)
    session = st.session_state
    if OPEN not in session:
        session[OPEN] = _open[_session()] = _Open()
    if file is not None:
        for held in (HELD, ONCE_HELD):
            session.setdefault(held, set()).add(file.file_id)
    return file


def enter(session: str, size: int) -> int | None:
    """Let in an upload of so many bytes; the status of a refusal if this session may not, or too much is held."""
    if session not in _open:
        return FORBIDDEN
    with _lock:
        if _held(session) + _coming[session] + size > bound(OF_SESSION):
            return TOO_MUCH
        if _held() + _coming.total() + size > bound(OF_SERVER):
            return FULL
        _coming[session] += size
    return None


def leave(session: str, size: int) -> None:
    """The upload has ended: it is held now, or was refused."""
    with _lock:
        _coming[session] -= size
        if _coming[session] <= 0:
            del _coming[session]


def bound(name: str) -> int:
    """How many bytes are held at once."""
    return int(float(os.environ.get(name) or BOUNDS[name]) * 2**20)


def _held(session: str | None = None) -> int:
    """The bytes of files that the server holds, of one session or of all."""
    manager: Any = runtime.get_instance().uploaded_file_mgr
    held = dict(manager.file_storage)
    sessions = [held.get(session, {})] if session is not None else held.values()
    return sum(len(file.data) for files in sessions for file in list(files.values()))


def _session() -> str:
    return _context().session_id


def _manager() -> Any:
    return _context().uploaded_file_mgr


def _context() -> Any:
    context = get_script_run_ctx()
    assert context is not None, "a page is drawn by Streamlit"
    return context
