"""The first configuration file: what can be set, commented out, and which keys were found."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from routerd.adapters.config.json_schema import json_schema
from routerd.adapters.config.load import load
from routerd.adapters.config.schema import entry_at
from routerd.adapters.config.sources import Sources
from routerd.domain.errors import ConfigError
from routerd.domain.settings import Settings

_LISTED = 5
"""Models that are named, of a server that may have hundreds."""

_BODY = """
code_lens = true
test_command = ["python", "-m", "pytest", "-q", "{file}"]

# Each tier is one model, or a list tried in order; models whose provider has no key are passed over.
[tiers]
utility = "n1n/deepseek-v3"  # documentation, unit tests, simple refactors
speed = "n1n/gemini-1.5-flash"  # summaries, extraction, classification
logic = ["n1n/gpt-4o", "openai/gpt-4o"]  # review, edge cases
architect = "n1n/claude-3-5-sonnet"  # design over several files, hard bugs

[actions]
review = "logic"
ask = "auto"  # decided from your own words

[instructions]
document = "Write docstrings in British English."
all = "We use Python 3.12."  # with every action

# In dollars.
[budget]
daily = "5.00"
monthly = "50.00"
session = "2.00"
project_daily = "20.00"  # of everyone on one project; those of a team too count what all machines of a ledger spend
project_monthly = "200.00"
team_daily = "50.00"
team_monthly = "500.00"
per_action = "0.50"
confirm_above = "0.10"

[routing]
escalate = true
default_tier = "logic"
baseline = "architect"
offline = "when-unconfigured"  # when the built-in engine answers; or "last-resort", "never"
embedder = { provider = "openai", model = "text-embedding-3-small" }  # or { folder = "…" }, "built-in"

# Your own sentences for semantic routing, and where they belong.
[[routing.examples]]
tier = "architect"
text = "why do these two services deadlock on shutdown"

[limits]
total_s = 120
first_token_s = 30  # seconds until a provider begins to answer; architect's models: 3 times
between_tokens_s = 20

[cache]
enabled = true
ttl_s = 86_400
max_mb = 50

# routerd serve --http: for coding agents and other programs.
[http]
listen = "127.0.0.1:4310"  # where `routerd http env` tells them to look
hosts = ["ai.example.com"]  # what a load balancer's clients call it
metrics = true  # GET /metrics, for Prometheus

[http.aliases]
fast = "utility"  # what a client's own name of a model stands for; "gpt-*-mini" too

# Where an editor shows prices and actions by itself.
[offers]
hover = false
menu = false
off_languages = ["markdown"]
off_folders = ["vendor"]

[ledger]
keep_days = 365
url = "postgresql://routerd@db.example.com/routerd"  # one for many machines (pip install 'psycopg[binary]')
password = { env = "ROUTERD_LEDGER_PASSWORD" }
away = "closed"  # nothing that costs is sent while it cannot be reached; or "local": up to local_cap a day
local_cap = "1.00"
person = "ann"
team = "search"

# Numbers about calls of models, without any text, for an OpenTelemetry collector (opentelemetry-sdk).
[telemetry]
otlp = "http://127.0.0.1:4318"
interval_s = 60

# Any OpenAI-compatible endpoint.
[providers.corp]
base_url = "https://llm.example.com/v1"
api_key = { command = ["pass", "show", "llm"] }  # or { env = "…" } or { keyring = "…" }
headers = { x-team = "search" }
rpm = 500
tpm = 400_000
max_concurrency = 8
dialect = "messages"  # where it speaks Anthropic's own API, and not OpenAI's
dialects = ["chat", "messages"]
pass_through = false
batch = true

# Where it differs from OpenAI.
[providers.corp.quirks]
max_tokens_field = "max_completion_tokens"  # what it calls the answer's limit; or false: it takes none
stream_options = true
sends_done = true
system_role = "developer"
json_schema = true
extra_body = { thinking = { type = "disabled" } }

[models."corp/our-model"]
input = "0.20"
output = "0.60"
cached_input = "0.02"
cache_write = "0.25"
batch_input = "0.10"
batch_output = "0.30"
checked = "2026-11-01"
context = 64_000
max_output = 8_000
first_token_s = 120
"""
"""As TOML. A setting without words of its own is told by the schema's."""

_COLUMN = 48
"""Where the words of a setting begin."""


def _commented(body: str) -> str:
    """Every line as a comment, each setting with its meaning; without the first character of each it is TOML again."""
    lines: list[str] = []
    table: tuple[str, ...] = ()
    for line in body.splitlines():
        if line.startswith("["):
            table = tuple(part.strip('"') for part in _PARTS.findall(line))
        elif (setting := _SETTING.match(line)) and (words := setting["words"] or _meaning((*table, setting["key"]))):
            line = f"{setting['set']:<{_COLUMN}}  # {words[0].upper()}{words[1:]}"  # noqa: PLW2901  # the same line, with words
        lines.append(f"#{' ' if line[0] != '#' else ''}{line}" if line else "")
    return "\n".join(lines)


_PARTS = re.compile(r'"[^"]+"|[\w-]+')
_SETTING = re.compile(r"(?P<set>(?P<key>[a-z_]+) = .*?)(?:  # (?P<words>.+))?$")


def _meaning(path: tuple[str, ...]) -> str:
    entry = entry_at(path)
    return entry.says.rstrip(".") if entry else ""


def schema_file(configuration: Path) -> Path:
    """Where the schema of a configuration file lies: beside it, as the file's first line says."""
    return configuration.with_suffix(".schema.json")


def write_schema(configuration: Path) -> Path:
    """Write the schema beside a configuration file, over an older one. Raises ConfigError."""
    path = schema_file(configuration)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n", "utf-8")
    except OSError as fault:
        raise ConfigError(f"{path} cannot be written ({fault.strerror or fault}).") from None
    return path


Running = Mapping[str, Sequence[str]]
"""The local providers that were found to answer, each with its models."""


def first_file(settings: Settings, environ: Mapping[str, str], running: Running = MappingProxyType({})) -> str:
    """The text of a first file."""
    env = {name: provider.key.env for name, provider in settings.providers.items() if provider.key}
    found = [
        f"# {variable} is set: {name} can be used."
        for name, variable in env.items()
        if variable and environ.get(variable, "").strip()
    ]
    for name, models in running.items():
        listed = ", ".join(f'"{name}/{model}"' for model in models[:_LISTED])
        use = f"its models cost nothing, so name one in a tier: {listed}" if listed else "but it has no model yet"
        found.append(f"# {name} runs on this machine: {use}.")
    if not found:
        known = ", ".join(variable for variable in env.values() if variable)
        found = [
            f"# No key was found. Set one of {known};",
            "# until then the built-in engine answers, offline.",
        ]
    head = "# routerd: what you set here stands over the defaults; `routerd config show --where` prints both.\n"
    return head + "\n".join(found) + "\n" + _commented(_BODY) + "\n"


def write_first_file(
    path: Path, running: Running = MappingProxyType({}), environ: Mapping[str, str] | None = None
) -> None:
    """Write it. Raises ConfigError where a file stands already or none can be written."""
    if path.exists():
        raise ConfigError(f"{path} exists already and stays as it is: edit it, or move it away first.")
    text = first_file(load(Sources(path)).settings, os.environ if environ is None else environ, running)
    schema = write_schema(path)
    # A directive of Taplo and other TOML language servers; it counts only above everything else.
    text = f"#:schema ./{schema.name}\n{text}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as fault:
        raise ConfigError(
            f"{path} cannot be written ({fault.strerror}): choose a place with $ROUTERD_CONFIG."
        ) from None
