"""The draw: permanent random numbers, samples of every kind, and releases."""
