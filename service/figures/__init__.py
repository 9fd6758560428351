"""Figures: waves weighted, estimated and compared, and what a reader may see of them."""
