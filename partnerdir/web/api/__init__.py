"""Doors for machines; every answer is JSON, and every problem too."""
