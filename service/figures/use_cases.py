"""What the use cases that compute figures are called in the table of runs, and what their arguments are."""

ESTIMATE, RANKS_ALONE, COMPARE, WEIGH, ANNUAL = "estimate", "ranks-alone", "compare", "weigh", "annual"
ROLLING = "rolling"  # the last k by the mean of a year's waves that end with one
SHARING, COMPARISONS = "sharing", "comparisons"  # of a comparison's arguments: {"sharing": {"comparisons": 2}}
STRATA = "strata"  # of an estimate's or a comparison's arguments: stratum -> the merged one that it was computed in
