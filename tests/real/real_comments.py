"""Documentation comments of real projects, out of the sources that are installed on the machine that runs this."""

from __future__ import annotations

import random
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from routerd.adapters.grammar import TreeSitterGrammar
from routerd.domain.document import Document
from routerd.domain.text import Text
from routerd.languages import language_of, specs
from routerd.steps.read.strip_markup import strip_markup

GRAMMAR = TreeSitterGrammar()
_MAX_CHARACTERS = 60_000


def comments(folders: list[Path], each: int, seed: int = 1) -> Iterator[tuple[str, str, str]]:
    """Language, source of a symbol with its name, and the words of its documentation; so many of each language."""
    files: dict[str, list[Path]] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.*")):
            if specs().get(language_of(path.name)) is not None:
                files.setdefault(language_of(path.name), []).append(path)
    chance = random.Random(seed)
    for language, paths in files.items():
        chance.shuffle(paths)
        yield from _sampled(language, paths[:1500], each, chance)


def _sampled(language: str, paths: list[Path], each: int, chance: random.Random) -> Iterator[tuple[str, str, str]]:
    """At most three symbols of each file."""
    left = each
    for path in paths:
        if left <= 0:
            return
        try:
            source = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if not 100 < len(source) < _MAX_CHARACTERS:
            continue
        text = Text(source)
        outline = GRAMMAR.outline(Document("file:///x", 1, language, text))
        documented = [symbol for symbol in outline.symbols if symbol.doc is not None]
        for symbol in chance.sample(documented, min(3, len(documented))):
            assert symbol.doc is not None
            left -= 1
            words = strip_markup(text.slice(symbol.doc), language)
            yield language, f"{symbol.qualname} {text.slice(symbol.whole)}", words


def standard_folders() -> list[Path]:
    """Where Python's own library, its installed packages and C's headers stand, as far as they are there."""
    paths = sysconfig.get_paths()
    return [path for path in map(Path, (paths["stdlib"], paths["purelib"], "/usr/include")) if path.is_dir()]
