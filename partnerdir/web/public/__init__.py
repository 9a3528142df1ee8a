"""The doors that need no sign-in: finding a service and reading about it; nothing is kept of who comes in."""
