"""Programmes parsed once a version: each is kept in memory under the digest of its file, the last used ones."""

from collections import OrderedDict
from threading import Lock

import sqlalchemy as sa

from programme.survey import Programme, read_programme
from service.store import schema

KEPT = 32  # programmes in memory at a time; one of 3,000 areas takes 1.7 MB and 0.1 s to parse

_kept: OrderedDict[str, Programme] = OrderedDict()
_turn = Lock()  # pages are threads


def parsed_programme(connection: sa.Connection, version_id: int) -> Programme:
    """One version of a programme; its content is read from the store and parsed only if nobody asked for it lately.

    A programme is its file's bytes, and `Programme` is never changed: the same digest is the same programme, whichever
    store it stands in.
    """
    programmes = schema.programmes
    mine = programmes.c.version_id == version_id
    digest = connection.execute(sa.select(programmes.c.digest).where(mine)).scalar_one()
    with _turn:
        if digest in _kept:
            _kept.move_to_end(digest)
            return _kept[digest]
    row = connection.execute(sa.select(programmes.c.content, programmes.c.file).where(mine)).one()
    programme = read_programme(row.content, row.file)
    with _turn:
        _kept[digest] = programme
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return programme
