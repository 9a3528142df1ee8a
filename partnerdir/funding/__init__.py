"""Funding keeps who pays for a service and between which days; it may import the directory, geography and below."""
