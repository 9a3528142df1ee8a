"""Funding keeps who pays for a service and between which days; it may import the directory and what is below."""
