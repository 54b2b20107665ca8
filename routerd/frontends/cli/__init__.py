"""The command line: the same app, without an editor."""

from routerd.frontends.cli.main import main

__all__ = ["main"]
