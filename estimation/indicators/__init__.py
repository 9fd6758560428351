"""Indicators as data, and answers as one number a respondent."""
