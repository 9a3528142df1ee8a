"""Tests of the funding room."""
