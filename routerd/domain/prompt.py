"""What is sent: snippets of context with their reasons, messages with the stable part first, the question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from routerd.domain.action import ActionSpec, ContextKind, Request, Target
from routerd.domain.document import Document


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of context, where it is from, and why it is worth its tokens."""

    kind: ContextKind
    path: str
    text: str
    reason: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Conventions:
    """How the project writes what the action will write, found by looking."""

    path: str
    """The target's path relative to the project's root, with forward slashes."""
    root: str = ""
    """The project's root as a URI without a trailing slash; ``""`` where the file stands alone."""
    doc_style: str = ""
    """For Python ``google``, ``numpy`` or ``sphinx``; elsewhere the language's own name for it."""
    test_framework: str = ""
    test_path: str | None = None
    """Where the tests of this target belong, relative to the root."""
    test_file: Document | None = None
    """That file as it stands; ``None`` where it does not exist yet."""
    import_name: str | None = None
    """What a test writes to import the target's module: ``package.module``."""

    def names(self, path: str) -> bool:
        """Whether a path, normalised and perhaps without its first folders, is the target's."""
        return path == self.path or f"/{self.path}".endswith(f"/{path}")

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
    """The messages in order, their size, and how much of them is the same in every request."""

    messages: tuple[Message, ...]
    input_tokens: int
    """Exact by the local tokenizer, framing included; the model's own factor is not applied."""
    stable_tokens: int
    """Tokens from the start that do not depend on the target: what a provider's cache can serve."""
    max_output: int
    schema: Mapping[str, object] | None = None
    """JSON schema of the answer, for providers that can enforce one."""


@dataclass(frozen=True, slots=True)
class Question:
    """All that an engine may look at: a model sees the prompt, the built-in engine the values behind it."""

    spec: ActionSpec
    request: Request
    target: Target
    conventions: Conventions
    prompt: Prompt
    context: tuple[Snippet, ...] = ()
