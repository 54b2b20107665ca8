"""The gateway, asked by real clients and by hand-made requests; every upstream is a server on loopback."""
