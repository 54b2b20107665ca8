"""The merged configuration as frozen values; ``adapters/config`` reads and checks it, nobody changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from routerd.domain.model import ModelRef
from routerd.domain.tier import Tier


@dataclass(frozen=True, slots=True)
class KeySource:
    """Where a provider's key comes from: exactly one of the three; never the key itself."""

    env: str | None = None
    keyring: str | None = None
    command: tuple[str, ...] | None = None

    def __str__(self) -> str:
        if self.env:
            return f"environment variable {self.env}"
        if self.keyring:
            return f"keyring entry {self.keyring}"
        return f"command {(self.command or ('?',))[0]}"


@dataclass(frozen=True, slots=True)
class Quirks:
    """How a provider differs from the OpenAI API, as data."""

    max_tokens_field: str | None = "max_tokens"
    """The name of the field that limits the answer; ``None`` where the provider rejects both."""
    stream_options: bool = True
    sends_done: bool = True
    """Whether streams end with ``data: [DONE]``: where they do, one without it was cut."""
    system_role: str = "system"
    json_schema: bool = False
    """Whether ``response_format`` with a JSON schema is honoured."""
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
    quirks: Quirks = Quirks()
    declared: bool = True
    """False for a well-known provider that the user's own configuration does not mention."""


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What the user says of a model; overrides the price catalogue field by field. Dollars per million."""

    input: Decimal | None = None
    output: Decimal | None = None
    cached_input: Decimal | None = None
    cache_write: Decimal | None = None
    context: int | None = None
    max_output: int | None = None
    first_token_s: float | None = None
    """Seconds of silence until it begins to answer; ``None``: as ``Limits`` says."""
    source: str = "config"
    """Who says so: ``config``, or what the shipped defaults name."""
    checked: str | None = None
    """ISO date on which that was last checked."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits in dollars; ``None`` is no limit."""

    daily: Decimal | None = None
    monthly: Decimal | None = None
    per_action: Decimal | None = None
    confirm_above: Decimal | None = None

    @property
    def limited(self) -> bool:
        """Whether any cap is set, so that an unknown price must be refused."""
        return not (self.daily is None and self.monthly is None and self.per_action is None)


class OfflinePolicy(StrEnum):
    """When the built-in engine is a rung of the ladder."""

    WHEN_UNCONFIGURED = "when-unconfigured"
    LAST_RESORT = "last-resort"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class RoutingExample:
    """A user's own prototype for semantic routing."""

    tier: Tier
    text: str


@dataclass(frozen=True, slots=True)
class Embedding:
    """Where the embedding of semantic routing is from; with neither of the two it is the built-in one."""

    folder: str | None = None
    """A model2vec model on this machine; ``~`` is the user's home."""
    model: ModelRef | None = None
    """A model at the embeddings endpoint of a configured provider."""

    @property
    def built_in(self) -> bool:
        """Whether nothing but the shipped arrays is used."""
        return self.folder is None and self.model is None

    def __str__(self) -> str:
        return self.folder or (str(self.model) if self.model else "built-in")


@dataclass(frozen=True, slots=True)
class Routing:
    """How a rung is chosen and whether a better one may follow."""

    escalate: bool = True
    default_tier: Tier = Tier.LOGIC
    offline: OfflinePolicy = OfflinePolicy.WHEN_UNCONFIGURED
    baseline: Tier = Tier.ARCHITECT
    """Savings are shown against this tier's first model."""
    examples: tuple[RoutingExample, ...] = ()
    embedder: Embedding = Embedding()


@dataclass(frozen=True, slots=True)
class Limits:
    """Time limits of one action, in seconds."""

    total_s: float = 120.0
    first_token_s: float = 30.0
    between_tokens_s: float = 20.0


@dataclass(frozen=True, slots=True)
class Cache:
    """The response cache: the same question to the same model within ``ttl_s`` costs nothing."""

    enabled: bool = True
    ttl_s: int = 86_400
    max_mb: int = 50


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the user can set, with the defaults filled in."""

    tiers: Mapping[Tier, tuple[ModelRef, ...]]
    actions: Mapping[str, Tier | None]
    """The tier of each action; ``None`` is ``auto``."""
    providers: Mapping[str, ProviderSettings]
    models: Mapping[str, ModelSettings] = field(default_factory=dict)
    """By model name, or by ``provider/model`` which wins."""
    budget: Budget = Budget()
    routing: Routing = Routing()
    limits: Limits = Limits()
    cache: Cache = Cache()
    instructions: Mapping[str, str] = field(default_factory=dict)
    """The project's own wishes, by action name, or ``all``; taken along in the prompt."""
    code_lens: bool = False
    test_command: tuple[str, ...] | None = None

    def first_token_s(self, model: ModelRef) -> float | None:
        """Seconds of silence that a model is allowed: as said of it at its provider, else wherever it is served."""
        said = (self.models.get(name) for name in (str(model), model.model))
        return next((one.first_token_s for one in said if one and one.first_token_s is not None), None)
