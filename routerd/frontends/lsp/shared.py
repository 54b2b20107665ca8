"""The services of the process, opened when the first client has its first answer, and shared by all connections."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from routerd.domain.origin import Origin
from routerd.system.uris import path_of

if TYPE_CHECKING:
    from routerd.app.services import Services
    from routerd.app.session_keys import SessionKeys
    from routerd.app.workspace import App

_log = logging.getLogger(__name__)


class SharedServices:
    """Opens services once, and an App for each workspace of each session."""

    def __init__(self, config_file: Path | None, within: Path | None = None) -> None:
        """``within`` is the folder that bounds all reading; without it clients may name files anywhere."""
        self._config_file = config_file
        self.within = within.resolve() if within else None
        self._services: Services | None = None

    def open(self) -> Services:
        """The services."""
        # Imported here: half of what a start costs is not needed to answer `initialize`.
        from routerd.app.services import Services  # noqa: PLC0415

        if self._services is None:
            self._services = Services()
        return self._services

    def roots(self, folders: Sequence[str]) -> tuple[Path, ...]:
        """The workspace folders of these URIs that a client may name, in their order, each once."""
        paths = [path.absolute() for path in map(path_of, folders) if path is not None]
        if self.within is not None:
            paths = [path for path in paths if path.resolve().is_relative_to(self.within)]
        return tuple(dict.fromkeys(paths))

    def app(self, root: Path | None, keys: SessionKeys, editor: Mapping[str, object], origin: Origin) -> App:
        """A new app for a session's root, under its editor settings. Raises RouterdError."""
        from routerd.app.workspace import App  # noqa: PLC0415  # as above

        app = App.of(self.open(), keys, self._config_file, root, editor=editor, origin=origin)
        if self.within is not None:
            app.workspace.bound(self.within)
        return app

    async def disconnect(self) -> None:
        """Close the connections to providers, while there is an event loop to do it in."""
        if self._services is not None:
            await self._services.disconnect()

    def abandon(self) -> None:
        """Book what can be booked without the event loop; any thread may call it."""
        if self._services is not None:
            self._services.abandon()

    def close(self) -> None:
        """Stop the background work and close the ledger."""
        if self._services is not None and (unwritten := self._services.close()):
            _log.warning("%s", unwritten)
