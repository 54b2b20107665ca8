"""Which language a file is in, by its name: LSP language ids, for files that no editor has open."""

from __future__ import annotations

_BY_EXTENSION = {
    "py": "python",
    "pyi": "python",
    "js": "javascript",
    "mjs": "javascript",
    "cjs": "javascript",
    "jsx": "javascriptreact",
    "ts": "typescript",
    "mts": "typescript",
    "cts": "typescript",
    "tsx": "typescriptreact",
    "go": "go",
    "rs": "rust",
    "java": "java",
    "c": "c",
    "h": "c",
    "cc": "cpp",
    "cpp": "cpp",
    "cxx": "cpp",
    "hh": "cpp",
    "hpp": "cpp",
    "rb": "ruby",
    "cs": "csharp",
    "md": "markdown",
    "toml": "toml",
    "json": "json",
    "yaml": "yaml",
    "yml": "yaml",
    "sh": "shellscript",
    "sql": "sql",
    "html": "html",
    "css": "css",
    "lua": "lua",
    "kt": "kotlin",
    "swift": "swift",
    "php": "php",
}


def language_of(path: str) -> str:
    """The language id of a path by its extension, ``plaintext`` if unknown."""
    name = path.rpartition("/")[2]
    return _BY_EXTENSION.get(name.rpartition(".")[2].lower(), "plaintext") if "." in name else "plaintext"
