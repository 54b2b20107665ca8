"""A request in no dialect: what the three of them say in common. Each dialect reads into it and writes from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Speaker(StrEnum):
    """Who says a text."""

    SYSTEM = "system"
    DEVELOPER = "developer"
    USER = "user"
    ASSISTANT = "assistant"

    @property
    def instructs(self) -> bool:
        """Whether it is the program rather than one of the two that talk."""
        return self in (Speaker.SYSTEM, Speaker.DEVELOPER)


@dataclass(frozen=True, slots=True)
class TextPart:
    """Some text."""

    text: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    """An image by its address: ``https:``, or ``data:TYPE;base64,…`` with the image itself."""

    url: str
    detail: str = ""
    """OpenAI's hint to itself: ``low``, ``high``; "" for none."""


Part = TextPart | ImagePart


@dataclass(frozen=True, slots=True)
class Spoken:
    """Text and images of one speaker."""

    speaker: Speaker
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class CalledTool:
    """A call of a tool that the model made in an earlier turn."""

    id: str
    name: str
    arguments: str
    """JSON text of an object; of a custom tool the free text that it is called with."""
    namespace: str = ""
    """The Responses API groups tools by it; "" for none."""
    custom: bool = False


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What the client answered to a call."""

    id: str
    parts: tuple[Part, ...]
    failed: bool = False
    custom: bool = False


Item = Spoken | CalledTool | ToolResult


@dataclass(frozen=True, slots=True)
class FunctionTool:
    """A tool that is called with a JSON object."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    """JSON Schema of an object."""
    strict: bool = False
    namespace: str = ""
    about: str = ""
    """The description of its namespace."""


@dataclass(frozen=True, slots=True)
class CustomTool:
    """A tool that is called with free text (OpenAI)."""

    name: str
    description: str
    grammar: Mapping[str, Any] | None = None
    """``syntax`` and ``definition`` of the text; ``None`` for any text."""


Tool = FunctionTool | CustomTool


@dataclass(frozen=True, slots=True)
class ToolChoice:
    """Which tool must be called."""

    mode: str
    """``auto``, ``none``, ``required`` or ``named``."""
    name: str = ""
    namespace: str = ""
    custom: bool = False


@dataclass(frozen=True, slots=True)
class AnswerSchema:
    """The JSON that the answer must be."""

    schema: Mapping[str, Any] | None
    """``None`` for any JSON object."""
    name: str = "answer"
    description: str = ""
    strict: bool | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """Everything that is carried between dialects. ``None`` and "" stand for what the client did not say."""

    model: str
    items: tuple[Item, ...]
    tools: tuple[Tool, ...] = ()
    choice: ToolChoice | None = None
    parallel: bool | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    answer_schema: AnswerSchema | None = None
    effort: str = ""
    """One of ``efforts.EFFORTS``."""
    verbosity: str = ""
    stream: bool = False
    store: bool = False
    user: str = ""
    cache_key: str = ""
    service_tier: str = ""
    labels: Mapping[str, Any] = field(default_factory=dict)
    """OpenAI's ``metadata``."""
