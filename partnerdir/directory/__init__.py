"""The directory keeps organisations, services, places and contacts; it may import the ground floor only."""
