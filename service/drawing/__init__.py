"""From a plan to numbers to ring: a wave planned, approved, drawn and released."""
