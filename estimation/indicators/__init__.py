"""Indicators as data, and the answers of each respondent as one number."""
