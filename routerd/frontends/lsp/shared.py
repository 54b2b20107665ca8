"""The services of the process, opened when the first client has its first answer, and shared by all connections."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from routerd.domain.origin import Origin
from routerd.domain.uncollected import uncollected
from routerd.system.uris import path_of

if TYPE_CHECKING:
    from routerd.app.services import Services
    from routerd.app.session_keys import SessionKeys
    from routerd.app.workspace import App

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Launch:
    """How an editor started routerd: what makes its sessions differ from those of other editors."""

    config_file: Path | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    """With the editor's keys: never shown, and never mixed into another session's."""


class LiveSession(Protocol):
    """What is known of a session here."""

    @property
    def jobs(self) -> Sized:
        """Its actions under way."""

    def tell_status(self) -> None:
        """Tell its editor how much money was spent, and whether routerd is busy."""


class SharedServices:
    """Opens services once, and an App for each workspace of each session."""

    def __init__(self, within: Path | None = None) -> None:
        """``within`` is the folder that bounds all reading; without it clients may name files anywhere."""
        self.within = within.resolve() if within else None
        self.sessions: set[LiveSession] = set()
        """Those that were not closed yet."""
        self._services: Services | None = None
        self._telling = False

    @staticmethod
    def load() -> None:
        """Import what opens an app, in a thread of the caller's: half of a start, which `initialize` does without."""
        with uncollected():
            from routerd.app import services, workspace  # noqa: F401, PLC0415  # see above
        gc.freeze()  # modules and types stay: a collection that looks at them all takes 40 ms of the event loop

    def open(self) -> Services:
        """The services."""
        from routerd.app.services import Services  # noqa: PLC0415  # see ``load``

        if self._services is None:
            self._services = Services()
        return self._services

    def roots(self, folders: Sequence[str]) -> tuple[Path, ...]:
        """The workspace folders of these URIs that a client may name, in their order, each once."""
        paths = [path.absolute() for path in map(path_of, folders) if path is not None]
        if self.within is not None:
            paths = [path for path in paths if path.resolve().is_relative_to(self.within)]
        return tuple(dict.fromkeys(paths))

    def app(
        self,
        root: Path | None,
        keys: SessionKeys,
        config_file: Path | None,
        editor: Mapping[str, object],
        origin: Origin,
    ) -> App:
        """A new app for a session's root, under its editor settings; not trusted yet. Raises RouterdError."""
        from routerd.app.workspace import App  # noqa: PLC0415  # as above

        app = App.of(self.open(), keys, config_file, root, editor=editor, origin=origin)
        if self.within is not None:
            app.workspace.bound(self.within)
        return app

    @property
    def jobs(self) -> int:
        """Actions under way in all sessions."""
        return sum(len(session.jobs) for session in self.sessions)

    def changed(self) -> None:
        """Money or jobs are others than they were: every session tells its editor, all changes of a moment at once."""
        if not self._telling:
            self._telling = True
            asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        self._telling = False
        for session in tuple(self.sessions):
            session.tell_status()

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
