"""The shell: files, the store, use cases, the command line; each use case loads, computes in a pure room, saves."""
