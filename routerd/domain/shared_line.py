"""Shared line: whether a declaration stands behind other code on its line, where no comment of whole lines fits."""

from __future__ import annotations

import re

from routerd.domain.symbol import Symbol
from routerd.domain.text import Text

_OF_DECLARATION = re.compile(r"^[\w \t.=:@,\[\]]*$")
"""What may stand before a symbol on its line and still be part of its declaration: ``export const f =``."""


def shares_line(symbol: Symbol, text: Text) -> bool:
    """Whether other code stands before the symbol on its first line."""
    before = text.bare(symbol.whole.start.line)[: symbol.whole.start.column].lstrip("\ufeff")
    return bool(before.strip()) and not _OF_DECLARATION.match(before)
