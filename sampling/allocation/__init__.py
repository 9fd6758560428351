"""Interviews divided over strata in whole numbers that sum."""
