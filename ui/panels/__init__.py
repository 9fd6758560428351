"""Panels: parts of a page that do one thing."""
