"""Whether the editor's process is still there: some editors leave their servers running when they die."""

from __future__ import annotations

import asyncio

from routerd.processes import alive

_EVERY_S = 2.0
"""Looking costs a microsecond; an orphan lives this long at the most."""


async def wait_for_death(pid: int) -> None:
    """Return once a process is gone; never for one that is not there to begin with (a container's editor)."""
    if pid <= 0 or not alive(pid):
        await asyncio.Event().wait()
    while alive(pid):
        await asyncio.sleep(_EVERY_S)
