"""The rules and consequences of a programme as texts that are edited: every fault with its line, at once."""
