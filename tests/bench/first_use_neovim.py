"""From nothing to the first documented function in Neovim, and with a key to an accepted change; JSON, in seconds.

The commands and the Lua lines are cut out of README.md as they stand, so a README that has rotted fails here. The home
is empty, the environment fresh, the project a copy; pip's index is the machine's own. Needs the network for ``pip``.
"""

from __future__ import annotations

import ast
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.readme import block
from tests.e2e.neovim.editor import program
from tests.e2e.neovim.terminal import Terminal
from tests.loopback import InThread, Upstream

ROOT = Path(__file__).parents[2]
COPIED = ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "routerd", "editors/neovim")
ATTACHED = 'lua print(vim.wait(20000, function() return #vim.lsp.get_clients({bufnr=0}) > 0 end) and "is" .. " there")'
"""Until then K is Neovim's own, which asks pydoc; a person who reads the file first is slower than the server."""
SAMPLE = Path("routerd/data/sample/parcel/labels.py")
UNDOCUMENTED = "parse_header"
"""A function of the demo's sample without a docstring, of which something is certain: the error that it raises."""


class Stopwatch:
    """Seconds of each step, in their order."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - began, 1)


def home_of(folder: Path) -> dict[str, str]:
    """An environment with an empty home, and nothing of routerd, of this Python or of a key in it."""
    home = folder / "home"
    home.mkdir()
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "LANG") or name.startswith(("PIP_", "SSL_"))
    }
    return {**kept, "HOME": str(home)}


def install(folder: Path, env: dict[str, str], watch: Stopwatch) -> dict[str, str]:
    """`python3 -m pip install .` in a fresh environment; the environment with it on the PATH."""
    command = block("ci: demo").partition("&&")[0].strip()
    with watch.step("python3 -m venv"):
        subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], env=env, check=True)
    path = os.pathsep.join((str(folder / "venv" / "bin"), env["PATH"]))
    env = {**env, "VIRTUAL_ENV": str(folder / "venv"), "PATH": path}
    with watch.step(command):
        subprocess.run(shlex.split(command), env=env, cwd=folder / "routerd", check=True, capture_output=True)
    return env


def measure() -> dict[str, object]:
    """Each step's seconds, the total, and what was written into the buffer."""
    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        env = home_of(folder)
        with watch.step("copy"):
            copy(folder / "routerd")
        env = install(folder, env, watch)
        with watch.step("init.lua"):
            init = Path(env["HOME"]) / ".config" / "nvim" / "init.lua"
            init.parent.mkdir(parents=True)
            lines = block("**Neovim")
            init.write_text(lines.replace("/path/to/routerd", str(folder / "routerd")), "utf-8")
        work = folder / "project"
        work.mkdir()
        before = (ROOT / SAMPLE).read_text("utf-8")
        (work / "labels.py").write_text(before, "utf-8")
        with Terminal(shlex.join([program(), "labels.py"]), env, work) as terminal:
            written = use(terminal, work / "labels.py", watch)
        undone = (work / "labels.py").read_text("utf-8") == before
        accepted = with_a_key(env, work, before, watch)
    total = round(sum(watch.seconds.values()), 1)
    return {
        "seconds": watch.seconds,
        "total": total,
        "documentation": written,
        "undone_to_the_letter": undone,
        "accepted": accepted,
    }


def with_a_key(env: dict[str, str], work: Path, before: str, watch: Stopwatch) -> bool:
    """The key of README.md's gateway, which is played on loopback; whether the change that `ga` accepts is in the file.

    What `ga` does stands beside the proposal: README.md need not say it.
    """
    line = next(line for line in before.splitlines() if line.startswith("def read_labels("))
    reply = f"<<<<<<< SEARCH\n{line}\n=======\n{line}  # proposed\n>>>>>>> REPLACE"
    with InThread(Upstream(reply=reply)) as upstream:
        config = Path(env["HOME"]) / ".config" / "routerd" / "config.toml"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(f'[providers.n1n]\nbase_url = "{upstream.base_url}"\n', "utf-8")
        with Terminal(shlex.join([program(), "labels.py"]), {**env, "N1N_API_KEY": "sk-none"}, work) as terminal:
            with watch.step("with a key: the server is there"):
                terminal.keys(f":{ATTACHED}", "Enter")
                terminal.wait("is there")
            terminal.keys("/def read_labels", "Enter", "w")
            with watch.step(":Routerd ask until the change is proposed"):
                terminal.keys(":Routerd ask mark this line", "Enter")
                terminal.wait("# proposed", "ga accept")
            with watch.step("ga"):
                terminal.keys("ga")
                terminal.wait_for(lambda text: "# proposed" in text and "ga accept" not in text)
            terminal.keys(":write", "Enter")
            terminal.wait("written")
    return f"{line}  # proposed\n" in (work / "labels.py").read_text("utf-8")


def copy(target: Path) -> None:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target / name)


def use(terminal: Terminal, path: Path, watch: Stopwatch) -> str:
    """What README.md says to press; the documentation that was written."""
    with watch.step("nvim labels.py"):
        terminal.wait("def ")
    with watch.step("the server is there"):
        terminal.keys(f":{ATTACHED}", "Enter")
        terminal.wait("is there")
    terminal.keys(f"/def {UNDOCUMENTED}", "Enter", "w")
    with watch.step("K until the prices are seen"):
        terminal.keys("K")
        terminal.wait("document | ", "built-in, offline", "spent today")
    with watch.step(":Routerd document until the docstring is in the buffer"):
        terminal.keys(":Routerd document", "Enter")
        terminal.wait(f"Document `{UNDOCUMENTED}`: done")
    terminal.keys(":write", "Enter")
    terminal.wait("written")
    tree = ast.parse(path.read_text("utf-8"))
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == UNDOCUMENTED)
    with watch.step("u"):
        terminal.keys("u")
        terminal.wait("before #1")
    terminal.keys(":write", "Enter")
    terminal.wait("written")
    return textwrap.dedent(ast.get_docstring(function) or "")


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(), indent=2, ensure_ascii=False) + "\n")
