"""The daemon at work: one event loop for all sessions, until nobody needs it or it is told to leave."""

from __future__ import annotations

import asyncio
from pathlib import Path

from routerd.frontends.daemon.address import Address
from routerd.frontends.daemon.beside import GatewayBeside
from routerd.frontends.daemon.clients import Clients
from routerd.frontends.daemon.control import ControlCommands
from routerd.frontends.daemon.life import Life
from routerd.frontends.lsp import log
from routerd.frontends.lsp.ending import Ending
from routerd.frontends.lsp.serve import run_until_told
from routerd.frontends.lsp.shared import SharedServices
from routerd.system.local_server import serve_local


def serve(address: Address, idle_s: float, log_file: Path | None, log_level: str) -> int:
    """Serve relays at the address; the process ends with it, within two seconds where a signal asks for that."""
    log.set_up(log_level, log_file)
    shared = SharedServices()
    try:
        return run_until_told(_served(address, idle_s, shared), shared, Ending(shared.abandon))
    finally:
        address.give_up()


async def _served(address: Address, idle_s: float, shared: SharedServices) -> int:
    life = Life(idle_s, lambda: shared.jobs + beside.requests)
    beside = GatewayBeside(shared, life)

    def drain() -> None:
        """Let a newer daemon begin at once, while this one still finishes what was paid for."""
        if not life.draining:
            life.drain()
            server.close()
            beside.close()
            address.give_up()

    control = ControlCommands(address, life, shared, drain)
    clients = Clients(shared, life, drain, control.answer)
    server = await serve_local(clients.met, address.listener)
    others = asyncio.ensure_future(beside.run())
    try:
        await life.over()
    finally:
        others.cancel()
        server.close()
        address.give_up()
        await asyncio.gather(others, return_exceptions=True)
        await clients.close()
    return 0
