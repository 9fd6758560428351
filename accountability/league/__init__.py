"""A league's measure in a wave and the tables made of it: estimates, ranks, and changes between waves."""
