"""Whether the editor's process is still there: some editors leave their servers running when they die."""

from __future__ import annotations

import asyncio

from routerd.system.processes import alive

_EVERY_S = 0.5
"""Looking costs a microsecond; an orphan lives this long at the most."""


def visible(pid: int | None) -> bool:
    """Whether a process can be seen from here: a container's editor cannot, and is not taken for dead."""
    return pid is not None and pid > 0 and alive(pid)


async def wait_for_death(pid: int) -> None:
    """Return once a process is gone."""
    while alive(pid):
        await asyncio.sleep(_EVERY_S)
