"""One connection: its client, documents, jobs and reviews, over the app that all connections share."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from routerd.app.jobs import Jobs
from routerd.domain.errors import RouterdError
from routerd.frontends.lsp import keys, status
from routerd.frontends.lsp.client import EditorClient, NoAnswerError, Wire
from routerd.frontends.lsp.diagnostics import Reviews
from routerd.frontends.lsp.documents import Documents
from routerd.frontends.lsp.pauses import Pauses
from routerd.system.uris import path_of

if TYPE_CHECKING:
    from routerd.app.services import App

_log = logging.getLogger(__name__)

_SETTINGS_S = 2.0
"""Time a client has to say its settings before routerd starts without them."""


class SharedApp:
    """The one app of the process, opened when the first client has its first answer."""

    def __init__(self, config_file: Path | None, within: Path | None = None) -> None:
        """``within`` is the folder that bounds all reading; without it clients may name files anywhere."""
        self._config_file = config_file
        self.within = within.resolve() if within else None
        self._app: App | None = None

    def open(self, folders: tuple[str, ...]) -> App:
        """The app, with these workspace folders taken in. Raises RouterdError where it cannot be opened."""
        # Imported here: half of what a start costs is not needed to answer `initialize`.
        from routerd.app.services import App  # noqa: PLC0415

        paths = [path for path in map(path_of, folders) if path is not None]
        if self.within is not None:
            paths = [path for path in paths if path.resolve().is_relative_to(self.within)] or [self.within]
        if self._app is None:
            self._app = App.open(config_file=self._config_file, root=paths[0] if paths else None, lenient=True)
            if self.within is not None:
                self._app.workspace.bound(self.within)
            paths = paths[1:]
        for path in paths:
            self._app.workspace.add_folder(path)
        return self._app

    async def disconnect(self) -> None:
        """Close the connections to providers, while there is an event loop to do it in."""
        if self._app is not None:
            await self._app.disconnect()

    def abandon(self) -> None:
        """Book what can be booked without the event loop; any thread may call it."""
        if self._app is not None:
            self._app.abandon()

    def close(self) -> None:
        """Stop the background work and close the ledger."""
        if self._app is not None and (unwritten := self._app.close()):
            _log.warning("%s", unwritten)


class Session:
    """What the features of one connection work with."""

    def __init__(self, wire: Wire, shared: SharedApp) -> None:
        self.wire = wire
        self.client = EditorClient()
        self.documents = Documents()
        self.reviews = Reviews(wire)
        self.jobs = Jobs(self._tell_status)
        self.pauses = Pauses(self._prepare)
        self.app: App | None = None
        """``None`` until it is open, and for as long as the configuration cannot be used."""
        self._shared = shared
        self._fault: RouterdError | None = None
        """Why there is no app."""
        self._opening: asyncio.Task[None] | None = None
        self._later: set[asyncio.Future[Any]] = set()

    def began(self, client: EditorClient) -> None:
        """The client said who it is."""
        self.client = client
        self.reviews.encoding = client.encoding

    async def ready(self) -> App | None:
        """The app with everything loaded that an estimate needs; ``None`` where it cannot be opened."""
        if self._opening is None:
            self._opening = asyncio.ensure_future(self._open())
        # Shielded: a request that is cancelled while it waits must not stop the start.
        await asyncio.shield(self._opening)
        return self.app

    async def working(self) -> App:
        """As ``ready``. Raises RouterdError where the app cannot be opened, after one more try."""
        app = await self.ready()
        if app is None:
            self._opening = None
            app = await self.ready()
        if app is None:
            raise self._fault or RouterdError("routerd could not start; see its log.")
        return app

    def later(self, work: asyncio.Future[Any]) -> None:
        """Keep background work referenced until it is done."""
        self._later.add(work)
        work.add_done_callback(self._later.discard)

    def add_folders(self, folders: tuple[str, ...]) -> None:
        """Take further workspace folders in."""
        if self.app is not None:
            self._shared.open(folders)

    def refresh_lenses(self) -> None:
        """Let a client that can do so ask for lenses anew; whether it answers does not matter."""
        if self.client.refreshes_lenses:
            self.later(asyncio.ensure_future(self._asked("workspace/codeLens/refresh")))

    async def take_settings(self) -> None:
        """Ask the client for its section `routerd` and put it over the configuration files."""
        if not self.client.configuration or self.app is None:
            return
        asked = {"items": [{"section": "routerd"}]}
        try:
            answer = await self.wire.ask("workspace/configuration", asked, _SETTINGS_S)
        except NoAnswerError:
            return
        settings = answer[0] if isinstance(answer, list) and answer else None
        if isinstance(settings, dict) and settings:
            self.tell_problems(self.app.reload(settings))

    def tell_problems(self, problems: tuple[str, ...]) -> None:
        """Say once what of the configuration is not used."""
        for problem in problems:
            _log.warning("%s", problem)
        if problems:
            more = f" ({len(problems) - 1} more: run `routerd config check`.)" if len(problems) > 1 else ""
            self.wire.tell("window/showMessage", {"type": 2, "message": f"routerd: {problems[0]}{more}"})

    def reloaded(self, problems: tuple[str, ...]) -> None:
        """A configuration file has changed: what it says, and what is wrong with it, is shown at once."""
        self.tell_problems((*problems, *(self.app.model_warnings() if self.app else ())))
        self._tell_status()
        self.refresh_lenses()

    async def close(self) -> None:
        """End all jobs, their spending booked, and all other work."""
        for document in self.documents.all():
            self.pauses.end(document.uri)
        await self.jobs.close()
        for work in (*self._later, *filter(None, (self._opening,))):
            work.cancel()

    def _prepare(self, uri: str) -> None:
        if self.app is not None:
            self.later(asyncio.ensure_future(self.app.prepare(uri)))

    def _tell_status(self) -> None:
        status.tell(self.wire, self.app, len(self.jobs))

    async def _asked(self, method: str) -> None:
        with contextlib.suppress(NoAnswerError):
            await self.wire.ask(method, {}, _SETTINGS_S)

    async def _open(self) -> None:
        try:
            self.app = self._shared.open(self.client.folders)
        except RouterdError as fault:
            _log.error("%s", fault)
            if str(fault) != str(self._fault):
                self.wire.tell("window/showMessage", {"type": 1, "message": f"routerd: {fault}"})
            self._fault = fault
            return
        self.tell_problems(self.app.problems)
        for document in self.documents.all():
            self.app.opened(document)
        await asyncio.gather(self.take_settings(), self.app.warm())
        if self.client.keeps_keys:
            providers = [one.name for one in self.app.settings.providers.values() if one.key]
            self.tell_problems(self.app.hand_keys(await keys.asked(self.wire, providers)))
        self.tell_problems(self.app.model_warnings())
        self.later(asyncio.ensure_future(self.app.watch(self.reloaded)))
        self._tell_status()
        for document in self.documents.all():
            self.later(asyncio.ensure_future(self.app.study(document.uri)))
