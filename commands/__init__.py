"""The commands of the command line, one a file; `cli` loads each only when it is called."""
