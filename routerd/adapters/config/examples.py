"""Adds a sentence to the user's own examples for semantic routing; every comment in the file stays."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from routerd.adapters.config.sources import MAX_BYTES
from routerd.adapters.config.toml import parse
from routerd.domain.errors import ConfigError
from routerd.domain.settings import RoutingExample
from routerd.system.regular_files import read_regular

Toml = TypeVar("Toml", bound=MutableMapping[str, Any])

_BARE_NEWLINE = re.compile(r"(?<!\r)\n")


def add_example(path: Path, example: RoutingExample) -> None:
    """Write it to the user's file, which is made if there is none; the same text is moved to its new tier.

    The file is replaced whole, so that no reader sees half of it. Raises ConfigError where it cannot be used.
    """
    path = Path(os.path.realpath(path))  # a link from a folder of dotfiles stays a link
    try:
        before = read_regular(path, MAX_BYTES).decode("utf-8-sig") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as fault:
        raise ConfigError(f"{path} cannot be read ({fault}): make it a file in UTF-8 that you may read.") from None
    parse(before, str(path))  # tells what is wrong with it
    wanted = _with(tomllib.loads(before), example, {}, [])
    after = _edited(before, example)
    if _parsed(after) != wanted:
        raise ConfigError(
            f"{path} is written in a way that cannot be added to: "
            f"add [[routing.examples]] with tier and text to it yourself."
        )
    if "\r\n" in before:
        after = _BARE_NEWLINE.sub("\r\n", after)
    try:
        _replace(path, after.encode())
    except OSError as fault:
        raise ConfigError(f"{path} cannot be written ({fault.strerror}): allow it, or set $ROUTERD_CONFIG.") from None


def _edited(text: str, example: RoutingExample) -> str:
    import tomlkit  # noqa: PLC0415  # needed for a correction only
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415  # as above

    try:
        document = tomlkit.parse(text)
        in_line = isinstance(document.get("routing", {}).get("examples"), tomlkit.items.Array)
        table = tomlkit.inline_table() if in_line else tomlkit.table()
        document.setdefault("routing", tomlkit.table(is_super_table=True))
        return tomlkit.dumps(_with(document, example, table, tomlkit.aot()))
    except (TOMLKitError, TypeError, ValueError):
        return ""  # which the caller sees is not what was wanted


def _with(root: Toml, example: RoutingExample, table: MutableMapping[str, Any], tables: list[Any]) -> Toml:
    """The document with the example, put into `table`, and that into `tables` where there are none yet."""
    routing = root.setdefault("routing", {})
    for known in routing.get("examples", []):
        if known.get("text") == example.text:
            known["tier"] = str(example.tier)
            return root
    table["tier"], table["text"] = str(example.tier), example.text
    if "examples" not in routing:
        tables.append(table)
        routing["examples"] = tables
    else:
        routing["examples"].append(table)
    return root


def _parsed(text: str) -> object:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, name)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
