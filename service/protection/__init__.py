"""Protection: who may sign in, the keys, the vault of telephone numbers, and deletion."""
