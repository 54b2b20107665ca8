"""One table of all settings: key, kind of value, description, and who may set it."""

from __future__ import annotations

from dataclasses import dataclass, field

from routerd.actions import catalog
from routerd.adapters.config import kinds
from routerd.adapters.config.kinds import ValueKind
from routerd.domain.tier import Tier

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SettingSpec:
    """One setting. A ``*`` in its path is any name, or one of ``names`` where there are any."""

    dotted: str
    kind: ValueKind
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

ENTRIES: tuple[SettingSpec, ...] = (
    SettingSpec("tiers.*", kinds.MODELS, "The models of a tier, tried in order.", names=tuple(Tier)),
    SettingSpec("actions.*", kinds.TIER_OR_AUTO, "The tier of an action.", names=_ACTIONS),
    SettingSpec("instructions.*", kinds.TEXT, "Sent along with every prompt.", names=(*_ACTIONS, "all")),
    SettingSpec("providers.*.base_url", kinds.URL, "The address of its OpenAI-compatible API.", True),
    SettingSpec("providers.*.api_key", kinds.KEY, "Where its key comes from; {} if it needs none.", True),
    SettingSpec("providers.*.headers", kinds.HEADERS, "Headers that are added to every request.", True),
    SettingSpec("providers.*.rpm", kinds.COUNT, "Requests that it allows per minute.", True),
    SettingSpec("providers.*.tpm", kinds.COUNT, "Tokens that it allows per minute.", True),
    SettingSpec("providers.*.max_concurrency", kinds.COUNT, "Requests that it allows at once.", True),
    SettingSpec("providers.*.dialect", kinds.DIALECT, "The API in which routerd's own actions ask it.", True),
    SettingSpec("providers.*.dialects", kinds.DIALECTS, "The APIs it offers to requests that pass through.", True),
    SettingSpec("providers.*.pass_through", kinds.SWITCH, "Whether a client's own key goes along to it.", True),
    SettingSpec("providers.*.batch", kinds.SWITCH, "Whether it has a batch service in its dialect.", True),
    SettingSpec("providers.*.quirks.max_tokens_field", kinds.FIELD, "What it calls the answer's limit.", True),
    SettingSpec("providers.*.quirks.stream_options", kinds.SWITCH, "Whether it takes stream_options.", True),
    SettingSpec("providers.*.quirks.sends_done", kinds.SWITCH, "Whether its streams end with [DONE].", True),
    SettingSpec("providers.*.quirks.system_role", kinds.TEXT, "What it calls the system's role.", True),
    SettingSpec("providers.*.quirks.json_schema", kinds.SWITCH, "Whether it holds answers to a JSON schema.", True),
    SettingSpec("providers.*.quirks.extra_body", kinds.TABLE, "Fields that are added to every request.", True),
    SettingSpec("models.*.input", kinds.PRICE, "Dollars per million input tokens.", True),
    SettingSpec("models.*.output", kinds.PRICE, "Dollars per million output tokens.", True),
    SettingSpec("models.*.cached_input", kinds.PRICE, "Dollars per million input tokens from a cache.", True),
    SettingSpec("models.*.cache_write", kinds.PRICE, "Dollars per million input tokens put into a cache.", True),
    SettingSpec("models.*.batch_input", kinds.PRICE, "Dollars per million input tokens in a batch.", True),
    SettingSpec("models.*.batch_output", kinds.PRICE, "Dollars per million output tokens in a batch.", True),
    SettingSpec("models.*.checked", kinds.DAY, "The day on which these prices were last checked.", True),
    SettingSpec("models.*.context", kinds.COUNT, "Tokens that fit into its window.", True),
    SettingSpec("models.*.max_output", kinds.COUNT, "Tokens that it can answer with.", True),
    SettingSpec("models.*.first_token_s", kinds.SECONDS, "Seconds of silence until it begins to answer.", True),
    SettingSpec("budget.daily", kinds.MONEY, "Dollars that may be spent between two midnights."),
    SettingSpec("budget.monthly", kinds.MONEY, "Dollars that may be spent in a calendar month."),
    SettingSpec("budget.session", kinds.MONEY, "Dollars that may be spent in one session of an editor or client."),
    SettingSpec("budget.project_daily", kinds.MONEY, "The same for everyone on one project, by day."),
    SettingSpec("budget.project_monthly", kinds.MONEY, "The same for everyone on one project, by month."),
    SettingSpec("budget.team_daily", kinds.MONEY, "The same for everyone in your team, by day."),
    SettingSpec("budget.team_monthly", kinds.MONEY, "The same for everyone in your team, by month."),
    SettingSpec("budget.per_action", kinds.MONEY, "Dollars one action may cost; else 0.01 or 10 × likely."),
    SettingSpec("budget.confirm_above", kinds.MONEY, "Dollars from which you are asked before sending."),
    SettingSpec("routing.escalate", kinds.SWITCH, "Whether a rejected answer goes on to a better model."),
    SettingSpec("routing.default_tier", kinds.TIER, "The tier where semantic routing is not sure."),
    SettingSpec("routing.offline", kinds.POLICY, "When the built-in engine answers."),
    SettingSpec("routing.baseline", kinds.TIER, "The tier that savings are shown against."),
    SettingSpec("routing.embedder", kinds.EMBEDDER, "The embedding that semantic routing compares with.", True),
    SettingSpec("routing.examples", kinds.EXAMPLES, "Your own sentences for semantic routing."),
    SettingSpec("limits.total_s", kinds.SECONDS, "Seconds for one action, retries included."),
    SettingSpec("limits.first_token_s", kinds.SECONDS, "Seconds until a provider begins to answer."),
    SettingSpec("limits.between_tokens_s", kinds.SECONDS, "Seconds that an answer may stall."),
    SettingSpec("cache.enabled", kinds.SWITCH, "Whether the same question is answered from memory."),
    SettingSpec("cache.ttl_s", kinds.WHOLE, "Seconds that an answer is remembered."),
    SettingSpec("cache.max_mb", kinds.WHOLE, "Megabytes of answers that are kept."),
    SettingSpec("http.listen", kinds.LISTEN, "Where the HTTP gateway listens, as HOST:PORT.", True),
    SettingSpec("http.aliases.*", kinds.ALIAS, "What a client's name of a model stands for.", True),
    SettingSpec("http.hosts", kinds.HOSTS, "Names by which a load balancer's clients reach the gateway.", True),
    SettingSpec("http.metrics", kinds.SWITCH, "Whether GET /metrics answers, for Prometheus.", True),
    SettingSpec("telemetry.otlp", kinds.URL, "The OpenTelemetry collector that numbers are sent to.", True),
    SettingSpec("telemetry.interval_s", kinds.SECONDS, "Seconds between two exports to it.", True),
    SettingSpec("ledger.keep_days", kinds.COUNT, "Days, at least 62, after which only daily sums are kept.", True),
    SettingSpec("ledger.url", kinds.DATABASE, "A PostgreSQL database that several machines share.", True),
    SettingSpec("ledger.password", kinds.KEY, "Where its password comes from.", True),
    SettingSpec("ledger.away", kinds.AWAY, "What is sent while it is away: nothing, or up to local_cap.", True),
    SettingSpec("ledger.local_cap", kinds.MONEY, "Dollars a day that this machine may spend meanwhile.", True),
    SettingSpec("ledger.person", kinds.TEXT, "Whose budget counts there; else your account's name.", True),
    SettingSpec("ledger.team", kinds.TEXT, "Which team's budget counts there.", True),
    SettingSpec("code_lens", kinds.SWITCH, "Whether actions are shown above each function."),
    SettingSpec("offers.hover", kinds.SWITCH, "Whether a hover on a name shows prices."),
    SettingSpec("offers.menu", kinds.SWITCH, "Whether the code action menu holds actions of routerd."),
    SettingSpec("offers.off_languages", kinds.NAMES, "Languages without hover, menu and lens, by LSP's ids."),
    SettingSpec("offers.off_folders", kinds.NAMES, "Folders of the project without hover, menu and lens."),
    SettingSpec(
        "test_command", kinds.COMMAND, "Runs new Python tests in a copy of the project; {file} is the test file.", True
    ),
)
"""In the order in which `routerd config show` prints them."""


_BY_TABLE = {name: tuple(entry for entry in ENTRIES if entry.path[0] == name) for name in {e.path[0] for e in ENTRIES}}
"""By the first key of their paths, none of which is open: a file may hold thousands of keys that nobody knows."""


def entry_at(path: Path) -> SettingSpec | None:
    """The setting at a path."""
    return next((entry for entry in _BY_TABLE.get(path[0], ()) if entry.holds(path)), None)


def is_table(path: Path) -> bool:
    """Whether settings lie below a path."""
    return any(entry.leads(path) and not entry.holds(path) for entry in _BY_TABLE.get(path[0], ()))
