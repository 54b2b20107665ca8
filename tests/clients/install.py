"""Puts real AI clients into a cache; never writes into the checkout.

`python tests/clients/install.py` installs what the cache lacks and prints one line for each set of clients, with the
reason where one cannot be had; tests of such a one are skipped with that reason. The cache is `$ROUTERD_TEST_CACHE`,
else `~/.cache/routerd-tests`. All of it takes about two minutes and two gigabytes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

SETS: Mapping[str, tuple[str, ...]] = {
    "python": ("llm==0.36", "langchain-openai>=1,<2", "openai-agents>=0.3"),
    "aider": ("aider-chat==0.86.2",),
    "claude": ("@anthropic-ai/claude-code@2.1.197",),
    "codex": ("@openai/codex@0.171.0",),
    "opencode": ("opencode-ai@1.18.33",),
    "continue": ("@continuedev/cli@1.5.47",),
}
"""Packages that are installed together, by the folder in the cache; those of npm are named with their version by @."""
QUIET_NPM = ("--no-audit", "--no-fund", "--no-package-lock", "--no-progress", "--loglevel=error")
_SECONDS = 900
_DONE, _REASON = "done.txt", "unavailable.txt"


def main() -> int:
    home = cache_folder()
    for name in SETS:
        why = why_not(home, name) if installed(home, name) else install(home, name)
        sys.stdout.write(f"{name}: {why or 'ready'}\n")
    return 0


def cache_folder() -> Path:
    """Where the clients are kept."""
    cache = Path(os.environ.get("ROUTERD_TEST_CACHE") or Path.home() / ".cache" / "routerd-tests")
    return cache.absolute() / "clients"


def installed(home: Path, name: str) -> bool:
    """Whether the cache holds a set as it is wanted here."""
    try:
        return (home / name / _DONE).read_text("utf-8").split() == list(SETS[name])
    except OSError:
        return False


def why_not(home: Path, name: str) -> str:
    """Why a set is not there, for a test that is skipped; empty where it is."""
    if installed(home, name):
        return ""
    try:
        return (home / f"{name}.{_REASON}").read_text("utf-8")
    except OSError:
        return f"{', '.join(SETS[name])} is not installed: run python tests/clients/install.py"


def program(home: Path, name: str, command: str) -> Path:
    """A program of a set."""
    return home / name / ("bin" if _from_pip(name) else "node_modules/.bin") / command


def install(home: Path, name: str) -> str:
    """Install a set anew; why it cannot be, or nothing."""
    folder, reason = home / name, home / f"{name}.{_REASON}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        for command in _commands(folder, name):
            _run(command, folder)
    except OSError as why:
        reason.write_text(f"{', '.join(SETS[name])} cannot be installed: {why}", "utf-8")
        return why_not(home, name)
    reason.unlink(missing_ok=True)
    (folder / _DONE).write_text("\n".join(SETS[name]), "utf-8")
    return ""


def _commands(folder: Path, name: str) -> list[Sequence[str]]:
    if _from_pip(name):
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", *SETS[name]]
        return [[sys.executable, "-m", "venv", str(folder)], pip]
    npm = shutil.which("npm")
    if npm is None:
        raise OSError("there is no npm")
    return [[npm, "install", *QUIET_NPM, "--prefix", str(folder), *SETS[name]]]


def _from_pip(name: str) -> bool:
    return "=" in SETS[name][0]


def _run(command: Sequence[str], folder: Path) -> None:
    """Run one command in a folder away from any settings of the checkout. Raises OSError with its last words."""
    print("+", *command, file=sys.stderr, flush=True)
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise OSError(f"{command[0]} took longer than {_SECONDS} s") from None
    if done.returncode != 0:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise OSError(f"{Path(command[0]).name} failed: {' '.join(last)}")


if __name__ == "__main__":
    raise SystemExit(main())
