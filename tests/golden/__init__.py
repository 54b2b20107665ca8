"""Golden cases: before, reply, and what comes of it, one readable file each in ``<action>/<language>/``."""
