"""Do intervals hold, and do tests err, as often as they say?  Simulations run by `python -m study`."""
