"""Figures in words and tables, as pages, the command line and files show them.

screen.py puts a leader's headline together, changes.py a league's; their words are in words/, in league.json.
"""
