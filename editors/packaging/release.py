"""What a release needs: files to submit to registries, the extension's addresses, and a check that refuses gaps.

`python release.py check`, in this folder, says what is missing, and exits with 1. `python release.py write FOLDER`
writes the entries for Mason and nvim-lspconfig, the rockspec, and the extension's package.json with its addresses.
The address of the project is the one line of `repository.txt`; while that is empty there is nothing to submit.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from string import Template

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PLUGIN = ROOT / "editors" / "neovim"
EXTENSION = ROOT / "editors" / "vscode"


def repository() -> str:
    """The project's address, or nothing."""
    return (HERE / "repository.txt").read_text("utf-8").strip()


def version() -> str:
    """The version of the program, which all others are held against."""
    found = re.search(r'__version__ = "([^"]+)"', (ROOT / "routerd" / "__init__.py").read_text("utf-8"))
    assert found is not None
    return found[1]


def problems(address: str) -> list[str]:
    """Why nothing can be released yet, one sentence each."""
    found = []
    if not re.fullmatch(r"https://[\w.-]+/\S+", address):
        found.append("editors/packaging/repository.txt holds no address: write the project's there, https://…")
    package = json.loads((EXTENSION / "package.json").read_text("utf-8"))
    if package["version"] != version():
        found.append(f"The extension has version {package['version']}, and routerd {version()}.")
    section = re.compile(rf"^## \[?{re.escape(version())}\b", re.M)
    logs = (ROOT / "CHANGELOG.md", EXTENSION / "CHANGELOG.md")
    silent = [file for file in logs if not section.search(file.read_text("utf-8"))]
    return found + [f"{file.relative_to(ROOT)} has no section of version {version()}." for file in silent]


def entries(address: str) -> dict[str, str]:
    """Each file to submit, by its name there."""
    config = (PLUGIN / "lsp" / "routerd.lua").read_text("utf-8")
    types = re.findall(r'"(\w+)"', config.partition("filetypes = {")[2].partition("}")[0])
    modules = sorted(path.relative_to(PLUGIN / "lua").with_suffix("") for path in (PLUGIN / "lua").rglob("*.lua"))
    names = [module.as_posix().replace("/", ".").removesuffix(".init") for module in modules]
    lines = [f'    ["{name}"] = "lua/{module.as_posix()}.lua",' for name, module in zip(names, modules, strict=True)]
    words = {
        "repository": address,
        "version": version(),
        "filetypes": "\n".join(f"    '{one}'," for one in types),
        "modules": "\n".join(lines),
        "directories": ", ".join(f'"{name}"' for name in ("doc", "lsp", "plugin")),
    }
    made = {
        "mason/packages/routerd/package.yaml": "mason.yaml",
        "nvim-lspconfig/lsp/routerd.lua": "lspconfig.lua",
        f"routerd.nvim-{version()}-1.rockspec": "rockspec.lua",
    }
    found = {
        name: Template((HERE / "templates" / file).read_text("utf-8")).substitute(words) for name, file in made.items()
    }
    package = json.loads((EXTENSION / "package.json").read_text("utf-8"))
    addresses = {
        "repository": {"type": "git", "url": address},
        "bugs": {"url": f"{address}/issues"},
        "homepage": address,
    }
    found["vscode/package.json"] = json.dumps(package | addresses, ensure_ascii=False, indent=2) + "\n"
    return found


def main(words: list[str]) -> int:
    """Check, or write; see the top of this file."""
    wrong = problems(repository())
    for sentence in wrong:
        sys.stderr.write(f"{sentence}\n")
    if wrong or words[:1] != ["write"] or len(words) != 2:
        return 1 if wrong or words != ["check"] else 0
    for name, text in entries(repository()).items():
        path = Path(words[1]) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
