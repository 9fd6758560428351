"""Frames and what is known of a wave's sample, with the proof of its draw."""
