"""Commands that keep the store: people, keys, the audit trail, backups."""
