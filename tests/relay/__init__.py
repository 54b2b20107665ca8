"""The relay without a daemon: what is said, copied and checked."""
