"""Use cases on the audit trail: verify it, and read its lines."""

from collections.abc import Iterable

import pandas as pd
import sqlalchemy as sa

from service.store import audit, schema
from service.store.engine import Store
from service.store.permissions import permitted

NEWEST = 200


@permitted
def verify_trail(store: Store, *, noted: Iterable[audit.Head] = ()) -> audit.Verified:
    """Check every line against the one before and the heads kept outside; noted: heads that somebody wrote down."""
    kept = audit.kept_heads(store.engine.url)
    with store.read() as connection:
        return audit.check(audit.trail(connection), kept, noted)


@permitted
def trail_lines(store: Store, *, newest: int = NEWEST) -> pd.DataFrame:
    """The newest lines of the trail, newest first."""
    lines = schema.audit
    return store.table(sa.select(lines).order_by(lines.c.number.desc()).limit(newest))
