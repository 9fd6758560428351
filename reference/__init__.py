"""The reference of the command line, written from the program's own help: `make documents`."""
