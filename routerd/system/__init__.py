"""What differs between operating systems: processes, and paths as URIs."""
