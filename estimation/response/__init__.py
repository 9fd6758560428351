"""Who responded and who did not: how evenly, what the weights did about it, and the variance of the whole recipe."""
