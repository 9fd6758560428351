"""Calling in words: the rates of outcomes (rates.py)."""
