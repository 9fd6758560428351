"""What followed from the verdicts of several waves, in words: the board of a league, and the cards of one area."""
