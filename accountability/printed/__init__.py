"""The arithmetic of printed figures: what a bulletin's tables and sentences say of one another, computed again."""
