"""The identity of a batch and of its items: hashes of everything that a different answer could come from."""

from __future__ import annotations

import hashlib

from routerd.domain.action import ActionSpec, Request
from routerd.domain.settings import Settings

_DIGITS = 32
"""Hexadecimal digits of an item's id: providers allow 64 characters for a ``custom_id``."""


def text_hash(text: str) -> str:
    """The hash under which a file's text is stored."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def prompt_version(spec: ActionSpec, request: Request, settings: Settings) -> str:
    """The hash of what the prompt is made from beside the file, and of whom the user chose to ask."""
    own = (settings.instructions.get("all", ""), settings.instructions.get(spec.name, ""))
    choice = (str(request.tier), str(request.model), request.instruction, str(request.replace))
    return _hash(spec.system, spec.task, *own, *choice)[:16]


def batch_id(root: str, action: str, version: str) -> str:
    """The same action with the same prompt in the same project is the same batch, however often it is run."""
    return _hash(root, action, version)[:10]


def item_id(action: str, version: str, path: str, text: str, symbol: str) -> str:
    """``text``: the hash of the file's text."""
    return _hash(action, version, path, text, symbol)[:_DIGITS]


def _hash(*parts: str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        content = part.encode("utf-8", "surrogatepass")
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()
