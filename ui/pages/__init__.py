"""One file per page; each has `show(store, t)`."""
