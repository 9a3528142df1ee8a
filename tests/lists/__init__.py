"""Tests of shortlists, saved searches and how far somebody has read."""
