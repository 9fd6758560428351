"""Estimators, each linearised, with their covariance from the one variance or from replicates."""
