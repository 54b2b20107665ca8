"""An app apart from the user's own: its ledger is in a folder of its own, for the demo of the gateway."""

from __future__ import annotations

from pathlib import Path

from routerd.adapters import config
from routerd.app.services import Services
from routerd.app.workspace import App
from routerd.domain.origin import Origin


def app_apart(folder: Path, config_file: Path) -> App:
    """Under one configuration file alone. Raises ConfigError."""
    services = Services(folder)
    sources = config.Sources.found(config_file, None)
    return App(services, sources, services.session_keys(), origin=Origin(), lenient=False)
