"""Small faults put into the pure rooms, one at a time, to see whether a test notices: `make mutants`."""
