"""The services that all sessions and workspaces of a process share: ledger, health, engines, tokenizer, threads.

Heavy libraries are imported by the adapters on first use, so that opening the services is cheap.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from platformdirs import user_data_path

from routerd import __version__
from routerd.adapters import config
from routerd.adapters.catalogue import Catalogue
from routerd.adapters.grammar import TreeSitterGrammar
from routerd.adapters.ledger import MIGRATIONS, LedgerWriter, SqliteTokens, StoredMakers
from routerd.adapters.postgres import ServerAddress
from routerd.adapters.sqlite import Database
from routerd.adapters.telemetry import OtlpNumbers
from routerd.adapters.tokenizer import TiktokenCounter
from routerd.adapters.worker import WorkerPool
from routerd.adapters.workspace import Indices
from routerd.app.background import Background
from routerd.app.classifiers import Classifiers
from routerd.app.measuring import Measuring
from routerd.app.session_keys import SessionKeys
from routerd.app.tally import Tally
from routerd.app.team_services import TeamServices
from routerd.app.times import now
from routerd.domain.batch_service import BatchService
from routerd.domain.errors import ConfigError, LedgerError
from routerd.domain.forward_ports import Forwarder
from routerd.domain.gateway_settings import Telemetry
from routerd.domain.gateway_token import TokenStore
from routerd.domain.ledger_settings import LedgerSettings
from routerd.domain.measures import Numbers
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import Price
from routerd.domain.ports import Engine, Meter
from routerd.domain.prompt import Question
from routerd.domain.quote import Candidate
from routerd.domain.reply import Reply
from routerd.domain.settings import Settings
from routerd.providers import (
    Clock,
    HealthStore,
    KeyCache,
    ProviderState,
    SharedHealth,
    SharedRefusedFields,
    UpstreamEngine,
)
from routerd.providers.signature_makers import SignatureMakers

if TYPE_CHECKING:
    from routerd.providers.forward import Transport


class Services:
    """One for each process. Holds no settings: what depends on them is made for one workspace."""

    def __init__(self, folder: Path | None = None) -> None:
        """Open the ledger, in a folder or else the user's own; one that cannot be used is named in ``problem``."""
        self.background, self.worker = Background(), WorkerPool()
        self.counter = TiktokenCounter()
        self.indices = Indices(TreeSitterGrammar())
        self.classifiers = Classifiers()
        self.database = Database((folder or user_data_path("routerd", False)) / "ledger.db", MIGRATIONS, now())
        self.ledger_writer = LedgerWriter(self.database)
        self.tokens: TokenStore = SqliteTokens(self.database)
        self._health = SharedHealth(self.database, time.time)
        self._refused_fields = SharedRefusedFields(self.database, time.time)
        self._stored_makers = StoredMakers(self.database, time.time)
        self._provider_state = ProviderState(SignatureMakers(self._stored_makers))
        self._transport: Transport | None = None
        self._configured_keys: WeakValueDictionary[frozenset[tuple[str, str]], KeyCache] = WeakValueDictionary()
        """By the environment that the keys were read in."""
        self.tally = Tally()
        self._otlp: dict[Telemetry, OtlpNumbers] = {}
        self._jobs = itertools.count(1)
        self._folder = folder or user_data_path("routerd", False)
        self._shared: dict[ServerAddress, TeamServices] = {}
        """By the server that a configuration names."""

    @property
    def problem(self) -> str | None:
        """Why the ledger cannot be used, as a sentence."""
        return self.database.problem

    @property
    def makers(self) -> SignatureMakers:
        """Which model made each signature that passed through."""
        return self._provider_state.makers

    def job_id(self) -> str:
        """A name for a new job that no other process gives."""
        return f"{next(self._jobs)}-{time.time_ns():x}"

    def session_keys(self, environ: Mapping[str, str] = os.environ) -> SessionKeys:
        """The keys of a new session: the configured ones until its editor hands others over.

        Sessions with the same environment share them: a password manager asks its owner once. Another environment
        holds other keys, or unlocks others, and so has its own.
        """
        reader = config.KeyReader(environ)
        name = frozenset(environ.items())
        configured = self._configured_keys.get(name)
        if configured is None:
            configured = self._configured_keys[name] = KeyCache(reader.key, reader.headers)
        return SessionKeys(reader, configured)

    def shared(self, settings: LedgerSettings, environ: Mapping[str, str]) -> TeamServices | None:
        """What is shared with other machines, where the user's configuration names a server."""
        if settings.url is None:
            return None
        source, reader = settings.password, config.KeyReader(environ)
        address = ServerAddress(
            settings.url, lambda: None if source is None else reader.secret("the shared ledger", source)
        )
        known = self._shared.get(address)
        if known is None:
            known = self._shared[address] = TeamServices(address, self._folder, settings)
            self._provider_state.makers.told = known.sessions.signed
        known.writer.outbox.settings = settings
        return known

    def _shared_by_url(self, url: str | None) -> TeamServices | None:
        return next((one for address, one in self._shared.items() if address.url == url), None)

    def upstream(self, settings: Settings, keys: SessionKeys, catalogue: Catalogue) -> UpstreamEngine:
        """An engine for one snapshot of settings, on the connections, limits and health of the process."""
        return UpstreamEngine(
            providers=settings.providers,
            keys=keys,
            price=lambda model: catalogue.price(model, now()),
            counter=self.counter,
            limits=settings.limits,
            first_token_s=settings.first_token_s,
            clock=Clock(time.monotonic, time.time),
            rng=random.Random(),  # noqa: S311  # jitter, not secrets
            health=self.health(settings.ledger, keys.environ),
            refused_fields=self._refused_fields,
            provider_state=self._provider_state,
        )

    def health(self, settings: LedgerSettings, environ: Mapping[str, str]) -> HealthStore:
        """Of providers and keys, as all daemons of the user or all machines of a shared ledger met them."""
        shared = self.shared(settings, environ)
        return self._health if shared is None else shared.health

    def batch_service(
        self, settings: Settings, keys: SessionKeys, price: Callable[[ModelRef], Price | None]
    ) -> BatchService:
        """The batch services of the providers; ``price`` is what they charge."""
        from routerd.providers.batches import ProviderBatches  # noqa: PLC0415  # only a batch needs it

        return ProviderBatches(
            providers=settings.providers,
            keys=keys,
            price=price,
            counter=self.counter,
            limits=settings.limits,
            clock=Clock(time.monotonic, time.time),
            provider_state=self._provider_state,
            refused_fields=self._refused_fields,
        )

    def forwarder(self, settings: Settings, keys: SessionKeys, catalogue: Catalogue) -> Forwarder:
        """The same for requests of other programs that pass through."""
        # Imported here: only the gateway needs aiohttp.
        from routerd.providers.forward import ForwardingEngine, Transport  # noqa: PLC0415

        if self._transport is None:
            self._transport = Transport()
        return ForwardingEngine(
            providers=settings.providers,
            keys=keys,
            price=lambda model: catalogue.price(model, now()),
            counter=self.counter,
            limits=settings.limits,
            first_token_s=settings.first_token_s,
            clock=Clock(time.monotonic, time.time),
            rng=random.Random(),  # noqa: S311  # as above
            health=self.health(settings.ledger, keys.environ),
            refused_fields=self._refused_fields,
            provider_state=self._provider_state,
            transport=self._transport,
        )

    def measuring(self, settings: Settings, catalogue: Catalogue) -> tuple[Measuring, tuple[str, ...]]:
        """Where one workspace's numbers go, and a sentence where they cannot be sent as the settings say."""
        where = settings.telemetry
        problems: tuple[str, ...] = ()
        if where.otlp is not None and where not in self._otlp:
            try:
                self._otlp[where] = OtlpNumbers(where, __version__)
            except ConfigError as missing:
                problems = (str(missing),)
        numbers: list[Numbers] = [self.tally, *([self._otlp[where]] if where in self._otlp else [])]
        known = catalogue.known
        return Measuring(numbers, lambda model: settings.names(model) or model.model in known(model.provider)), problems

    def fold(self, retention: LedgerSettings) -> None:
        """Sum up what an older version wrote, and drop rows older than the settings keep; their daily sums stay."""
        if (shared := self._shared_by_url(retention.url)) is not None:
            with suppress(LedgerError):
                shared.writer.fold(retention.keep_days)
        with suppress(LedgerError):  # another daemon may hold the ledger: the next start folds
            self._stored_makers.fold()
            for shared in self._shared.values():
                shared.sessions.fold()
            self.ledger_writer.sum_up(now(), lambda: self.background.open)
            if retention.keep_days is not None and self.background.open:
                self.ledger_writer.fold(now(), retention.keep_days)

    async def disconnect(self) -> None:
        """Close the connections to providers; belongs before the event loop's end."""
        await self._provider_state.close()
        for numbers in self._otlp.values():
            await asyncio.to_thread(numbers.close)
        self._otlp.clear()
        if self._transport is not None:
            await self._transport.close()

    def abandon(self) -> None:
        """Book what jobs that cannot end by themselves have spent at the most; the process ends after this."""
        self.background.close()
        self.ledger_writer.abandon(now())
        for shared in self._shared.values():
            shared.writer.abandon()

    def close(self) -> str | None:
        """Stop the background work and close the ledger; a sentence where paid attempts could not be written to it."""
        self.worker.close()
        self.background.close()
        self.indices.close()
        unwritten = [self.ledger_writer.close(), *(shared.writer.close() for shared in self._shared.values())]
        self.database.close()
        return " ".join(sentence for sentence in unwritten if sentence) or None


class Engines:
    """The Engine that hands a candidate to the built-in engine or to the providers, by its models."""

    def __init__(self, offline: Engine, upstream: Engine) -> None:
        self._offline = offline
        self._upstream = upstream

    def first(self, question: Question, candidate: Candidate) -> ModelRef:
        """As the Engine port says."""
        return self._engine(candidate).first(question, candidate)

    def ask(self, question: Question, candidate: Candidate, meter: Meter) -> Coroutine[Any, Any, Reply]:
        """As the Engine port says; the coroutine is the engine's own."""
        return self._engine(candidate).ask(question, candidate, meter)

    def _engine(self, candidate: Candidate) -> Engine:
        return self._offline if candidate.models == (OFFLINE,) else self._upstream
