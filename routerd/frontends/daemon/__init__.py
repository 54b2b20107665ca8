"""The user's one daemon: listens on a local socket for the relays of editors, and leaves when nobody needs it."""
