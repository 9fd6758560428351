"""Do the intervals cover, and do the tests err as seldom as they say?  Simulations run by `python -m study`."""
