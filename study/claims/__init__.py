"""Every promise of the product, judged cell by cell."""
