"""One daemon for many editors, with real processes."""
