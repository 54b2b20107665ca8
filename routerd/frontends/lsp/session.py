"""One connection: its client, documents, jobs and reviews, and the apps of its workspace folders."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from typing import TYPE_CHECKING, Any

from routerd.app.jobs import Jobs
from routerd.domain.errors import RouterdError
from routerd.domain.origin import Origin
from routerd.frontends.lsp import keys
from routerd.frontends.lsp.apps import SessionApps
from routerd.frontends.lsp.client import EditorClient, NoAnswerError, Wire
from routerd.frontends.lsp.diagnostics import Reviews
from routerd.frontends.lsp.documents import Documents
from routerd.frontends.lsp.pauses import Pauses
from routerd.frontends.lsp.shared import Launch, SharedServices

if TYPE_CHECKING:
    from routerd.app.workspace import App
    from routerd.domain.document import Document

_log = logging.getLogger(__name__)

_SETTINGS_S = 2.0
"""Time a client has to say its settings before routerd starts without them."""


class Session:
    """What the features of one connection work with."""

    def __init__(self, wire: Wire, shared: SharedServices, launch: Launch) -> None:
        self.wire = wire
        self.client = EditorClient()
        self.documents = Documents()
        self.reviews = Reviews(wire)
        self.jobs = Jobs(shared.changed)
        self.pauses = Pauses(self._prepare)
        self.apps: SessionApps | None = None
        """``None`` until they are open, and for as long as the configuration cannot be used."""
        self.offered: set[str] = set()
        """The roots of projects about whose tests the user was asked."""
        self._shared, self._launch = shared, launch
        self._identity = uuid.uuid4().hex
        shared.sessions.add(self)
        self._fault: RouterdError | None = None
        """Why there are no apps."""
        self._opening: asyncio.Task[None] | None = None
        self._later: set[asyncio.Future[Any]] = set()
        self._watching: dict[App, asyncio.Future[Any]] = {}

    def began(self, client: EditorClient) -> None:
        """The client said who it is."""
        self.client = client
        self.reviews.encoding = client.encoding

    async def ready(self) -> SessionApps | None:
        """The apps with everything loaded that an estimate needs; ``None`` where they cannot be opened."""
        if self._opening is None:
            self._opening = asyncio.ensure_future(self._open())
        # Shielded: a request that is cancelled while it waits must not stop the start.
        await asyncio.shield(self._opening)
        return self.apps

    async def ready_for(self, uri: str) -> App | None:
        """The app of a document, once it is ready; ``None`` where it cannot be opened."""
        apps = await self.ready()
        return apps.of(uri) if apps else None

    async def working(self, uri: str | None = None) -> App:
        """The app of a document, or of the first folder. Raises RouterdError where there is none after a retry."""
        apps = await self.ready()
        if apps is None:
            self._opening = None
            apps = await self.ready()
        if apps is None:
            raise self._fault or RouterdError("routerd could not start; see its log.")
        return apps.of(uri) if uri is not None else apps.first

    def later(self, work: asyncio.Future[Any]) -> None:
        """Keep background work referenced until it is done."""
        self._later.add(work)
        work.add_done_callback(self._later.discard)

    async def change_folders(self, added: tuple[str, ...], removed: tuple[str, ...]) -> None:
        """The client opened and closed workspace folders: its documents move to the apps around them."""
        if self.apps is None:
            return
        self.apps.add(added)
        for app in self.apps.remove(removed):
            self._watching.pop(app).cancel()
        self.tell_problems(self.apps.problems)
        for document in self.documents.all():
            self.later(asyncio.ensure_future(self.apps.of(document.uri).study(document.uri)))
        await self.take_settings()
        self.tell_status()

    def hold(self, document: Document) -> None:
        """The client opened or changed a document: every app sees that text, as an action may read other folders."""
        for app in self.apps.all() if self.apps else ():
            app.opened(document)

    def drop(self, uri: str) -> None:
        """The client closed a document: from now on the file on disk counts."""
        for app in self.apps.all() if self.apps else ():
            app.closed(uri)

    def refresh_lenses(self) -> None:
        """Let a client that can do so ask for lenses anew; whether it answers does not matter."""
        if self.client.refreshes_lenses:
            self.later(asyncio.ensure_future(self._asked("workspace/codeLens/refresh")))

    async def take_settings(self) -> None:
        """Ask the client for its section `routerd`, for each of several folders, and put it over the files."""
        if not self.client.configuration or self.apps is None:
            return
        roots = self.apps.roots if len(self.apps.roots) > 1 else ()
        items = [{"section": "routerd"}, *({"section": "routerd", "scopeUri": root.as_uri()} for root in roots)]
        try:
            answer = await self.wire.ask("workspace/configuration", {"items": items}, _SETTINGS_S)
        except NoAnswerError:
            return
        found = [one if isinstance(one, dict) else {} for one in answer] if isinstance(answer, list) else []
        from routerd.domain.settings import ORIGINS  # noqa: PLC0415  # as above

        if not self.client.tells_origins:  # such a key is then a setting, which a folder may have written
            found = [{key: value for key, value in one.items() if key != ORIGINS} for one in found]
        if found:
            self.tell_problems(self.apps.set_editor(found[0], dict(zip(roots, found[1:], strict=False))))

    def hand_keys(self, handed: dict[str, str | None]) -> None:
        """Take the keys that this client's editor keeps."""
        if self.apps is not None:
            self.tell_problems(self.apps.hand_keys(handed))

    def tell_problems(self, problems: tuple[str, ...]) -> None:
        """Say once what of the configuration is not used."""
        for problem in problems:
            _log.warning("%s", problem)
        if problems:
            more = f" ({len(problems) - 1} more: run `routerd config check`.)" if len(problems) > 1 else ""
            self.wire.send("window/showMessage", {"type": 2, "message": f"routerd: {problems[0]}{more}"})

    def reloaded(self, problems: tuple[str, ...], app: App | None = None) -> None:
        """A configuration file of one app, or of all, has changed: show at once what it says and what is wrong."""
        changed = app or self.apps
        self.tell_problems((*problems, *(changed.model_warnings() if changed else ())))
        self.tell_status()
        self.refresh_lenses()

    async def close(self) -> None:
        """End all jobs, their spending booked, and all other work."""
        for document in self.documents.all():
            self.pauses.end(document.uri)
        try:
            await self.jobs.close()
        finally:
            self._shared.sessions.discard(self)
        for work in (*self._later, *filter(None, (self._opening,))):
            work.cancel()

    def _prepare(self, uri: str) -> None:
        if self.apps is not None:
            self.later(asyncio.ensure_future(self.apps.of(uri).prepare(uri)))

    def tell_status(self) -> None:
        """Send `routerd/status`."""
        from routerd.frontends.lsp import status  # noqa: PLC0415  # there is nothing to tell before an app is open

        status.send(self.wire, self.apps.first if self.apps else None, len(self.jobs))

    def _origin(self) -> Origin:
        return Origin(client=self.client.name, session=self._identity)

    def _opened(self, app: App) -> None:
        """An app was opened: it sees every open document, and its files are watched for as long as it is there."""
        for document in self.documents.all():
            app.opened(document)
        if self.apps is not None:  # later than the first ones, which are waited for
            self.later(asyncio.ensure_future(app.warm()))
        watching = self._watching[app] = asyncio.ensure_future(app.watch(lambda problems: self.reloaded(problems, app)))
        self.later(watching)

    async def _asked(self, method: str) -> None:
        with contextlib.suppress(NoAnswerError):
            await self.wire.ask(method, {}, _SETTINGS_S)

    async def _open(self) -> None:
        await asyncio.to_thread(self._shared.load)
        try:
            apps = self.apps = SessionApps(
                self._shared, self._launch, self.client.folders, self._opened, self._origin(), self.client.trusted
            )
        except RouterdError as fault:
            _log.error("%s", fault)
            if str(fault) != str(self._fault):
                self.wire.send("window/showMessage", {"type": 1, "message": f"routerd: {fault}"})
            self._fault = fault
            return
        self.tell_problems(apps.problems)
        await asyncio.gather(self.take_settings(), *(app.warm() for app in apps.all()))
        if self.client.keeps_keys:
            providers = [one.name for one in apps.first.settings.providers.values() if one.key]
            self.hand_keys(await keys.asked(self.wire, providers))
        self.tell_problems(apps.model_warnings())
        self.tell_status()
        for document in self.documents.all():
            self.later(asyncio.ensure_future(apps.of(document.uri).study(document.uri)))
