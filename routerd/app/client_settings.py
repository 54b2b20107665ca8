"""What points each client at the gateway: environment variables, and the files that it reads below the user's home."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """For one client and its token."""

    base_url: str
    token: str
    env: Mapping[str, str]
    files: Mapping[str, str] = field(default_factory=dict)
    """Texts by path, below ``~``."""

    def as_json(self) -> dict[str, object]:
        """As INTERFACE has it."""
        return {"base_url": self.base_url, "token": self.token, "env": dict(self.env), "files": dict(self.files)}


def client_settings(client: str, gateway: str, token: str) -> ClientSettings:
    """The settings of one of ``CLIENTS`` for a gateway's address, such as ``http://127.0.0.1:4310``."""
    return CLIENTS[client](gateway, token)


def _claude(gateway: str, token: str) -> ClientSettings:
    env = {
        "ANTHROPIC_BASE_URL": gateway,
        "ANTHROPIC_AUTH_TOKEN": token,
        "ANTHROPIC_MODEL": "auto",
        "ANTHROPIC_SMALL_FAST_MODEL": "utility",
    }
    return ClientSettings(gateway, token, env)


def _codex(gateway: str, token: str) -> ClientSettings:
    text = f"""\
model = "auto"
model_provider = "routerd"
web_search = "disabled"  # OpenAI hosts it: only its own models can use it

[model_providers.routerd]
name = "routerd"
base_url = "{gateway}/v1"
env_key = "ROUTERD_TOKEN"
wire_api = "responses"
"""
    return ClientSettings(f"{gateway}/v1", token, {"ROUTERD_TOKEN": token}, {"~/.codex/config.toml": text})


def _opencode(gateway: str, token: str) -> ClientSettings:
    names = ("auto", "utility", "speed", "logic", "architect")
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "routerd",
        "options": {"baseURL": f"{gateway}/v1", "apiKey": "{env:ROUTERD_TOKEN}"},
        "models": {name: {"name": name} for name in names},
    }
    config = {
        "$schema": "https://opencode.ai/config.json",
        "model": "routerd/auto",
        "small_model": "routerd/utility",
        "provider": {"routerd": provider},
    }
    files = {"~/.config/opencode/opencode.json": json.dumps(config, indent=2) + "\n"}
    return ClientSettings(f"{gateway}/v1", token, {"ROUTERD_TOKEN": token}, files)


def _aider(gateway: str, token: str) -> ClientSettings:
    env = {
        "OPENAI_API_BASE": f"{gateway}/v1",
        "OPENAI_API_KEY": token,
        "AIDER_MODEL": "openai/auto",
        "AIDER_WEAK_MODEL": "openai/utility",
    }
    return ClientSettings(f"{gateway}/v1", token, env)


def _continue(gateway: str, token: str) -> ClientSettings:
    text = f"""\
name: routerd
version: 0.0.1
schema: v1
models:
  - name: auto
    provider: openai
    model: auto
    apiBase: {gateway}/v1
    apiKey: {token}
    roles: [chat, edit, apply]
"""
    return ClientSettings(f"{gateway}/v1", token, {}, {"~/.continue/config.yaml": text})


def _llm(gateway: str, token: str) -> ClientSettings:
    text = f"""\
- model_id: auto
  model_name: auto
  api_base: "{gateway}/v1"
  api_key_name: openai
"""
    env = {"OPENAI_API_KEY": token}
    return ClientSettings(f"{gateway}/v1", token, env, {"~/.config/io.datasette.llm/extra-openai-models.yaml": text})


def _openai(gateway: str, token: str) -> ClientSettings:
    return ClientSettings(f"{gateway}/v1", token, {"OPENAI_BASE_URL": f"{gateway}/v1", "OPENAI_API_KEY": token})


def _langchain(gateway: str, token: str) -> ClientSettings:
    return ClientSettings(f"{gateway}/v1", token, {"OPENAI_API_BASE": f"{gateway}/v1", "OPENAI_API_KEY": token})


def _anthropic(gateway: str, token: str) -> ClientSettings:
    return ClientSettings(gateway, token, {"ANTHROPIC_BASE_URL": gateway, "ANTHROPIC_AUTH_TOKEN": token})


CLIENTS: Mapping[str, Callable[[str, str], ClientSettings]] = {
    "claude": _claude,
    "codex": _codex,
    "opencode": _opencode,
    "aider": _aider,
    "continue": _continue,
    "llm": _llm,
    "openai": _openai,
    "anthropic": _anthropic,
    "langchain": _langchain,
}
"""Every client by the word for it."""
