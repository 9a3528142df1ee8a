"""Doors for those who keep services, contacts and funding true; may import every room below."""
