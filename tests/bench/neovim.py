"""Prints as JSON what the Neovim plugin adds to a start, and to the first source file: microseconds, median of many."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

from tests.e2e.neovim.editor import PLUGIN, program

ROUNDS = 200

SCRIPT = """
vim.opt.runtimepath:prepend({plugin})
local function median(run)
  local times = {{}}
  for round = 1, {rounds} do
    local began = vim.uv.hrtime()
    run()
    times[round] = (vim.uv.hrtime() - began) / 1000
  end
  table.sort(times)
  return math.floor(times[math.ceil(#times / 2)] * 10) / 10
end
require("vim.lsp") -- Neovim loads its own module; it is not the plugin's
local plugin, config = {plugin} .. "/plugin/routerd.lua", {plugin} .. "/lsp/routerd.lua"
print(vim.json.encode({{
  startup_us = median(function()
    vim.g.loaded_routerd = nil
    vim.cmd.source(plugin)
    vim.lsp.enable("routerd")
  end),
  first_file_config_us = median(function() dofile(config) end),
  modules_loaded = vim.iter(pairs(package.loaded)):filter(function(name) return name:match("^routerd") end):totable(),
  rounds = {rounds},
}}))
"""


def measure() -> dict[str, object]:
    """What `SCRIPT` prints, in a Neovim with nobody's configuration."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "measure.lua"
        script.write_text(SCRIPT.format(plugin=json.dumps(str(PLUGIN)), rounds=ROUNDS), "utf-8")
        env = {**os.environ, "XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder, "XDG_DATA_HOME": folder}
        command = [program(), "--headless", "--clean", "-l", str(script)]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=60)
    found: dict[str, object] = json.loads(done.stdout or done.stderr)
    return found


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
