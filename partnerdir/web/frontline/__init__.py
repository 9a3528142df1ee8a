"""The doors of frontline workers: the services they watch."""
