"""What the client can do, as it announced it in `initialize`, and the one thing that it cannot announce."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from routerd.domain.unicode import Encoding

if TYPE_CHECKING:
    from routerd.frontends.shapes import Json


class NoAnswerError(Exception):
    """The client refused a request, or did not answer within the deadline."""


class Wire(Protocol):
    """How the client is spoken to."""

    def send(self, method: str, params: Json) -> None:
        """Send a notification."""

    async def ask(self, method: str, params: Json, seconds: float) -> Any:
        """Send a request and wait for the result. Raises NoAnswerError."""


@dataclass(frozen=True, slots=True)
class EditorClient:
    """The abilities that change what is sent; all off until the client said otherwise."""

    encoding: Encoding = Encoding.UTF16
    folders: tuple[str, ...] = ()
    """URIs of the workspace folders, the root first."""
    process_id: int | None = None
    name: str | None = None
    """The name that it gives itself."""
    document_changes: bool = False
    """Takes versioned edits."""
    creates_files: bool = False
    progress: bool = False
    shows_documents: bool = False
    configuration: bool = False
    action_literals: bool = False
    action_tags: bool = False
    """Shows which actions ask a language model."""
    markdown: bool = False
    refreshes_lenses: bool = False
    checks_version_zero: bool = True
    """Neovim 0.11 numbers an untouched buffer 0, and applies edits for version 0 whatever was typed since."""
    takes_outcomes: bool = False
    """Announces ``experimental.routerd.outcome``: it shows how a job ended by itself."""
    trusted: bool = True
    """Editors without a notion of trust leave it to their users what they open; others announce what they distrust."""
    keeps_keys: bool = False
    """Announces ``experimental.routerd.keys``: it answers ``routerd/key``."""
    tells_origins: bool = False
    """Announces ``experimental.routerd.origins``: it says who set each setting. No setting of a folder can announce."""
