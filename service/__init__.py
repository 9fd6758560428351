"""The shell: files, the store, the use cases and the command line; each use case loads, computes in a pure room, saves."""
