"""A directory of local support services that knows how long each is funded and warns before the money ends."""
