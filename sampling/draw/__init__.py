"""The draw: permanent random numbers, samples of every kind, and releases.

releases.py says in which portions a sample is released.
"""
