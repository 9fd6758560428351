"""Commands on frames, plans, draws and their proofs."""
