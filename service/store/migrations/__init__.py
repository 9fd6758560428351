"""The store's history: one Alembic revision for every change of its tables, run by service.store.migration."""

# oldest first; a test compares it with Alembic's own line, which takes too long to read at every start
REVISIONS = (
    "schema2",
    "stamped",
    "jobs",
    "weights",
    "guarded",
    "sampling",
    "calls",
    "claims",
    "panels",
    "chains",
    "portions",
    "rolls",
    "origins",
    "groups",
    "screened",
    "known",
    "columns",
    "publications",
    "bulletins",
    "calling",
    "responses",
    "boards",
    "outside",
    "contrasts",
    "listened",
    "modes",
)
OLDEST_SCHEMA = 2  # how stores of the first revision say what they are
