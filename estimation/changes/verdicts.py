"""What the verdicts on a change are called, and the sides on which changes are looked for."""

BELOW, ABOVE, BOTH, UNDECIDED = "below", "above", "both", "undecided"  # against the mean of the field
WORSE = "worse"  # the side of falls
PROVEN, REAL, CHANCE = "proven", "real", "chance"  # `ChangeVerdict.outcome` says what each means
