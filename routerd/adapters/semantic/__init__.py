"""The place where instructions get a tier by their meaning: a small static embedding and a linear head.

Unless the user names another embedding, everything runs in this process from shipped arrays, without any network.
It never learns at run time.
"""

from routerd.adapters.semantic.classifier import SemanticClassifier
from routerd.adapters.semantic.embedding import Embedder, ServedEmbedder, StaticEmbedder
from routerd.adapters.semantic.fallback import FallbackClassifier
from routerd.adapters.semantic.folder import LocalFolderEmbedder

__all__ = [
    "Embedder",
    "FallbackClassifier",
    "LocalFolderEmbedder",
    "SemanticClassifier",
    "ServedEmbedder",
    "StaticEmbedder",
]
