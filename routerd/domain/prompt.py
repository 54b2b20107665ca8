"""The prompt: context with its reasons, messages with the stable part first, the question, and the last turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from routerd.domain.action import ActionSpec, ContextKind, Request, Target
from routerd.domain.attempt import Attempt
from routerd.domain.document import Document
from routerd.domain.model import ModelRef
from routerd.domain.secret import Mask
from routerd.domain.test_run import ProjectCommand
from routerd.domain.tier import Tier

PER_MESSAGE = 4
"""Tokens that frame a message, and PER_REPLY those that begin the answer: OpenAI's cookbook,
'How to count tokens with tiktoken' (3 for each message, 1 for its role; 3 to prime the reply)."""
PER_REPLY = 3


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of context with its source and the reason for sending it."""

    kind: ContextKind
    path: str
    text: str
    reason: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Conventions:
    """The project's conventions for what the action will write, found in its files."""

    path: str
    """The target's path relative to the project's root, with forward slashes."""
    root: str = ""
    """The project's root as a URI without a trailing slash; ``""`` for a file without a project."""
    doc_style: str = ""
    """For Python ``google``, ``numpy`` or ``sphinx``; elsewhere the language's own name for it."""
    test_framework: str = ""
    test_path: str | None = None
    """The path of the tests for this target, relative to the root."""
    test_file: Document | None = None
    """The current content of that file; ``None`` if it does not exist yet."""
    import_name: str | None = None
    """The name by which a test imports the target's module: ``package.module``."""
    package: str = ""
    """The name by which tests in another file call the package of the target; ``""`` where that makes no difference."""

    def names(self, path: str) -> bool:
        """Whether a normalised path, possibly without its first folders, is the target's."""
        return path == self.path or f"/{self.path}".endswith(f"/{path}")

    @property
    def in_file(self) -> bool:
        """Whether the tests stand in the file that they test."""
        return self.test_path == self.path

    def uri(self, path: str) -> str:
        """The URI of a path below the root."""
        return f"{self.root}/{quote(path)}"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat request."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """The messages in order, their size, and the size of the stable prefix."""

    messages: tuple[Message, ...]
    input_tokens: int
    """Exact by the local tokenizer, framing included, without the model's token factor."""
    stable_tokens: int
    """Tokens of the prefix that does not depend on the target, which a provider's cache can serve."""
    max_output: int
    instructions: str = ""
    """The instructions of the configuration that the system message ends with; a project's file may set them."""
    schema: Mapping[str, object] | None = None
    """JSON schema of the answer, for providers that can enforce one."""


@dataclass(frozen=True, slots=True)
class Question:
    """The input of an engine: a model sees the prompt, the built-in engine also the values it was made from."""

    spec: ActionSpec
    request: Request
    target: Target
    conventions: Conventions
    prompt: Prompt
    context: tuple[Snippet, ...] = ()
    masks: tuple[Mask, ...] = ()
    """What stands for secrets in the prompt."""
    command: ProjectCommand | None = None
    """What runs the tests of an answer; ``None`` where they are not run."""


def target_key(question: Question) -> str:
    """The key of follow-up questions: the same action on the same target."""
    return f"{question.spec.name} {question.request.document.uri} {question.target.label}"


@dataclass(frozen=True, slots=True)
class Turn:
    """One answered question; the provider's prompt cache may still contain its messages."""

    model: ModelRef
    tier: Tier
    messages: tuple[Message, ...]
    at: datetime
    reply: str = ""
    """The answer, as the model gave it."""

    @classmethod
    def of(cls, question: Question, attempt: Attempt, at: datetime, reply: str = "") -> Turn:
        """The turn of a question and the attempt that answered it."""
        return cls(attempt.model, attempt.tier, question.prompt.messages, at, reply)

    def shares(self, messages: tuple[Message, ...]) -> str:
        """The longest prefix that another prompt shares with this one; caches work by prefix."""
        shared = ""
        for mine, other in zip(self.messages, messages, strict=False):
            if mine != other:
                return shared + _common(mine.content, other.content)
            shared += mine.content
        return shared


def _common(one: str, other: str) -> str:
    """The longest common prefix, by binary search: a long prompt costs a dozen comparisons."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return one[:low]
