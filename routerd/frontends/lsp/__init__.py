"""The frontend for editors: LSP on stdio or TCP over pygls; no prompt, price or rule of an action lives here."""

from routerd.frontends.lsp.serve import serve

__all__ = ["serve"]
