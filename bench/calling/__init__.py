"""How fast calling is: attempts taken in, and numbers given out to fifty interviewers."""
