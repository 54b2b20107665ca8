"""The process-wide services: connects the pipeline to its adapters; a reload swaps one immutable Snapshot.

Heavy libraries are imported by the adapters on first use, so that opening an app is cheap.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from platformdirs import user_data_path

from routerd.actions import catalog
from routerd.adapters import config
from routerd.adapters.catalogue import Catalogue
from routerd.adapters.file_watcher import Contents, watch
from routerd.adapters.grammar import TreeSitterGrammar
from routerd.adapters.ledger import MIGRATIONS, SqliteLedger, day_of
from routerd.adapters.lint import RuffLinter
from routerd.adapters.recent_turns import RecentTurnsInMemory
from routerd.adapters.reply_cache import SqliteReplyCache
from routerd.adapters.sqlite import Database
from routerd.adapters.test_runner import CommandTestRunner
from routerd.adapters.tokenizer import TiktokenCounter
from routerd.adapters.worker import WorkerPool
from routerd.adapters.workspace import Workspace
from routerd.app.background import Background
from routerd.app.classifiers import Classifiers
from routerd.app.engines import Engines
from routerd.audit import Audited, Logged
from routerd.audit.replay import audited
from routerd.domain.action import Request
from routerd.domain.document import Document
from routerd.domain.errors import RouterdError
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import Price
from routerd.domain.outcome import Outcome, Status
from routerd.domain.ports import Editor, Observer
from routerd.domain.position import Position, Range
from routerd.domain.priced_action import HoverInfo, PricedAction
from routerd.domain.quote import Route
from routerd.domain.settings import Settings
from routerd.domain.snapshot import Snapshot
from routerd.domain.stats import BudgetStatus, Stats
from routerd.domain.verdict import Refusal
from routerd.offline import OfflineEngine
from routerd.pipeline.estimate_cache import EstimateCache
from routerd.pipeline.plan import Dependencies, Plan, plan
from routerd.pipeline.run import run
from routerd.providers import Clock, KeyCache, ProviderState, SharedHealth, UpstreamEngine
from routerd.providers.usage import read_usage
from routerd.routing.instructions import routes


class App:
    """One user's routerd: frontends talk to this and to the domain, and to nothing else."""

    def __init__(self, sources: config.Sources, folders: tuple[Path, ...] = (), *, lenient: bool = False) -> None:
        """Read the configuration and open the ledger.

        Raises ConfigError where a file cannot be used; ``lenient`` starts without that file and says so in
        ``problems``: an editor's daemon that does not start explains nothing.
        """
        self._sources, self._jobs = sources, itertools.count(1)
        self._background, self._worker = Background(), WorkerPool()
        self.grammar = TreeSitterGrammar()
        self.workspace = Workspace(TreeSitterGrammar(), folders)  # thousands of files: not in the memory for open ones
        self._counter = TiktokenCounter()
        self._classifiers, self._recent = Classifiers(), RecentTurnsInMemory()
        self._database = Database(user_data_path("routerd", False) / "ledger.db", MIGRATIONS, now())
        self.ledger = SqliteLedger(self._database, lambda: self.settings.budget)
        self._cache = SqliteReplyCache(self._database, lambda: self.settings.cache)
        self._health = SharedHealth(self._database, time.time)
        self._provider_state, self._source = ProviderState(), config.KeyReader()
        self._keys = KeyCache(self._source.key, self._source.headers)
        self._estimate_cache = EstimateCache()
        self.problems: tuple[str, ...] = ()
        self._snapshot, self._deps = self._plug(config.begin(sources, lenient))
        if self._database.problem:
            self.problems = (self._database.problem, *self.problems)

    @classmethod
    def open(cls, *, config_file: Path | None = None, root: Path | None = None, lenient: bool = False) -> App:
        """The app of a workspace: ``root`` is where its ``.routerd.toml`` is looked for."""
        return cls(config.Sources.found(config_file, root), (root,) if root else (), lenient=lenient)

    @property
    def settings(self) -> Settings:
        """The configuration that new actions are run with."""
        return self._snapshot.settings

    @property
    def snapshot(self) -> Snapshot:
        """What a new action would see."""
        return self._snapshot

    def _plug(self, loaded: config.Loaded) -> tuple[Snapshot, Dependencies]:
        settings = loaded.settings
        usable = config.usable_tiers(settings, self._source.available(settings))
        catalogue = self._catalogue = Catalogue(settings.models)
        upstream = self._upstream = UpstreamEngine(
            providers=settings.providers,
            keys=self._keys,
            price=lambda model: catalogue.price(model, now()),
            counter=self._counter,
            limits=settings.limits,
            first_token_s=settings.first_token_s,
            clock=Clock(time.monotonic, time.time),
            rng=random.Random(),  # noqa: S311  # jitter, not secrets
            health=self._health,
            provider_state=self._provider_state,
        )
        deps = Dependencies(
            counter=self._counter,
            grammar=self.grammar,
            catalogue=catalogue,
            classifier=self._classifiers.of(settings, self._source.key),
            recent=self._recent,
            engine=Engines(OfflineEngine(RuffLinter(), self.workspace.project), upstream),
            workspace=self.workspace,
            ledger=self.ledger,
            cache=self._cache,
            runner=CommandTestRunner(self.workspace.project),
            worker=self._worker,
            clock=now,
        )
        self.problems = loaded.problems
        self._chosen = loaded.chosen
        return Snapshot(settings, usable), deps

    def reload(
        self, editor_settings: Mapping[str, object] | None = None, seen: Contents = MappingProxyType({})
    ) -> tuple[str, ...]:
        """Read the configuration again for all actions that begin from now on; problems as sentences.

        ``seen`` is what its files were seen to hold. One that cannot be used leaves everything as it was.
        """
        if editor_settings is not None:
            self._sources = self._sources.with_editor(editor_settings)
        try:
            self._snapshot, self._deps = self._plug(config.load(self._sources, seen))
        except RouterdError as fault:
            return (f"{fault} The configuration stays as it was.",)
        return self.problems

    def hand_keys(self, keys: Mapping[str, str | None]) -> tuple[str, ...]:
        """Take the keys that an editor keeps, by provider; ``None`` takes one back. Problems as sentences."""
        for name, key in keys.items():
            self._source.hand(name, key)
            if name in self.settings.providers:
                self._keys.forget(self.settings.providers[name])
        return self.reload() if keys else ()

    def model_warnings(self) -> tuple[str, ...]:
        """Sentences on the user's models that are retired or unknown; quick once ``warm`` is done."""
        return tuple(doubt for model in self._chosen if (doubt := self._catalogue.doubt(model)))

    async def watch(self, told: Callable[[tuple[str, ...]], object]) -> None:
        """Reload whenever the user's or the workspace's file changes, until the task is cancelled.

        ``told`` is given the problems, which may be none, each time that they or the settings are others.
        """
        known = self.problems

        async def changed(seen: Contents) -> None:
            nonlocal known
            before = self.settings
            problems = self.reload(seen=seen)
            if problems != known or self.settings != before:
                known = problems
                told(problems)

        await watch(self._sources.files, changed)

    def opened(self, document: Document) -> None:
        """The editor opened or changed a document: what it holds is the truth from now on."""
        self.workspace.hold(document)

    def closed(self, uri: str) -> None:
        """The editor closed a document: from now on the file on disk counts, which the index reads again."""
        self.workspace.drop(uri)
        self._background.index_later(self.workspace.saved, uri)

    def document(self, uri: str) -> Document | None:
        """A document as the editor holds it, else as it is on disk."""
        return self.workspace.read(uri)

    def index(self, uri: str, seconds: float) -> None:
        """Index the project around a document, for so long at the most."""
        end = time.monotonic() + seconds
        self.workspace.index(uri, lambda: time.monotonic() < end)

    def priced_actions(self, document: Document, span: Range) -> tuple[PricedAction, ...]:
        """The menu at a place: each action that makes sense there, with its price; nothing is sent or read."""
        return self._offers(Request(spec.name, document, span) for spec in catalog().values() if spec.in_menu)

    def prices(self, document: Document, span: Range, words: str = "") -> tuple[PricedAction, ...]:
        """The menu, and what would be asked in the user's own words, as they are by now."""
        own = (Request(one.name, document, span, instruction=words) for one in catalog().values() if not one.in_menu)
        return (*self.priced_actions(document, span), *self._offers(own))

    def hover_info(self, document: Document, position: Position) -> HoverInfo | None:
        """What each action would cost for the symbol whose name stands at a place; ``None`` elsewhere."""
        symbol = self.grammar.named_at(document, position)
        if symbol is None:
            return None
        return HoverInfo(symbol, self.priced_actions(document, Range(position, position)))

    def _offers(self, wishes: Iterable[Request]) -> tuple[PricedAction, ...]:
        return self._estimate_cache.priced_actions(wishes, self._snapshot, self._deps)

    def plan(self, request: Request) -> Plan | Refusal:
        """Everything that is decided before sending, prices included. Raises UsageError for an unknown action."""
        return plan(request, self._snapshot, self._deps)

    async def run(self, request: Request, editor: Editor, watch: Observer) -> Outcome:
        """One action from wish to editor; cancel the task to cancel the action."""
        if not self.settings.routing.embedder.built_in and request.instruction:
            try:  # asks another machine, perhaps; the line then finds the answer remembered
                await asyncio.to_thread(self.classify, request.instruction)
            except asyncio.CancelledError:
                return Outcome(Status.CANCELLED, request.action, "Cancelled; nothing was spent.")
        job = f"{next(self._jobs)}-{time.time_ns():x}"
        return await run(job, request, self._snapshot, self._deps, editor, watch)

    def classify(self, text: str) -> Route | Refusal:
        """Where a free-form instruction would go, and why; slow where the user's embedding is served elsewhere."""
        return next(self.classify_many([text]))

    def classify_many(self, texts: Sequence[str]) -> Iterator[Route | Refusal]:
        """The same for many, a few thousand each second."""
        return routes(texts, self._snapshot, self._deps.classifier)

    def audit(self, logged: Iterable[Logged]) -> tuple[Audited, ...]:
        """What requests of other tools' logs cost, and would have cost on these tiers."""
        return audited(logged, self._snapshot, self._deps, lambda raw: read_usage(raw).usage)

    def price(self, model: ModelRef) -> Price | None:
        """What a model costs now."""
        return self._deps.catalogue.price(model, now())

    def budget_status(self) -> BudgetStatus:
        """Today's spending and savings."""
        today = day_of(now())
        return BudgetStatus(self.ledger.spent(*today), self.settings.budget.daily, self.ledger.saved(*today))

    def stats(self, since: datetime | None = None) -> Stats:
        """The ledger's totals since a moment, or of all time."""
        return self.ledger.stats(since, None)

    async def warm(self) -> None:
        """Load what is slow to load, off the event loop."""
        for load in (self._counter.warm, self._catalogue.warm, self._deps.classifier.load):
            await self._background.run(load)
        if any(model != OFFLINE for models in self._snapshot.usable.values() for model in models):
            await self._upstream.warm()

    async def study(self, uri: str) -> None:
        """Look at a document, then index the project around it in the background, where that is not done already."""
        await self.prepare(uri)
        await self._background.index(self.workspace.index, uri, lambda: self._background.open)
        await self.prepare(uri)

    async def at_hand(self, document: Document) -> None:
        """Wait, off the event loop, for the first look at a document; done at once for all later ones."""
        if not self.grammar.at_hand(document):
            await self._background.run(self.grammar.outline, document)

    async def prepare(self, uri: str) -> None:
        """Look at a document in the background as the editor holds it, so that its next hover finds that done."""
        if document := self.workspace.held(uri):
            await self._background.run(self._estimate_cache.prepare, document, self._snapshot, self._deps)

    async def disconnect(self) -> None:
        """Close the connections to providers; belongs before the event loop's end."""
        await self._provider_state.close()

    def abandon(self) -> None:
        """Book what jobs that cannot end by themselves have spent at the most; the process ends after this."""
        self._background.close()
        self.ledger.abandon(now())

    def close(self) -> str | None:
        """Stop the background work and close the ledger; a sentence where paid attempts could not be written to it."""
        self._worker.close()
        self._background.close()
        unwritten = self.ledger.close()
        self._database.close()
        return unwritten


def now() -> datetime:
    """The user's own clock and time zone: budgets begin anew at the user's midnight."""
    return datetime.now().astimezone()
