"""The merged configuration as frozen values, and the snapshot that one action sees; ``adapters/config`` reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from routerd.domain.dialect_name import DialectName
from routerd.domain.gateway_settings import Http, Telemetry
from routerd.domain.key_source import KeySource
from routerd.domain.ledger_settings import LedgerSettings
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.tier import Tier


@dataclass(frozen=True, slots=True)
class Quirks:
    """How a provider differs from the OpenAI API."""

    max_tokens_field: str | None = "max_tokens"
    """The field that limits the answer; ``None`` if the provider rejects both."""
    stream_options: bool = True
    sends_done: bool = True
    """Whether streams end with ``data: [DONE]``; if so, a stream without it was truncated."""
    system_role: str = "system"
    json_schema: bool = False
    """Whether the provider supports ``response_format`` with a JSON schema."""
    extra_body: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """One OpenAI-compatible endpoint with its key source and limits."""

    name: str
    base_url: str
    key: KeySource | None
    """``None``: the endpoint needs no key (ollama, LM Studio)."""
    headers: Mapping[str, str | KeySource] = field(default_factory=dict)
    """Added to every request: a text, or where a secret value comes from."""
    rpm: int | None = None
    tpm: int | None = None
    max_concurrency: int | None = None
    dialect: DialectName = DialectName.CHAT
    """The API in which routerd's own actions ask it: ``chat`` or ``messages``."""
    dialects: tuple[DialectName, ...] = (DialectName.CHAT,)
    """The APIs that it offers; requests of other programs pass through to it unchanged in these."""
    pass_through: bool = False
    """Whether a client's own key goes along to this provider, in place of the configured one."""
    batch: bool = False
    """Whether it has a batch service: OpenAI's files and batches, or Anthropic's message batches, by ``dialect``."""
    quirks: Quirks = Quirks()
    declared: bool = True
    """False for a preset provider that the user's configuration does not mention."""


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The user's settings of a model, which override the price catalogue field by field. Dollars per million tokens."""

    input: Decimal | None = None
    output: Decimal | None = None
    cached_input: Decimal | None = None
    cache_write: Decimal | None = None
    batch_input: Decimal | None = None
    """What the provider's batch service charges; both or neither."""
    batch_output: Decimal | None = None
    context: int | None = None
    max_output: int | None = None
    first_token_s: float | None = None
    """Seconds of silence until it begins to answer; ``None``: as ``Limits`` says."""
    source: str = "config"
    """The source of the prices: ``config``, or the source that the shipped defaults name."""
    checked: str | None = None
    """ISO date on which the source was last checked."""


ORIGINS = "origins"
"""Key of an editor's settings below which they stand once more, as ``user`` and ``workspace``: by who set them."""
ALWAYS_ALLOWED = Decimal("0.01")
"""Dollars that an action may cost where no cap is set, also if it is likely to cost much less."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits in dollars; ``None`` is no limit."""

    daily: Decimal | None = None
    monthly: Decimal | None = None
    session: Decimal | None = None
    project_daily: Decimal | None = None
    project_monthly: Decimal | None = None
    team_daily: Decimal | None = None
    team_monthly: Decimal | None = None
    per_action: Decimal | None = None
    confirm_above: Decimal | None = None
    per_action_by: str = "budget.per_action"
    """What sets the limit of one action: a setting, or an option of the command line."""

    def lowered(self, per_action: Decimal, by: str) -> Budget:
        """The same with one action limited to ``per_action`` dollars, where it is not limited to less."""
        if self.per_action is not None and self.per_action <= per_action:
            return self
        return replace(self, per_action=per_action, per_action_by=by)

    @property
    def limited(self) -> bool:
        """Whether any limit is set, so that unknown prices must be refused."""
        each = (self.daily, self.monthly, self.session, self.per_action)
        shared = (self.project_daily, self.project_monthly, self.team_daily, self.team_monthly)
        return any(limit is not None for limit in (*each, *shared))


class OfflinePolicy(StrEnum):
    """When the built-in engine is a candidate."""

    WHEN_UNCONFIGURED = "when-unconfigured"
    LAST_RESORT = "last-resort"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class RoutingExample:
    """A user's own example for semantic routing."""

    tier: Tier
    text: str


@dataclass(frozen=True, slots=True)
class Embedding:
    """The embedding model of semantic routing; the built-in one if neither field is set."""

    folder: str | None = None
    """The folder of a local model2vec model; ``~`` is the user's home."""
    model: ModelRef | None = None
    """A model served by the embeddings endpoint of a configured provider."""

    @property
    def built_in(self) -> bool:
        """Whether the built-in embedding is used."""
        return self.folder is None and self.model is None

    def __str__(self) -> str:
        return self.folder or (str(self.model) if self.model else "built-in")


@dataclass(frozen=True, slots=True)
class Routing:
    """Settings of routing and escalation."""

    escalate: bool = True
    default_tier: Tier = Tier.LOGIC
    offline: OfflinePolicy = OfflinePolicy.WHEN_UNCONFIGURED
    baseline: Tier = Tier.ARCHITECT
    """Savings are computed against this tier's first model."""
    examples: tuple[RoutingExample, ...] = ()
    embedder: Embedding = Embedding()


THINKS_LONGER = 3
"""How many times ``limits.first_token_s`` a model of the architect tier may be silent: ours, 90 of 120 seconds."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Time limits of one action, in seconds."""

    total_s: float = 120.0
    first_token_s: float = 30.0
    between_tokens_s: float = 20.0


@dataclass(frozen=True, slots=True)
class Cache:
    """Settings of the reply cache: the same question to the same model within ``ttl_s`` costs nothing."""

    enabled: bool = True
    ttl_s: int = 86_400
    max_mb: int = 50


@dataclass(frozen=True, slots=True)
class Offers:
    """Where an editor shows prices and actions by itself; what the user asks for by name works everywhere."""

    hover: bool = True
    menu: bool = True
    off_languages: tuple[str, ...] = ()
    """LSP's language ids without hover, menu and lens."""
    off_folders: tuple[str, ...] = ()
    """Folders without them, relative to the project's root, with forward slashes."""

    def at(self, language: str, path: str) -> bool:
        """Whether anything is offered in a file; ``path`` is relative to the project's root."""
        folders = (folder.strip("/") for folder in self.off_folders)
        inside = any(path.startswith(f"{folder}/") for folder in folders)
        return not inside and language not in self.off_languages


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, with defaults filled in."""

    tiers: Mapping[Tier, tuple[ModelRef, ...]]
    actions: Mapping[str, Tier | None]
    """The tier of each action; ``None`` is ``auto``."""
    providers: Mapping[str, ProviderSettings]
    models: Mapping[str, ModelSettings] = field(default_factory=dict)
    """By model name, or by ``provider/model``, which takes precedence."""
    budget: Budget = Budget()
    routing: Routing = Routing()
    limits: Limits = Limits()
    cache: Cache = Cache()
    http: Http = field(default_factory=Http)
    ledger: LedgerSettings = field(default_factory=LedgerSettings)
    telemetry: Telemetry = field(default_factory=Telemetry)
    instructions: Mapping[str, str] = field(default_factory=dict)
    """The project's own instructions by action name or ``all``; part of the prompt."""
    code_lens: bool = False
    offers: Offers = Offers()
    test_command: tuple[str, ...] | None = None

    def names(self, model: ModelRef) -> bool:
        """Whether these settings name a model: in a tier, with a price, or as what an alias stands for."""
        listed = any(model in models for models in self.tiers.values())
        return listed or model.model in self.models or str(model) in {*self.models, *self.http.aliases.values()}

    def first_token_s(self, model: ModelRef) -> float | None:
        """Seconds of silence that a model is allowed: as said of it at its provider, else wherever it is served.

        By default a model of the architect tier has longer than the others; ``None``: as long as any.
        """
        said = (self.models.get(name) for name in (str(model), model.model))
        longer = self.limits.first_token_s * THINKS_LONGER if model in self.tiers.get(Tier.ARCHITECT, ()) else None
        return next((one.first_token_s for one in said if one and one.first_token_s is not None), longer)


@dataclass(frozen=True, slots=True)
class OwnTests:
    """Whether the tests of projects may be run, which runs their code."""

    trusted: bool = False
    """Whether the client trusts the workspace; in one that it does not trust nothing is run, and nobody is asked."""
    answers: Mapping[str, bool] = field(default_factory=dict)
    """What the user answered, by the path of a project's root."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The settings and the usable models of each tier, from start to end of an action; a reload makes a new one."""

    settings: Settings
    usable: Mapping[Tier, tuple[ModelRef, ...]]
    """Models whose provider has a key or needs none, and the built-in engine if the policy allows it."""
    own_tests: OwnTests = OwnTests()

    def limited(self, per_action: Decimal, by: str) -> Snapshot:
        """The same with one action limited to so many dollars by ``by``, where it is not limited to less."""
        budget = self.settings.budget.lowered(per_action, by)
        return replace(self, settings=replace(self.settings, budget=budget))

    def stronger(self, tier: Tier) -> Tier | None:
        """The next stronger tier that has a usable model; ``None`` if there is none."""
        above = tier.and_above()[1:]
        return next((step for step in above if any(model != OFFLINE for model in self.usable.get(step, ()))), None)
