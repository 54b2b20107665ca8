"""Tests that drive real editors and the real program from outside."""
