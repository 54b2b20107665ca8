"""The nouns: frozen values from the standard library alone, with no clock, disk, log or network."""
