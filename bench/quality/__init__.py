"""What the quality of fieldwork takes: the simulator, the flags, and replicates of the whole weighting."""
