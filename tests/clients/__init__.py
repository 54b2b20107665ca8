"""Real AI clients, started as a user starts them, and set up with what `routerd http env` prints."""
