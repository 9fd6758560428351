"""Figures in words and tables: what pages, the command line and files show of them."""
