"""The command line doors, one file for each kind of work; may import every room below."""
