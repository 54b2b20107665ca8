"""An answer in no dialect: what the three of them say in common, whole or as a stream of small steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from routerd.domain.money import Usage
from routerd.providers.dialects.neutral_request import CalledTool
from routerd.providers.finish import FILTERED, LENGTH, STOP
from routerd.providers.usage import read_usage


class UnreadableAnswerError(ValueError):
    """A provider's answer is not what its dialect says, or not whole."""


class AnswerEnding(Enum):
    """Why an answer ended."""

    STOP = "stop"
    STOP_SEQUENCE = "stop_sequence"
    TOOLS = "tools"
    LENGTH = "length"
    FILTERED = "filtered"


TOOL_WORDS = frozenset({"tool_calls", "tool_use", "function_call", "tool_call"})
"""OpenAI; Anthropic; OpenAI before tools; Cohere's TOOL_CALL."""


def ending_of(word: object) -> AnswerEnding:
    """The ending of a finish reason in any provider's words. Raises UnreadableAnswerError for an unknown one."""
    said = word.lower() if isinstance(word, str) else ""
    if said in TOOL_WORDS:
        return AnswerEnding.TOOLS
    if said == "stop_sequence":
        return AnswerEnding.STOP_SEQUENCE
    for words, ending in ((STOP, AnswerEnding.STOP), (LENGTH, AnswerEnding.LENGTH), (FILTERED, AnswerEnding.FILTERED)):
        if said in words:
            return ending
    raise UnreadableAnswerError(f"it ended with “{said[:40]}”")


@dataclass(frozen=True, slots=True)
class AnswerText:
    """Words that are shown."""

    text: str


@dataclass(frozen=True, slots=True)
class AnswerThought:
    """Words that the model thought; their signature is left out, as it holds in their own dialect only."""

    text: str


AnswerItem = AnswerText | AnswerThought | CalledTool


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """A whole answer."""

    id: str
    model: str
    items: tuple[AnswerItem, ...]
    ending: AnswerEnding
    stop_sequence: str = ""
    """The one that was met; "" where that is not told."""
    usage: Usage | None = None
    """``None`` where the provider told none."""
    created: int = 0
    """Unix time in seconds; 0 where the dialect tells none."""
    service_tier: str = ""


@dataclass(frozen=True, slots=True)
class AnswerBegun:
    """The first step of a stream."""

    id: str
    model: str
    created: int = 0
    usage: Usage | None = None
    """What Messages tells of the input at the beginning."""


@dataclass(frozen=True, slots=True)
class CallBegun:
    """A call begins. ``call``: its number among the calls of the answer."""

    call: int
    id: str
    name: str
    namespace: str = ""
    custom: bool = False


@dataclass(frozen=True, slots=True)
class CallContinued:
    """More of the arguments of a call."""

    call: int
    arguments: str


@dataclass(frozen=True, slots=True)
class AnswerEnded:
    """The last step: the answer is whole."""

    ending: AnswerEnding
    stop_sequence: str = ""
    usage: Usage | None = None
    service_tier: str = ""


@dataclass(frozen=True, slots=True)
class AnswerFailed:
    """The last step: the provider told an error."""

    code: str
    message: str


Step = AnswerBegun | AnswerText | AnswerThought | CallBegun | CallContinued | AnswerEnded | AnswerFailed


def told_usage(raw: object) -> Usage | None:
    """Disjoint counts of a usage object in any dialect; ``None`` where it tells nothing."""
    if not isinstance(raw, Mapping):
        return None
    told = read_usage(raw)
    return told.usage if told.input_known or told.output_known else None
