"""How precise a figure is: intervals, design effects, variances of small areas, finite populations, interviewers."""
