"""Fieldwork's quality simulated: flags of interviews, and replicates of the whole weighting."""
