"""Alerts finds what must be told and tells it, once; it may import funding, the directory, geography, accounts and below."""
