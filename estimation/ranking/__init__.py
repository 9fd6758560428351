"""Ranks: all pairs of areas, the places an area can hold, and the areas that are shown to be among the last.

ranks.py has the lower and the upper bound of a rank; last_k.py who is shown to be among the last k.
"""
