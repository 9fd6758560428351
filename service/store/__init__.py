"""The store: its tables, transactions, permissions, audit trail, runs and backups."""
