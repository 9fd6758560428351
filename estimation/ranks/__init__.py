"""Ranks: every pair of areas, which places an area can hold, and who is shown to be among the last."""
