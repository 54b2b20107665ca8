"""Unpacks one program of Debian's moving release into a cache, beside the system and without touching it.

The packages come from the mirror that apt uses already, checked against apt's own keys; the launcher runs the program
with its own libc and libraries. The cache is `$ROUTERD_TEST_CACHE`, else `~/.cache/routerd-tests`.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

RELEASE = "sid"
_SECONDS = 300


class UnavailableError(Exception):
    """The program cannot be had here; the message says why."""


@dataclass(frozen=True, slots=True)
class Program:
    """One program: its package, where it lies in it, and what it needs to run elsewhere."""

    package: str
    path: str
    surroundings: Callable[[Path], tuple[Mapping[str, object], Sequence[str]]]
    """From the folder that the packages were unpacked into: variables, and arguments to begin with."""
    fits: Callable[[str], bool]
    """Whether what it says to `--version` is worth a test."""

    @property
    def home(self) -> Path:
        """Where the unpacked program is kept."""
        cache = Path(os.environ.get("ROUTERD_TEST_CACHE") or Path.home() / ".cache" / "routerd-tests")
        return cache.absolute() / self.package

    def installed(self) -> Path | None:
        """The launcher that an earlier run left; it is written last, so what it needs is there."""
        launcher = self.home / Path(self.path).name
        return launcher if launcher.exists() else None

    def why_not(self, module: str) -> str:
        """Why there is no launcher, for a test that is skipped; ``module`` installs it."""
        try:
            return _reason(self.home).read_text("utf-8")
        except OSError:
            return f"no {self.package} of Debian's {RELEASE}: run python -m {module}"

    def main(self) -> int:
        """Install it where it is missing and print the launcher's path; 1 and the reason where it cannot be had."""
        try:
            launcher = self.installed() or self._install()
        except (UnavailableError, OSError) as why:
            reason = f"no {self.package} of Debian's {RELEASE}: {why}"
            self.home.mkdir(parents=True, exist_ok=True)
            _reason(self.home).write_text(reason, "utf-8")
            sys.stderr.write(f"{reason}\n")
            return 1
        sys.stdout.write(f"{launcher}\n")
        return 0

    def _install(self) -> Path:
        missing = [tool for tool in ("apt-get", "dpkg-deb") if shutil.which(tool) is None]
        if missing:
            raise UnavailableError(f"this is no Debian system ({', '.join(missing)} is missing)")
        work, root = self.home / "apt", self.home / "root"
        for folder in (work, root):
            shutil.rmtree(folder, ignore_errors=True)
        root.mkdir(parents=True)
        for package in _downloaded(self.package, work):
            _run(["dpkg-deb", "-x", str(package), str(root)])
        shutil.rmtree(work)
        launcher = self._launcher(root)
        _reason(self.home).unlink(missing_ok=True)
        return launcher

    def _launcher(self, root: Path) -> Path:
        """A script that runs the unpacked program with its own libraries. Raises UnavailableError for an old one."""
        loader, libc = one(root, "**/ld-linux*.so.*"), one(root, "**/libc.so.6")
        variables, arguments = self.surroundings(root)
        library = ":".join(dict.fromkeys(str(folder) for folder in (libc.parent, *_libraries(root))))
        command = [
            *("env", *(f"{name}={value}" for name, value in variables.items())),
            *(str(loader), "--library-path", library, str(root / self.path), *arguments),
        ]
        name = Path(self.path).name
        new = self.home / f"{name}.new"
        new.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n', "utf-8")
        new.chmod(0o755)
        said = _run([str(new), "--version"])
        if not self.fits(said):
            raise UnavailableError(f"it is {said.splitlines()[0] if said else 'none that runs'}")
        return new.replace(self.home / name)


def one(root: Path, pattern: str) -> Path:
    """The file of that pattern. Raises UnavailableError."""
    found = next(iter(sorted(root.glob(pattern))), None)
    if found is None:
        raise UnavailableError(f"Debian's packages hold no {pattern}")
    return found


def _libraries(root: Path) -> list[Path]:
    return sorted({found.parent for found in root.glob("usr/lib/*-linux-*/*.so*")})


def _downloaded(package: str, work: Path) -> list[Path]:
    """The package and all that it needs, by apt in folders of its own: as if no package were installed."""
    mirror = _mirror()
    for folder in ("lists/partial", "archives/partial"):
        (work / folder).mkdir(parents=True)
    (work / "status").touch()
    (work / "sources.list").write_text(f"deb {mirror} {RELEASE} main\n", "utf-8")
    options = {
        "Dir::Etc::sourcelist": work / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::State": work,
        "Dir::State::status": work / "status",
        "Dir::Cache": work,
        "APT::Sandbox::User": "root",  # else apt warns that its own user cannot write here
        "Acquire::Languages": "none",
    }
    apt = ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in options.items())]
    _run([*apt, "update"])
    _run([*apt, "install", "--download-only", "--no-install-recommends", "-y", package])
    return sorted((work / "archives").glob("*.deb"))


def _mirror() -> str:
    """The address of Debian's own archive, as apt on this machine knows it."""
    ask = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(SUITE) $(ORIGIN)"]
    known = _run(ask)
    if not known and sys.platform != "win32" and os.geteuid() == 0:  # images are delivered without apt's lists
        _run(["apt-get", "-qq", "update"])
        known = _run(ask)
    for line in known.splitlines():
        address, suite, origin = (*line.split(), "", "", "")[:3]
        if origin == "Debian" and not suite.endswith(("-security", "-updates", "-backports")):
            return address
    raise UnavailableError("apt knows no mirror of Debian (its lists may be empty: apt-get update)")


def _reason(home: Path) -> Path:
    return home / "unavailable.txt"


def _run(command: Sequence[str]) -> str:
    """The output of a command. Raises UnavailableError with its last words."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise UnavailableError(f"{command[0]} took longer than {_SECONDS} s") from None
    if done.returncode != 0:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise UnavailableError(f"{command[0]} failed: {' '.join(last)}")
    return done.stdout
