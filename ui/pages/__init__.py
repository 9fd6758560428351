"""One file a page; each has `show(store, t)`."""
