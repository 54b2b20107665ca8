"""An editor over the relay, whose daemon is the user's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.e2e.daemon.user import User
from tests.e2e.raw_editor import RawEditor

RELAYED = ("serve",)


def editor(user: User, root: Path, more: dict[str, str] | None = None, **rest: Any) -> RawEditor:
    """`async with editor(user, root) as one`: started as editors start it, with more in its environment."""
    return RawEditor({**user.env, **(more or {})}, root, arguments=RELAYED, **rest)
