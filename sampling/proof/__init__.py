"""Proof of a draw: a second draw from what was made public must give the same."""
