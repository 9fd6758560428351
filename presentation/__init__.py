"""Figures in words and tables, as pages, the command line and files show them."""
