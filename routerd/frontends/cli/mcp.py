"""`routerd mcp`: estimate, route, review and stats for agents, over MCP on stdio; it edits nothing."""

from __future__ import annotations

import logging

from routerd.domain.errors import UsageError
from routerd.frontends.cli.opening import Config


def mcp(config: Config = None) -> int:
    """Serve agents by MCP: estimate, route, review and stats.

    An agent's client starts it in the project's folder. It needs the package mcp: install routerd[mcp].
    """
    # Half a second, which no other command should wait for.
    try:
        from routerd.frontends.cli.mcp_tools import server  # noqa: PLC0415
    except ModuleNotFoundError as fault:
        if (fault.name or "").partition(".")[0] not in ("mcp", "pydantic"):
            raise
        raise UsageError("This needs the package mcp: install 'routerd[mcp]'.") from None
    # The library's log holds the arguments of calls, so users' code: only what fails is of use to them.
    logging.getLogger("mcp").setLevel(logging.ERROR)
    server(config).run()
    return 0
