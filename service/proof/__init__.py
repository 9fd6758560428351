"""The chain of proof from the draw to the figures: as files, and checked without a store."""
