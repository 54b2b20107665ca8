"""Takes the screenshots of `editors/neovim/media` anew: ``python -m tests.e2e.neovim.screenshots [FOLDER]``.

A real Neovim in a real terminal (tmux), the plugin and the daemon of this checkout, the demo's sample package, the
default tiers behind a loopback upstream; headless Chromium draws the cells. Needs tmux, chromium and DejaVu Sans Mono.
"""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.conftest import KEY, new_env
from tests.e2e.neovim.editor import PLUGIN, program
from tests.e2e.neovim.terminal import Terminal
from tests.loopback import InThread, Turn, Upstream

SAMPLE = Path(__file__).parents[3] / "routerd" / "data" / "sample"
INIT = """\
vim.g.loaded_python3_provider = 0
vim.opt.runtimepath:append({plugin})
vim.lsp.config("routerd", {{ cmd = {{ {python}, "-m", "routerd", "serve", "--solo" }} }})
vim.lsp.enable("routerd")
vim.o.termguicolors, vim.o.number, vim.o.winborder, vim.o.showmode = true, true, "rounded", false
vim.o.ruler, vim.o.showcmd, vim.o.hlsearch, vim.o.fillchars = false, false, false, "eob: "
vim.o.statusline = " %f %m%=%{{v:lua.require'routerd'.statusline()}} │ %l:%c "
"""
ANSWER = """\
<<<<<<< SEARCH
def read_labels(lines, seen=[]):
    for line in lines:
        try:
            name, value = parse_header(line)
        except:
            continue
=======
def read_labels(lines, seen=None):
    seen = [] if seen is None else seen
    for line in lines:
        try:
            name, value = parse_header(line)
        except ValueError:
            continue
>>>>>>> REPLACE"""


@contextmanager
def neovim(upstream: InThread, rows: int) -> Iterator[Terminal]:
    """Neovim with the sample's `labels.py`, the cursor on `read_labels`, and the daemon up."""
    with tempfile.TemporaryDirectory() as folder:
        env, root = new_env(Path(folder)), Path(folder) / "parcel"
        shutil.copytree(SAMPLE, root)
        config = Path(folder) / "routerd.toml"
        config.write_text(f'[providers.n1n]\nbase_url = "{upstream.base_url}"\n\n[budget]\ndaily = "5.00"\n', "utf-8")
        env |= {"ROUTERD_CONFIG": str(config), "N1N_API_KEY": KEY}
        init = Path(folder) / "init.lua"
        init.write_text(INIT.format(plugin=json.dumps(str(PLUGIN)), python=json.dumps(sys.executable)), "utf-8")
        position = ("+/def read_labels/", "+norm w", "parcel/labels.py")
        command = shlex.join([program(), "-i", "NONE", "-n", "-u", str(init), *position])
        with Terminal(command, env, root, rows=rows) as terminal:
            terminal.wait("def read_labels", "routerd $0/$5.00")
            yield terminal


def hover(upstream: InThread) -> Iterator[tuple[str, Terminal]]:
    with neovim(upstream, 24) as terminal:
        terminal.keys("zt", "8", "C-y", "K")
        terminal.wait("spent today")
        yield "hover", terminal
        terminal.keys(":fclose", "Enter", "gra")
        terminal.wait("Type number")
        yield "menu", terminal


def preview(upstream: InThread) -> Iterator[tuple[str, Terminal]]:
    upstream.then(Turn(reply=ANSWER))
    with neovim(upstream, 22) as terminal:
        terminal.keys("zt", ":Routerd ask make the default and the except safe", "Enter")
        terminal.wait("except ValueError", ":Routerd accept")
        yield "preview", terminal


def take(terminal: Terminal, path: Path) -> None:
    """The terminal as it is now, as a PNG, half as large again as its pixels."""
    width, height = terminal.pixels()
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "screen.html"
        page.write_text(terminal.page(), "utf-8")
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1.5"]
        chromium = [shutil.which("chromium") or "chromium", *flags, f"--user-data-dir={folder}/user"]
        shot = [f"--screenshot={path}", f"--window-size={width},{height}", page.as_uri()]
        subprocess.run([*chromium, *shot], check=True, capture_output=True, timeout=60)


def main(folder: Path) -> None:
    """Take all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    with InThread(Upstream()) as upstream:
        for scene in (hover, preview):
            for name, terminal in scene(upstream):
                take(terminal, folder / f"{name}.png")
                sys.stdout.write(f"{folder / name}.png\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else PLUGIN / "media")
