"""What Alembic runs: on the connection that service.store.migration gives, or on the store of RANKSHIFT_STORE."""

from alembic import context

from service.store import schema
from service.store.engine import Store, store_url


def run(connection) -> None:
    context.configure(connection=connection, target_metadata=schema.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:  # a programmer's `alembic revision --autogenerate`
    with Store.open(store_url()).engine.begin() as opened:
        run(opened)
