"""Packs the extension with a standalone server for one platform: `python vsix.py TARGET SERVER OUT` in this folder.

TARGET is VS Code's name of the platform, such as linux-x64; SERVER the folder that `standalone/build.py` made; OUT the
package to write. Run `npm ci` in `editors/vscode` first.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from release import EXTENSION, entries, repository

TARGETS = ("linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64", "win32-arm64")


def staged(folder: Path, server: Path, address: str) -> Path:
    """A copy of the extension with the server in it, and with the project's address where there is one."""
    copy = folder / "extension"
    shutil.copytree(EXTENSION, copy, symlinks=True, ignore=shutil.ignore_patterns("lint", "dist"))
    shutil.copytree(server, copy / "server", symlinks=True)
    package = json.loads((copy / "package.json").read_text("utf-8"))
    if address:
        package = json.loads(entries(address)["vscode/package.json"])
    with (copy / ".vscodeignore").open("a", encoding="utf-8") as listed:  # of what the package holds
        listed.write("!server/**\n")
    (copy / "package.json").write_text(json.dumps(package, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return copy


def main(words: list[str]) -> int:
    """Pack it."""
    if len(words) != 3 or words[0] not in TARGETS:
        sys.stderr.write(f"Name a target ({', '.join(TARGETS)}), the server's folder and the package to write.\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        copy = staged(Path(folder), Path(words[1]), repository())
        vsce = copy / "node_modules" / "@vscode" / "vsce" / "vsce"
        options = ["--no-dependencies", "--no-rewrite-relative-links", "--allow-missing-repository", "--skip-license"]
        command = [
            "node",
            str(vsce),
            "package",
            *options,
            "--target",
            words[0],
            "--out",
            str(Path(words[2]).absolute()),
        ]
        return subprocess.run(command, cwd=copy, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
