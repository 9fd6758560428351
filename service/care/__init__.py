"""Long work beside the pages, and the health of a store."""
