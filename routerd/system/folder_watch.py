"""How this system watches folders."""

from __future__ import annotations

import sys

BELOW = sys.platform in ("win32", "darwin")
"""Whether one watch covers all folders below another. Linux counts one for each folder against the user's limit."""
