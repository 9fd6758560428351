"""Which run has the rank ranges of each area alone."""

import sqlalchemy as sa

from accountability.league.conventions import MARGINAL
from service.figures.use_cases import ESTIMATE, RANKS_ALONE
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.runs import find_run, run_inputs, run_row


@permitted
def alone_run(store: Store, run_id: int, measure: str, league: str) -> int | None:
    """The run with the rank ranges that `rank_alone` computes for the estimate of run `run_id`; None if there is none.

    It is `run_id` itself for an estimate by an earlier version of the program, which computed them along with it.
    """
    ranks = schema.DERIVED["RANKS"]
    alone_rows = sa.select(ranks.c.area).where(ranks.c.run_id == run_id, ranks.c.family == MARGINAL)
    with store.read() as connection:
        run = run_row(connection, run_id)
        if run is None or run.use_case != ESTIMATE:
            return None
        if connection.execute(alone_rows.where(ranks.c.measure == measure).limit(1)).first() is not None:
            return run_id
        arguments, inputs = dict(run.arguments) | {"measure": measure, "league": league}, run_inputs(connection, run_id)
        return find_run(connection, RANKS_ALONE, arguments, inputs, seed=run.seed, code=run.version)
