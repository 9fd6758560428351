"""Estimators, each linearised, with their covariance from the one variance or from replicates.

design.py has strata and sampling units, the degrees of freedom, and what happens to a stratum with one PSU; variance.py
the one variance, with the finite population correction.
"""
