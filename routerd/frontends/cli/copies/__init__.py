"""Every copy of the manifest that a checkout holds: where it is, and how it is rendered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from routerd.frontends.cli.copies import command_table, manual, neovim, pages, vscode
from routerd.frontends.shapes import Json


@dataclass(frozen=True, slots=True)
class Copy:
    """One file that repeats, wholly or between two marks, what the manifest says."""

    path: str
    """From the root of a checkout."""
    render: Callable[[Json, str], str]
    """The file's new text, from the manifest and its present text, which is empty where there is no file.

    It does not depend on what was generated before: to render twice is to render once.
    """


COPIES = (
    Copy("routerd/frontends/cli/command_table.py", command_table.render),
    Copy("routerd/data/routerd.1", manual.render),
    Copy("editors/vscode/package.json", vscode.package),
    Copy("editors/vscode/src/manifest.ts", vscode.source),
    Copy("editors/vscode/README.md", pages.vscode),
    Copy("editors/neovim/lua/routerd/manifest.lua", neovim.module),
    Copy("editors/neovim/plugin/routerd.lua", neovim.plugin),
    Copy("editors/neovim/doc/routerd.txt", neovim.help_file),
    Copy("editors/neovim/README.md", pages.neovim),
    Copy("README.md", pages.front),
)


def stale(root: Path, manifest: Json) -> dict[Path, str]:
    """The copies in a checkout that say something else than the manifest, each with the text it should have.

    Raises RouterdError where a file has lost the marks between which it is generated.
    """
    found = {}
    for copy in COPIES:
        path = root / copy.path
        text = path.read_text("utf-8") if path.exists() else ""
        fresh = copy.render(manifest, text)
        if fresh != text:
            found[path] = fresh
    return found
