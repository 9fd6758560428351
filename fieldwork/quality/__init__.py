"""What is conspicuous about interviews: of interviewers against others in the same areas, and of areas in time."""
