"""The import log: every attempt to import anything, and how it ended."""

import pandas as pd
import sqlalchemy as sa

from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted

FRAME = "frame"


@permitted
def import_log(store: Store) -> pd.DataFrame:
    """Every attempt to import anything, newest first; a failed one with the key and the values of its Fault."""
    log = store.table(sa.select(schema.imports).order_by(schema.imports.c.import_id.desc()))
    return log.assign(fault=log.fault.astype(object).where(log.fault.notna(), None))


def frame_label(name: str) -> str:
    """What the import log has in place of a wave if the file was a frame."""
    return f"{FRAME} {name}"
