"""A checked bulletin in words: its findings as a table, and what could not be read."""
