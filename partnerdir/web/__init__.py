"""The web doors, split by who comes in; may import every room below."""
