"""The stopped fieldwork that a run's figures rest on."""

import sqlalchemy as sa

from service.store import schema

STOPPED = "stop"  # a kind of input of a run, besides waves and programmes


def stops_read(connection: sa.Connection, run_id: int) -> list[dict]:
    """The stopped fieldwork behind a run's figures: wave, stop_id, open, units, reason."""
    inputs, draws, stops = schema.run_inputs, schema.draws, schema.stops
    columns = draws.c.wave, stops.c.stop_id, stops.c.open, stops.c.units, stops.c.reason
    joined = stops.join(draws, stops.c.draw_id == draws.c.draw_id).join(inputs, inputs.c.version_id == stops.c.stop_id)
    of_run = inputs.c.run_id == run_id, inputs.c.kind == STOPPED
    select = sa.select(*columns).select_from(joined).where(*of_run).order_by(draws.c.wave)
    return [dict(row) for row in connection.execute(select).mappings()]
