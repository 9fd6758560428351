"""The calling of a wave: attempts to ring, and who of those drawn was eligible."""
