"""What a list says of each of its units besides where it lives: the columns that were kept of the list's file."""

import pandas as pd
import sqlalchemy as sa

from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted

MODE, KISH = "mode", "kish"
plans, draws, drawn, frame = schema.plans, schema.draws, schema.sample_units, schema.frame_units


@permitted
def listed_of_draw(store: Store, draw_id: int) -> pd.DataFrame:
    """By unit_id of a draw: the kind of its number (mode), its table of Kish's, and each column kept of its list."""
    of_draw = (
        sa.select(plans.c.frame_id).join(draws, draws.c.plan_id == plans.c.plan_id).where(draws.c.draw_id == draw_id)
    )
    listed = frame.c.frame_id == of_draw.scalar_subquery()
    columns = drawn.c.unit_id, drawn.c.kish, frame.c.mode, frame.c.known
    of_frame = drawn.outerjoin(frame, sa.and_(frame.c.unit_id == drawn.c.unit_id, listed))
    joined = sa.select(*columns).select_from(of_frame)
    table = store.table(joined.where(drawn.c.draw_id == draw_id)).set_index("unit_id")
    known = pd.DataFrame([of or {} for of in table.known], index=table.index, dtype=object).fillna("")
    return table[[MODE, KISH]].join(known.drop(columns=[MODE, KISH], errors="ignore"))


@permitted
def columns_kept(store: Store, frame_id: int) -> frozenset[str]:
    """The columns that were kept of a list."""
    first = sa.select(frame.c.known).where(frame.c.frame_id == frame_id).limit(1)
    with store.read() as connection:
        return frozenset(connection.scalar(first) or ())


@permitted
def says_kinds(store: Store, frame_id: int) -> bool:
    """Whether the list says of every unit whether its number is a mobile one."""
    units = frame.c.frame_id == frame_id
    without = sa.select(frame.c.unit_id).where(units, frame.c.mode.is_(None)).limit(1)
    some = sa.select(frame.c.unit_id).where(units).limit(1)
    with store.read() as connection:
        return connection.scalar(some) is not None and connection.scalar(without) is None
