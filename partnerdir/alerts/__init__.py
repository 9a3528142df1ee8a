"""Alerts finds what must be told and tells it, once; it may import funding, the directory, accounts and below."""
