"""Accounts keeps who may sign in and as what; it may import the ground floor only."""
