"""Ladders studied: how often a consequence over several waves is called confirmed though it is undeserved."""
