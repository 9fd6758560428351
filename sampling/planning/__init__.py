"""What a number of interviews can tell, and the interviews that what is wanted needs.

size.py says how many interviews a margin of error takes, and how many numbers are released for so many interviews.
"""
