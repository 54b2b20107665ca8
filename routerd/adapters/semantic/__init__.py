"""The place where instructions get a tier by their meaning: a small static embedding and a linear head.

Everything runs in this process from shipped arrays; it never reads the network and never learns at run time.
"""

from routerd.adapters.semantic.classifier import SemanticClassifier
from routerd.adapters.semantic.embedding import Embedder, ServedEmbedder, StaticEmbedder
from routerd.adapters.semantic.folder import LocalFolderEmbedder

__all__ = [
    "Embedder",
    "LocalFolderEmbedder",
    "SemanticClassifier",
    "ServedEmbedder",
    "StaticEmbedder",
]
