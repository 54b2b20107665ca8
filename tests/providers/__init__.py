"""Tests of the providers: the pure policy row by row, and the engine against a real server on loopback."""
