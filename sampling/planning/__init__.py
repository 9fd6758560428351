"""What a number of interviews can tell, and the interviews that what is wanted needs."""
