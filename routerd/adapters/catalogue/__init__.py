"""The only door to genai-prices: what a model costs at a moment, with the user's own word over the list's."""

from routerd.adapters.catalogue.catalogue import Catalogue
from routerd.adapters.catalogue.update import update

__all__ = ["Catalogue", "update"]
