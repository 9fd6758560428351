"""Files: what they may be, read as cells, and written as people open them."""
