"""A simulated survey played from its truth by the use cases of real ones, for demonstrations."""
