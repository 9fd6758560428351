"""Is the shift real?  Change in score, standing and rank, and what it would take to see it."""
