"""One workspace of one session: its settings, index, estimates and budgets, over the services of the process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Self

from routerd.adapters import config
from routerd.adapters.catalogue import Catalogue
from routerd.adapters.file_watcher import Contents, watch
from routerd.adapters.grammar import TreeSitterGrammar
from routerd.adapters.ledger import AnyLedger, Budgets
from routerd.adapters.lint import RuffLinter, ruff_settings
from routerd.adapters.recent_turns import RecentTurnsInMemory
from routerd.adapters.secret_rules import SecretRules
from routerd.adapters.tests_in_copy import CopyRunner
from routerd.adapters.workspace import Workspace
from routerd.adapters.workspace.allowed import refusal
from routerd.app import times as process
from routerd.app.budget_status import budget_status
from routerd.app.ledgers import ledger_of, replies_of
from routerd.app.menu import menu, worded
from routerd.app.own_tests import consents, own_tests
from routerd.app.services import Engines, Services
from routerd.app.session_keys import SessionKeys
from routerd.app.worth import worth
from routerd.domain.action import Request
from routerd.domain.answer_ports import ReplyCache
from routerd.domain.document import Document
from routerd.domain.errors import RouterdError
from routerd.domain.forward_ports import Forwarder
from routerd.domain.model import ModelRef
from routerd.domain.money import Price
from routerd.domain.origin import Origin
from routerd.domain.outcome import Outcome, Status
from routerd.domain.ports import Editor, Observer
from routerd.domain.position import Position, Range
from routerd.domain.priced_action import HoverInfo, PricedAction
from routerd.domain.quote import Route
from routerd.domain.settings import Settings, Snapshot
from routerd.domain.stats import BudgetStatus, Stats
from routerd.domain.verdict import Refusal
from routerd.offline import OfflineEngine
from routerd.pipeline.dependencies import Dependencies
from routerd.pipeline.estimate_cache import EstimateCache
from routerd.pipeline.plan import Plan, plan
from routerd.pipeline.run import run
from routerd.routing.instructions import routes


class App:
    """What frontends call for one workspace; a reload swaps one Snapshot, and an action under way keeps its own."""

    def __init__(
        self, services: Services, sources: config.Sources, keys: SessionKeys, *, origin: Origin, lenient: bool
    ) -> None:
        """Read the configuration.

        Raises ConfigError where a file cannot be used; ``lenient`` starts without that file and says so in
        ``problems``: an editor's daemon that does not start explains nothing.
        """
        self.services, self._sources, self.keys, self._origin = services, sources, keys, origin
        self._worth, self.root = worth(keys.available), sources.workspace.parent if sources.workspace else None
        self.grammar = TreeSitterGrammar()
        self.workspace = Workspace(services.indices, (self.root,) if self.root else ())
        self._recent, self._estimate_cache, self._trusted = RecentTurnsInMemory(), EstimateCache(), False
        self.problems: tuple[str, ...] = ()
        """What of the configuration is not used, as sentences."""
        self._snapshot, self.deps = self._built(config.begin(sources, lenient, self._worth))
        if services.problem:
            self.problems = (services.problem, *self.problems)

    @classmethod
    def open(cls, *, config_file: Path | None = None, root: Path | None = None, lenient: bool = False) -> Self:
        """The app of one workspace with services of its own, for a process that has no other session."""
        services = Services()
        origin = Origin("terminal", "routerd", session=services.ledger_writer.process)
        try:
            sources = config.Sources.found(config_file, root)
            return cls(services, sources, services.session_keys(), origin=origin, lenient=lenient).trust()
        except RouterdError:
            services.close()
            raise

    @classmethod
    def of(
        cls,
        services: Services,
        keys: SessionKeys,
        config_file: Path | None,
        root: Path | None,
        *,
        origin: Origin,
        editor: Mapping[str, object] = MappingProxyType({}),
    ) -> Self:
        """The app of a session's workspace: ``root`` is where its ``.routerd.toml`` is looked for."""
        sources = config.Sources.found(config_file, root, keys.environ).with_editor(editor)
        return cls(services, sources, keys, origin=origin, lenient=True)

    def trust(self) -> Self:
        """The client trusts the workspace: its tests may be run, where the user agrees to that."""
        self._trusted, self._snapshot = True, replace(self._snapshot, own_tests=own_tests(self.root, trusted=True))
        return self

    @property
    def settings(self) -> Settings:
        """The configuration that new actions are run with."""
        return self._snapshot.settings

    @property
    def snapshot(self) -> Snapshot:
        """What a new action would see."""
        return self._snapshot

    def _built(self, loaded: config.Loaded) -> tuple[Snapshot, Dependencies]:
        settings, services = loaded.settings, self.services
        catalogue = self._catalogue = Catalogue(settings.models)
        upstream = services.upstream(settings, self.keys, catalogue)
        shared = services.shared(settings.ledger, self.keys.environ)
        self.ledger: AnyLedger = ledger_of(services, shared, lambda: self._budgets, self.root, self._origin)
        self.replies: ReplyCache = replies_of(services, shared, lambda: self.settings.cache)
        measures, unsent = services.measuring(settings, catalogue)
        linter = RuffLinter(lambda uri: ruff_settings(uri, self.workspace.project(uri).root, refusal))
        deps = Dependencies(
            counter=services.counter,
            secrets=SecretRules(),
            grammar=self.grammar,
            catalogue=catalogue,
            classifier=services.classifiers.of(settings, self.keys.read_with_headers),
            recent=self._recent,
            engine=Engines(OfflineEngine(linter), upstream),
            workspace=self.workspace,
            ledger=self.ledger,
            cache=self.replies,
            runner=CopyRunner(self.workspace.project, self.keys.environ),
            worker=services.worker,
            clock=process.now,
            measures=measures,
        )
        self.problems = (*loaded.problems, *unsent)
        self._chosen = loaded.chosen
        self._budgets = Budgets(loaded.own, loaded.lowered)
        usable = config.usable_tiers(settings, self.keys.available(settings))
        return Snapshot(settings, usable, own_tests(self.root, trusted=self._trusted)), deps

    def reload(
        self, editor_settings: Mapping[str, object] | None = None, seen: Contents = MappingProxyType({})
    ) -> tuple[str, ...]:
        """Read the configuration again for all actions that begin from now on; problems as sentences.

        ``seen`` is what its files were seen to hold. One that cannot be used leaves everything as it was.
        """
        if editor_settings is not None:
            self._sources = self._sources.with_editor(editor_settings)
        try:
            self._snapshot, self.deps = self._built(config.load(self._sources, seen, self._worth))
        except RouterdError as fault:
            return (f"{fault} The configuration stays as it was.",)
        return self.problems

    def limit_actions(self, dollars: Decimal, by: str) -> None:
        """Let no action cost more than so many dollars until the next reload; ``by`` names the limit in messages."""
        self._snapshot = self._snapshot.limited(dollars, by)

    def model_warnings(self) -> tuple[str, ...]:
        """Sentences on the user's models that are retired or unknown; quick once ``warm`` is done."""
        return tuple(doubt for model in self._chosen if (doubt := self._catalogue.warning(model)))

    async def watch(self, report: Callable[[tuple[str, ...]], object]) -> None:
        """Reload whenever the user's or the workspace's file changes, until the task is cancelled.

        ``report`` is given the problems, which may be none, each time that they or the settings are others.
        """
        known = self.problems

        async def changed(seen: Contents) -> None:
            nonlocal known
            before = self.settings
            if (problems := self.reload(seen=seen)) != known or self.settings != before:
                known = problems
                report(problems)

        await watch((*self._sources.files, consents().path), changed)

    def opened(self, document: Document) -> None:
        """The editor opened or changed a document: what it holds is the truth from now on."""
        self.workspace.hold(document)

    def closed(self, uri: str) -> None:
        """The editor closed a document: from now on the file on disk counts, which the index reads again."""
        self.workspace.drop(uri)
        self.services.background.index_later(self.workspace.saved, uri)

    def document(self, uri: str) -> Document | None:
        """A document as the editor holds it, else as it is on disk."""
        return self.workspace.read(uri)

    def index(self, uri: str, seconds: float) -> None:
        """Index the project around a document, for so long at the most."""
        end = time.monotonic() + seconds
        self.workspace.index(uri, lambda: time.monotonic() < end)

    def priced_actions(self, document: Document, span: Range, wrong: tuple[str, ...] = ()) -> tuple[PricedAction, ...]:
        """The menu for a range: each action that applies there, with its price; nothing is sent or read.

        ``wrong``: the messages of the client's diagnostics there.
        """
        return self.priced(menu(document, span, wrong))

    def prices(self, document: Document, span: Range, words: str = "") -> tuple[PricedAction, ...]:
        """The menu, and the actions that follow the user's own words, with the words typed so far."""
        return self.priced((*menu(document, span), *worded(document, span, words)))

    def hover_info(self, document: Document, position: Position) -> HoverInfo | None:
        """What each action would cost for the symbol whose name is at a position; ``None`` elsewhere."""
        symbol = self.grammar.named_at(document, position)
        here = Range(position, position)
        return None if symbol is None else HoverInfo(symbol, self.priced_actions(document, here))

    def priced(self, requests: Iterable[Request]) -> tuple[PricedAction, ...]:
        """Requests with their prices, without those that would be refused."""
        return self._estimate_cache.priced_actions(requests, self._snapshot, self.deps)

    def plan(self, request: Request) -> Plan | Refusal:
        """Everything that is decided before sending, prices included. Raises UsageError."""
        return plan(request, self._snapshot, self.deps)

    async def run(self, request: Request, editor: Editor, watch: Observer) -> Outcome:
        """One action from request to edit; cancel the task to cancel the action."""
        try:
            await self.services.background.listed(self.workspace, request.document.uri)
            if not self.settings.routing.embedder.built_in and request.instruction:
                await asyncio.to_thread(self.classify, request.instruction)  # asks another machine, perhaps
        except asyncio.CancelledError:
            return Outcome(Status.CANCELLED, request.action, "Cancelled; nothing was spent.")
        return await run(self.services.job_id(), request, self._snapshot, self.deps, editor, watch)

    def passage(self) -> tuple[Snapshot, Dependencies, Forwarder]:
        """What requests of other programs go through from now on, with a new engine."""
        return self._snapshot, self.deps, self.services.forwarder(self.settings, self.keys, self._catalogue)

    def classify(self, text: str) -> Route | Refusal:
        """Where a free-form instruction would go, and why; slow where the user's embedding is served elsewhere."""
        return next(self.classify_many([text]))

    def classify_many(self, texts: Sequence[str]) -> Iterator[Route | Refusal]:
        """The same for many, a few thousand each second."""
        return routes(texts, self._snapshot, self.deps.classifier)

    def price(self, model: ModelRef) -> Price | None:
        """What a model costs now."""
        return self.deps.catalogue.price(model, process.now())

    def budget_status(self) -> BudgetStatus:
        """Today's spending and savings, by the daily budget with less left: the user's or the project's."""
        return budget_status(self.ledger, self._budgets, process.now())

    def stats(self, since: datetime | None = None) -> Stats:
        """The ledger's totals since a moment, or of all time."""
        return self.ledger.stats(since, None)

    async def warm(self) -> None:
        """Load what a price needs, off the event loop; the client of providers waits for the first paid action."""
        for load in (self.services.counter.warm, self._catalogue.warm):
            await self.services.background.run(load)
        await self.services.background.run(self.services.fold, self.settings.ledger)

    async def study(self, uri: str) -> None:
        """Look at a document, then index the project around it in the background, where that is not done already."""
        await self.prepare(uri)
        await self.services.background.index(self.workspace.index, uri, lambda: self.services.background.open)
        self.workspace.follow(uri)
        await self.prepare(uri)

    async def at_hand(self, document: Document) -> None:
        """Wait, off the event loop, for the first look at a document; done at once for all later ones."""
        if not self.grammar.at_hand(document):
            await self.services.background.run(self.grammar.outline, document)

    async def prepare(self, uri: str) -> None:
        """Look at a document in the background as the editor holds it, so that its next hover finds that done."""
        if document := self.workspace.open_document(uri):
            await self.services.background.run(self._estimate_cache.prepare, document, self._snapshot, self.deps)

    async def disconnect(self) -> None:
        """Close the connections of the services that this app was opened with."""
        await self.services.disconnect()

    def close(self) -> str | None:
        """Close the services that this app was opened with; a sentence where the ledger misses paid attempts."""
        return self.services.close()
