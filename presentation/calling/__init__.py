"""Calling in words: outcome rates, the progress of the fieldwork, and the line of steps of a wave."""
