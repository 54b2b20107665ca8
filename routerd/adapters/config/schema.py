"""Every setting there is, as one table: its key, what it must be, what it does, and who may set it."""

from __future__ import annotations

from dataclasses import dataclass, field

from routerd.actions import catalog
from routerd.adapters.config import kinds
from routerd.adapters.config.kinds import Kind
from routerd.domain.tier import Tier

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One setting. A ``*`` in its path stands for a name, one of ``names`` where there are any."""

    dotted: str
    kind: Kind
    says: str
    users_only: bool = False
    """Only the user's own file may set it: it decides where code, keys and money go, or what is run."""
    names: tuple[str, ...] = ()
    path: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", tuple(self.dotted.split(".")))

    def holds(self, path: Path) -> bool:
        """Whether this is the setting at a path."""
        return len(path) == len(self.path) and self.leads(path)

    def leads(self, path: Path) -> bool:
        """Whether a path is the beginning of this setting's."""
        return len(path) <= len(self.path) and all(
            part == key or (part == "*" and (not self.names or key in self.names))
            for part, key in zip(self.path, path, strict=False)
        )


_ACTIONS = tuple(catalog())

ENTRIES: tuple[Entry, ...] = (
    Entry("tiers.*", kinds.MODELS, "The models of a tier, tried in order.", names=tuple(Tier)),
    Entry("actions.*", kinds.TIER_OR_AUTO, "The tier of an action.", names=_ACTIONS),
    Entry("instructions.*", kinds.TEXT, "Wishes that go along with every prompt.", names=(*_ACTIONS, "all")),
    Entry("providers.*.base_url", kinds.URL, "The address of its OpenAI-compatible API.", True),
    Entry("providers.*.api_key", kinds.KEY, "Where its key comes from; {} if it needs none.", True),
    Entry("providers.*.rpm", kinds.COUNT, "Requests that it allows per minute.", True),
    Entry("providers.*.tpm", kinds.COUNT, "Tokens that it allows per minute.", True),
    Entry("providers.*.max_concurrency", kinds.COUNT, "Requests that it allows at once.", True),
    Entry("providers.*.quirks.max_tokens_field", kinds.FIELD, "What it calls the answer's limit.", True),
    Entry("providers.*.quirks.stream_options", kinds.SWITCH, "Whether it takes stream_options.", True),
    Entry("providers.*.quirks.sends_done", kinds.SWITCH, "Whether its streams end with [DONE].", True),
    Entry("providers.*.quirks.system_role", kinds.TEXT, "What it calls the system's role.", True),
    Entry("providers.*.quirks.json_schema", kinds.SWITCH, "Whether it holds answers to a JSON schema.", True),
    Entry("providers.*.quirks.extra_body", kinds.TABLE, "Fields that are added to every request.", True),
    Entry("models.*.input", kinds.PRICE, "Dollars per million input tokens.", True),
    Entry("models.*.output", kinds.PRICE, "Dollars per million output tokens.", True),
    Entry("models.*.cached_input", kinds.PRICE, "Dollars per million input tokens from a cache.", True),
    Entry("models.*.cache_write", kinds.PRICE, "Dollars per million input tokens put into a cache.", True),
    Entry("models.*.checked", kinds.DAY, "The day on which these prices were last checked.", True),
    Entry("models.*.context", kinds.COUNT, "Tokens that fit into its window.", True),
    Entry("models.*.max_output", kinds.COUNT, "Tokens that it can answer with.", True),
    Entry("budget.daily", kinds.MONEY, "Dollars that may be spent between two midnights."),
    Entry("budget.monthly", kinds.MONEY, "Dollars that may be spent in a calendar month."),
    Entry("budget.per_action", kinds.MONEY, "Dollars one action may cost; else 0.01 or 10 × likely."),
    Entry("budget.confirm_above", kinds.MONEY, "Dollars from which you are asked before sending."),
    Entry("routing.escalate", kinds.SWITCH, "Whether a rejected answer goes on to a better model."),
    Entry("routing.default_tier", kinds.TIER, "The tier where semantic routing is not sure."),
    Entry("routing.offline", kinds.POLICY, "When the built-in engine answers."),
    Entry("routing.baseline", kinds.TIER, "The tier that savings are shown against."),
    Entry("routing.embedder", kinds.EMBEDDER, "The embedding that semantic routing compares with.", True),
    Entry("routing.examples", kinds.EXAMPLES, "Your own sentences for semantic routing."),
    Entry("limits.total_s", kinds.SECONDS, "Seconds for one action, retries included."),
    Entry("limits.first_token_s", kinds.SECONDS, "Seconds until a provider begins to answer."),
    Entry("limits.between_tokens_s", kinds.SECONDS, "Seconds that an answer may stall."),
    Entry("cache.enabled", kinds.SWITCH, "Whether the same question is answered from memory."),
    Entry("cache.ttl_s", kinds.WHOLE, "Seconds that an answer is remembered."),
    Entry("cache.max_mb", kinds.WHOLE, "Megabytes of answers that are kept."),
    Entry("code_lens", kinds.SWITCH, "Whether actions are shown above each function."),
    Entry(
        "test_command", kinds.COMMAND, "Runs new Python tests in a copy of the project; {file} is the test file.", True
    ),
)
"""In the order in which `routerd config show` prints them."""


def entry_at(path: Path) -> Entry | None:
    """The setting at a path."""
    return next((entry for entry in ENTRIES if entry.holds(path)), None)


def is_table(path: Path) -> bool:
    """Whether settings lie below a path."""
    return any(entry.leads(path) and not entry.holds(path) for entry in ENTRIES)
