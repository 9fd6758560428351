"""How precise a figure is: intervals, design effects, small areas, finite populations, interviewers."""
