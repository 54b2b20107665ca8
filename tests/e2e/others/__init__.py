"""Editors that have no plugin of ours: the snippets of `editors/README.md`, run in the real programs."""
