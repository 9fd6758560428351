"""The steps of weighting: from released numbers to weights that reproduce a census."""
