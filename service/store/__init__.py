"""The store: its tables, transactions, permissions, audit trail, runs and backups.

schema.py has every table and the SQL type of every column; runs.py says why a verdict can be recomputed; permissions.py
who may see phone numbers, and do whatever else.
"""
