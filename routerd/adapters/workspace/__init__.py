"""The files around a document: open documents, files on disk, and an index in memory."""

from routerd.adapters.workspace.file_facts import MAX_SOURCE_BYTES, Stamp
from routerd.adapters.workspace.indices import Indices
from routerd.adapters.workspace.learner import Learner
from routerd.adapters.workspace.selection import listed_files, select
from routerd.adapters.workspace.workspace import Workspace

__all__ = ["MAX_SOURCE_BYTES", "Indices", "Learner", "Stamp", "Workspace", "listed_files", "select"]
