"""The store's history: one Alembic revision for every change of its tables, run by service.store.migration."""
