"""The origins of the waves behind a run's figures: drawn here and compared with the sample, or not."""

import sqlalchemy as sa

from service.store import schema


def origins_read(connection: sa.Connection, run_id: int) -> list[dict]:
    """One row for each wave that a run read, by name: wave, version_id, and what `origins` says of this version.

    left_out counts the interviews that somebody left out of the version.
    draw_id is None for a wave that was not drawn here, or was imported before files were compared with their samples.
    """
    inputs, waves, origins = schema.run_inputs, schema.waves, schema.origins
    columns = [c for c in origins.c if c.name != "version_id"]
    joined = waves.join(inputs, inputs.c.version_id == waves.c.version_id)
    joined = joined.outerjoin(origins, origins.c.version_id == waves.c.version_id)
    of_run = inputs.c.run_id == run_id, inputs.c.kind == "wave"
    left_out = schema.left_out.c.version_id
    count = sa.select(sa.func.count()).where(left_out == waves.c.version_id).scalar_subquery().label("left_out")
    select = sa.select(waves.c.wave, waves.c.version_id, count, *columns).select_from(joined).where(*of_run)
    return [dict(row) for row in connection.execute(select.order_by(waves.c.wave)).mappings()]
