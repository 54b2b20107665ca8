"""Tests of the loopback upstream itself."""
