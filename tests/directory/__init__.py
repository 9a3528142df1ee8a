"""Tests of the directory room."""
