"""Keeps what staff put aside: shortlists, saved searches, how far they have read. May import accounts and directory."""
