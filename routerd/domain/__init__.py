"""The domain types: frozen values that need only the standard library; no clock, disk, log or network."""
