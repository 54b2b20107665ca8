"""The places: one outside thing and one library each; no adapter knows another."""
