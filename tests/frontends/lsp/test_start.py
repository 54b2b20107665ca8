"""What an editor's daemon loads before its first answer, and that all it announces is there later."""

from __future__ import annotations

import subprocess
import sys

from routerd.frontends.lsp import deferred
from routerd.frontends.lsp.handlers import HANDLERS


def test_nothing_of_the_pipeline_is_loaded_before_initialize_is_answered() -> None:
    parts = "adapters", "audit", "batch", "offline", "pipeline", "providers", "routing", "steps"
    code = "import sys; import routerd.frontends.lsp; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "pygls.lsp.server" in loaded
    assert [name for name in loaded if name.startswith(tuple(f"routerd.{part}" for part in parts))] == []


def test_what_is_announced_has_a_handler() -> None:
    announced = {*deferred.METHODS, *deferred.COMMANDS, "textDocument/codeAction"}
    assert announced == HANDLERS.keys()
