"""Programmes are parsed once for each version: those used last are kept in memory under the digests of their files."""

from collections import OrderedDict
from threading import Lock

import sqlalchemy as sa

from programme.declared import Programme
from programme.survey import read_programme
from service.store import schema

KEPT = 32  # programmes in memory at a time; one of 3,000 areas takes 1.7 MB and 0.1 s to parse

_kept: OrderedDict[str, Programme] = OrderedDict()
_turn = Lock()  # each open page is a thread


def parsed_programme(connection: sa.Connection, version_id: int) -> Programme:
    """One version of a programme, read from the store and parsed unless it is still in memory.

    A `Programme` follows from its file's bytes alone and is never changed, so the same digest is the same programme in
    every store.
    """
    programmes = schema.programmes
    this_version = programmes.c.version_id == version_id
    digest = connection.execute(sa.select(programmes.c.digest).where(this_version)).scalar_one()
    with _turn:
        if digest in _kept:
            _kept.move_to_end(digest)
            return _kept[digest]
    row = connection.execute(sa.select(programmes.c.content, programmes.c.file).where(this_version)).one()
    programme = read_programme(row.content, row.file, stored=True)
    with _turn:
        _kept[digest] = programme
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return programme
