"""The relay: one small process per editor that finds, starts and greets the user's daemon, then copies bytes.

It imports a few built-in modules and nothing else: what it costs, each editor window costs.
"""
