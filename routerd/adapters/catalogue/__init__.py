"""The adapter of genai-prices: what a model costs at a moment; the user's own prices override the list's."""

from routerd.adapters.catalogue.catalogue import Catalogue
from routerd.adapters.catalogue.update import update

__all__ = ["Catalogue", "update"]
