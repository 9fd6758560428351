"""The command line: one sub-command for each use case, one file for each group of them."""
