"""The command line: one sub-command a use case, one file a group."""
