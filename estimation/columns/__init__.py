"""Columns of tables as codes and numbers, and when two computed values are equal."""
