"""The files around a document: open documents, files on disk, and an index in memory."""

from routerd.adapters.workspace.workspace import Workspace

__all__ = ["Workspace"]
