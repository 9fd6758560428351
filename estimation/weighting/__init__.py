"""The steps of weighting: from released telephone numbers to persons' weights that reproduce a census."""
