"""One file per revision; a revision that has landed is never edited."""
