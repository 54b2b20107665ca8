"""The files around a document: what the editor holds open, what is on disk, and an index in memory."""

from routerd.adapters.workspace.workspace import Workspace

__all__ = ["Workspace"]
