"""Weights that reproduce known totals: the margins, the distances, the equations, and limits to the weights."""
