"""Calling from here: interviewers, the numbers dealt out to them, who is called next, attempts and appointments."""
