"""The frontend for other programs: the gateway over HTTP, on aiohttp; no prompt, price or rule lives here."""

from routerd.frontends.http.site import HttpListen, gateway, listening

__all__ = ["HttpListen", "gateway", "listening"]
