"""Fieldwork: the calls made to a wave's sample, and how many of the frame's units are eligible."""
