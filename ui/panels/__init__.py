"""Panels: parts of a page, each of which does one thing and has `show`."""
