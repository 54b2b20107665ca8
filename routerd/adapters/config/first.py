"""The first configuration file: what can be set, commented out, and which keys were found."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from routerd.adapters.config.load import load
from routerd.adapters.config.sources import Sources
from routerd.domain.errors import ConfigError
from routerd.domain.settings import Settings

_LISTED = 5
"""Models that are named, of a server that may have hundreds."""

_BODY = """
# code_lens = true                                 # show the actions above each function
# test_command = ["python", "-m", "pytest", "-q", "{file}"]  # run new Python tests, in a copy of the project

# Each tier is one model, or a list tried in order; models whose provider has no key are passed over.
# [tiers]
# utility   = "n1n/deepseek-v3"                    # documentation, unit tests, simple refactors
# speed     = "n1n/gemini-1.5-flash"               # summaries, extraction, classification
# logic     = ["n1n/gpt-4o", "openai/gpt-4o"]      # review, edge cases
# architect = "n1n/claude-3-5-sonnet"              # design over several files, hard bugs

# [actions]
# review = "logic"
# ask = "auto"                                     # decided from your own words

# [budget]                                         # dollars; without per_action, an action stops at
#                                                  # ten times its likely price or a cent
# daily = "5.00"
# monthly = "50.00"
# session = "2.00"                                 # in one session of an editor or client
# per_action = "0.50"
# confirm_above = "0.10"                           # ask before sending what may cost more

# [routing]
# escalate = true                                  # a rejected answer goes on to a better model
# default_tier = "logic"                           # where your words do not say which
# baseline = "architect"                           # the tier that savings are shown against
# offline = "when-unconfigured"                    # or "last-resort", "never"
# embedder = { provider = "openai", model = "text-embedding-3-small" }  # or { folder = "…" }, "built-in"

# [[routing.examples]]                             # your own sentences, and where they belong
# tier = "architect"
# text = "why do these two services deadlock on shutdown"

# [instructions]                                   # what goes along with every prompt of an action, or of "all"
# document = "Write docstrings in British English."

# [limits]                                         # seconds
# total_s = 120                                    # for one action, retries included
# first_token_s = 30                               # until a provider begins to answer; architect's models: 3 times
# between_tokens_s = 20                            # that an answer may stall

# [cache]
# enabled = true                                   # the same question to the same model costs nothing
# ttl_s = 86_400                                   # seconds that an answer is remembered
# max_mb = 50

# [http]                                           # routerd serve --http: for coding agents and other programs
# listen = "127.0.0.1:4310"                        # where `routerd http env` tells them to look

# [http.aliases]                                   # what a client's own name of a model stands for; "gpt-*-mini" too
# fast = "utility"

# [offers]                                         # where an editor shows prices and actions by itself
# hover = false                                    # prices in the hover
# menu = false                                     # actions in the menu of code actions
# off_languages = ["markdown"]                     # no hover, menu and lens in these
# off_folders = ["vendor"]                         # nor below these folders of the project

# [ledger]
# keep_days = 365                                  # then only daily sums are kept; at least 62

# [providers.corp]                                 # any OpenAI-compatible endpoint
# base_url = "https://llm.example.com/v1"
# api_key = { command = ["pass", "show", "llm"] }  # or { env = "…" } or { keyring = "…" }
# headers = { x-team = "search" }                  # added to every request
# rpm = 500                                        # requests per minute
# tpm = 400_000                                    # tokens per minute
# max_concurrency = 8                              # requests at once
# dialect = "messages"                             # where it speaks Anthropic's own API, and not OpenAI's
# dialects = ["chat", "messages"]                  # the APIs that other programs' requests reach it by unchanged
# pass_through = false                             # whether a client's own key goes along to it
# batch = true                                     # whether it has a batch service in its dialect

# [providers.corp.quirks]                          # where it differs from OpenAI
# max_tokens_field = "max_completion_tokens"       # or false: it takes no limit
# stream_options = true
# sends_done = true
# system_role = "developer"
# json_schema = true
# extra_body = { thinking = { type = "disabled" } }

# [models."corp/our-model"]                        # dollars per million tokens
# input = "0.20"
# output = "0.60"
# cached_input = "0.02"
# cache_write = "0.25"
# batch_input = "0.10"                             # what its batch service charges
# batch_output = "0.30"
# checked = "2026-11-01"                           # when you last looked these prices up
# context = 64_000                                 # tokens
# max_output = 8_000
# first_token_s = 120                              # seconds until it begins to answer
"""


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
    return head + "\n".join(found) + "\n" + _BODY


def write_first_file(
    path: Path, running: Running = MappingProxyType({}), environ: Mapping[str, str] | None = None
) -> None:
    """Write it. Raises ConfigError where a file stands already or none can be written."""
    if path.exists():
        raise ConfigError(f"{path} exists already and stays as it is: edit it, or move it away first.")
    text = first_file(load(Sources(path)).settings, os.environ if environ is None else environ, running)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as fault:
        raise ConfigError(
            f"{path} cannot be written ({fault.strerror}): choose a place with $ROUTERD_CONFIG."
        ) from None
