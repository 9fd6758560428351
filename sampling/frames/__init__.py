"""Frames: who could be drawn, their strata, and what is wrong with a list."""
