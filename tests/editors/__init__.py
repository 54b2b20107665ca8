"""What the editors' clients offer, held against what the daemon says that it has."""
