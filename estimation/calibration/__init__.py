"""Weights that reproduce known totals: margins, distances, equations, limits."""
