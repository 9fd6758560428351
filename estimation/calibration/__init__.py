"""Weights that reproduce known totals: the margins, the distances, the equations, and limits to the weights.

distances.py has the raking distance and the others; a new one is entered there.
"""
