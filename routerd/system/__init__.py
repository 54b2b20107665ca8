"""What differs between operating systems: processes, signals, streams, files and paths as URIs."""
