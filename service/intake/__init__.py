"""Imports: programmes, waves, records and known totals, each file checked against its programme."""
