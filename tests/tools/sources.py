"""Real projects to work on: from npm and from packages of Debian, each fetched once into a cache outside the checkout.

The cache is ``$ROUTERD_TEST_CACHE``, else ``~/.cache/routerd-tests``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.missing import missing, program

if sys.platform != "win32":
    import pwd

TIMEOUT_S = 120
"""Of one download; the largest has 1 MB."""


def cache() -> Path:
    """The folder of what tests have fetched."""
    return Path(os.environ.get("ROUTERD_TEST_CACHE") or Path.home() / ".cache" / "routerd-tests") / "projects"


def of_the_user() -> dict[str, str]:
    """The environment with the user's own home, where compilers keep what they are set up with and what they built."""
    if sys.platform != "win32":
        return {**os.environ, "HOME": pwd.getpwuid(os.getuid()).pw_dir}
    return dict(os.environ)


def npm_package(name: str, version: str) -> Path:
    """The files of a package of npm."""

    def fetch(folder: Path) -> None:
        _run([program("npm", "npm"), "pack", "--silent", f"{name}@{version}"], folder)
        (archive,) = folder.glob("*.tgz")
        _unpack(archive, folder)

    return _fetched(f"npm-{name}-{version}", fetch) / "package"


def npm_tools(*packages: str) -> Path:
    """The folder of the programs that packages of npm bring."""
    name = "npm-tools-" + "-".join(packages).replace("@", "-").replace("/", "-")

    def fetch(folder: Path) -> None:
        npm = [program("npm", "npm"), "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock"]
        _run([*npm, "--prefix", str(folder), *packages], folder)

    return _fetched(name, fetch) / "node_modules" / ".bin"


def debian_files(package: str, below: str) -> Path:
    """The folder that a package of Debian would install files into; ``below`` may be a pattern."""

    def fetch(folder: Path) -> None:
        _run([program("apt-get", "apt"), "download", package], folder)
        (archive,) = folder.glob("*.deb")
        _run([program("dpkg-deb", "dpkg"), "--extract", str(archive), str(folder)], folder)

    (found,) = _fetched(f"deb-{package}", fetch).glob(below)
    return found


def debian_source(package: str, below: str) -> Path:
    """A folder of the source from which Debian builds a package; it lies beside the package itself."""

    def fetch(folder: Path) -> None:
        told = _run([program("apt-get", "apt"), "download", "--print-uris", package], folder)
        address = told.split("'")[1]
        base, _, file = address.rpartition("/")
        version = file.split("_")[1].rpartition("-")[0]
        archive = f"{base.rpartition('/')[2]}_{version}.orig.tar.xz"  # the folder has the name of the source
        _run([program("curl", "curl"), "--silent", "--fail", "--remote-name", f"{base}/{archive}"], folder)
        _unpack(folder / archive, folder)

    (found,) = (path for path in _fetched(f"source-{package}", fetch).iterdir() if path.is_dir())
    return found / below


def ruby_library(name: str) -> Path:
    """A folder of Ruby's own library."""
    ask = [program("ruby", "ruby"), "-e", 'print RbConfig::CONFIG["rubylibdir"]']
    return Path(_run(ask, Path.cwd())) / name


def _fetched(name: str, fetch: Callable[[Path], None]) -> Path:
    """A folder of the cache, filled at the first time; tests that fetch at once end with one of the two."""
    folder = cache() / name
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{name}-") as made:
        new = Path(made) / "new"
        new.mkdir()
        try:
            fetch(new)
        except (OSError, ValueError, IndexError, subprocess.SubprocessError, tarfile.TarError) as error:
            missing(f"{name} could not be fetched: {error}")
        for archive in (*new.glob("*.deb"), *new.glob("*.tgz"), *new.glob("*.tar.*")):
            archive.unlink()
        try:
            new.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    return folder


def copied(source: Path, to: Path) -> Path:
    """A copy of a project that may be written to."""
    shutil.copytree(source, to, symlinks=False)
    return to


def _unpack(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=True)
    return done.stdout
