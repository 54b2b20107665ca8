"""Which program starts a user's services on this system."""

from __future__ import annotations

import sys

_BY_SYSTEM = {"linux": "systemd", "darwin": "launchd"}

MANAGER = _BY_SYSTEM.get(sys.platform)
"""``systemd``, ``launchd``, or ``None`` where it is another one."""
