"""Where the layers of the configuration are: files and the editor's own settings; nothing is read here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from platformdirs import user_config_path

WORKSPACE_FILE = ".routerd.toml"

MAX_BYTES = 256_000
"""Of a configuration file: a hundred times what people write, and read in half a second."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The layers above the built-in defaults; each later one wins."""

    user: Path
    """The user's own file: ``--config``, else ``$ROUTERD_CONFIG``, else the platform's configuration folder."""
    asked_for: str = ""
    """Who named that file, ``--config`` or ``$ROUTERD_CONFIG``; it should then exist."""
    workspace: Path | None = None
    editor: Mapping[str, object] = field(default_factory=dict)
    """What the editor answers for its section ``routerd``."""

    @classmethod
    def found(
        cls,
        config_file: Path | None = None,
        root: Path | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Sources:
        """The sources of a workspace folder, with ``--config`` if it was given."""
        named = (os.environ if environ is None else environ).get("ROUTERD_CONFIG", "")
        workspace = root / WORKSPACE_FILE if root else None
        if config_file:
            return cls(config_file.expanduser().absolute(), "--config", workspace)
        if named:
            return cls(Path(named).expanduser().absolute(), "$ROUTERD_CONFIG", workspace)
        return cls(user_config_path("routerd", appauthor=False) / "config.toml", "", workspace)

    def with_editor(self, settings: Mapping[str, object]) -> Sources:
        """The same files under other editor settings."""
        return replace(self, editor=settings)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files to watch, whether or not they exist yet."""
        return (self.user, self.workspace) if self.workspace else (self.user,)
