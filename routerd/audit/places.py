"""Where each program keeps its logs by default, as patterns below the user's home or where its variable points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True, slots=True)
class LogPlace:
    """The logs of one program."""

    program: str
    client: str | None
    """As `routerd http env` calls it; ``None`` for a program that speaks no API of the gateway."""
    patterns: tuple[str, ...]


def default_places(home: PurePath, project: PurePath, environ: Mapping[str, str]) -> tuple[LogPlace, ...]:
    """The places of every program whose logs can be read; aider writes into the project that it works on."""

    def below(variable: str, *usual: str) -> PurePath:
        return PurePath(environ[variable]) if environ.get(variable) else home.joinpath(*usual)

    data = below("XDG_DATA_HOME", ".local", "share")
    history = ".aider.chat.history.md"
    return (
        LogPlace("Claude Code", "claude", (f"{below('CLAUDE_CONFIG_DIR', '.claude')}/projects/**/*.jsonl",)),
        LogPlace("Codex", "codex", (f"{below('CODEX_HOME', '.codex')}/sessions/**/rollout-*.jsonl",)),
        LogPlace("Gemini CLI", None, (f"{home}/.gemini/tmp/*/chats/**/*.json*",)),
        LogPlace("aider", "aider", (f"{project}/{history}", f"{home}/{history}")),
        LogPlace("opencode", "opencode", (f"{data}/opencode/opencode*.db",)),
        LogPlace("Continue", "continue", (f"{below('CONTINUE_GLOBAL_DIR', '.continue')}/sessions/*-*.json",)),
    )
