"""Geography keeps the named parts of the map; it may import the ground floor only."""
