"""Real processes, killed and crowded: no alert is lost and none doubled."""
