"""What is not shown to whoever may not see small cells, so that no small figure follows from those that are shown."""
