"""The shell: the store, files and use cases; each use case loads, computes in a pure room, and saves."""
