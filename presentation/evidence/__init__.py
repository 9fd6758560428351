"""What stands behind a figure: the meaning of each column, its run and versions, other methods, what is promised."""
