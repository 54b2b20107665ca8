"""The tests of routerd; a package so that they can share the loopback upstream."""
