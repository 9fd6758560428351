"""Ranks: all pairs of areas, the places an area can hold, and the areas that are shown to be among the last."""
