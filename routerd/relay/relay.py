"""The relay's whole life: attach to the daemon, copy, and end as the daemon says."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from routerd.relay.attach import SoloError, attach
from routerd.relay.copying import copy
from routerd.system.quiet_signals import end_quietly


def relay(config: str = "") -> None:
    """Serve an editor on stdio from the user's daemon and exit; returns only where this process has to serve.

    ``config`` is the absolute path of the session's own configuration file.
    """
    try:
        channel = attach(_environment(), config)
    except SoloError as why:
        if sys.stderr is not None:
            print(f"routerd: {why}; this editor has a process of its own.", file=sys.stderr)  # noqa: T201  # its log
        return
    end_quietly()
    os._exit(copy(channel))  # a thread still waits for the editor


def _environment() -> Mapping[str, str]:
    """This process's, in which no file is named by a path that only this folder makes whole."""
    named = os.environ.get("ROUTERD_CONFIG", "")
    if not named or named.startswith("~") or os.path.isabs(named):
        return os.environ
    return {**os.environ, "ROUTERD_CONFIG": os.path.abspath(named)}
