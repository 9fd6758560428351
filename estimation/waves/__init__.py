"""Waves together: their joint covariance, changes between them, and noise of two waves."""
