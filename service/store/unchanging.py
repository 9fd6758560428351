"""Tables that are written once and never changed, kept in memory, so that a process reads each of them only once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from weakref import WeakKeyDictionary

import pandas as pd
import sqlalchemy as sa

MOST_ROWS = 200_000  # kept of one store; a larger table is read each time, and the one asked for longest ago goes first

_tables: WeakKeyDictionary[sa.Engine, OrderedDict[Hashable, pd.DataFrame]] = WeakKeyDictionary()
_lock = Lock()


def unchanging(engine: sa.Engine, key: Hashable, read: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """The table of this key, read if it is not kept; nobody may change it.

    An empty table is not kept: its rows may still be written.
    """
    with _lock:
        kept = _tables.setdefault(engine, OrderedDict())
        if key in kept:
            kept.move_to_end(key)
            return kept[key]
    table = read()
    if 0 < len(table) <= MOST_ROWS:
        with _lock:
            kept[key] = table
            while sum(map(len, kept.values())) > MOST_ROWS:
                kept.popitem(last=False)
    return table
