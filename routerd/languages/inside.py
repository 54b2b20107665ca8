"""How tests stand inside the file that they test; a part of the spec of a language that has them there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class InFile:
    """How tests stand in the file that they test, where no other file can use what it declares."""

    public: str
    """How the signature of a declaration begins that other files can use."""
    program: str
    """Files of a package, by path, whose declarations no other file can use."""
    library: str
    """The file without which nothing of a package can be used by other files."""
    manifest: str
    """The manifest that names the package."""
    name: str
    """That name in the manifest, the only group."""
    folder_files: tuple[str, ...]
    """File names, without extension, that add no part to the name of a module."""
    separator: str
    """What parts the names of modules."""
    inside: str
    """What tests inside the file import."""
    use: str
    """The statement with which they do."""
    module: str
    """How the module of tests begins, up to its brace."""
    opening: tuple[str, ...]
    """The lines that a new module of tests begins with."""
