"""What is not shown of a table, so that no small figure follows from those that are."""
