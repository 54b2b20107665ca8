"""What an editor can ask for: the declaration of an action, and one request for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from routerd.domain.changed import Changed
from routerd.domain.document import Document
from routerd.domain.model import ModelRef
from routerd.domain.origin import Origin
from routerd.domain.position import Position, Range
from routerd.domain.stakes import Penalty
from routerd.domain.symbol import Outline, Symbol
from routerd.domain.tier import Tier


class Contract(StrEnum):
    """The form of the answer, which decides how it is read, built and checked."""

    DOCUMENTATION = "documentation"
    TESTS = "tests"
    FINDINGS = "findings"
    MARKDOWN = "markdown"
    HUNKS = "hunks"
    COMMIT_MESSAGE = "commit message"


class Scope(StrEnum):
    """The kinds of target that an action applies to."""

    SYMBOL = "symbol"
    SELECTION = "selection"
    FILE = "file"


class ContextKind(StrEnum):
    """A kind of context that an action may request."""

    TARGET = "target"
    IMPORTS = "imports"
    CONTAINER = "container"
    """The header of the enclosing class with its siblings' signatures."""
    CALLEES = "callees"
    """Signatures of what the target uses, from this file and the workspace."""
    TESTS = "tests"
    CALLERS = "callers"
    """Who uses the symbols that changed, by signature; only for a review of a change."""
    OUTLINE = "outline"
    """The signatures of the whole file."""
    NEIGHBOURS = "neighbours"
    """The names and signatures of the package's other files."""
    EXAMPLE = "example"
    MENTIONED = "mentioned"
    """What the user's own words mention; no action asks for it."""
    """An existing example of the required style, such as a documented sibling."""


@dataclass(frozen=True, slots=True)
class ContextBudget:
    """The kinds of context an action requests, most important first, and the most tokens they may add."""

    kinds: tuple[ContextKind, ...]
    tokens: int


@dataclass(frozen=True, slots=True)
class OutputPrior:
    """Expected output tokens before there are bills: ``base + per_target_token * tokens of the target``."""

    base: int
    per_target_token: float
    spread: float
    """The high end is ``likely * spread``, the low end ``likely / spread``."""


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """The declaration of one action; adding an action means adding one of these."""

    name: str
    order: int
    """Position in menus, from 1."""
    title: str
    """For menus, with ``{target}``: "Document {target}"."""
    command: str
    """For a palette of commands: "Generate Tests"."""
    help: str
    """What it does, in whole sentences, for every client's help."""
    demand: str
    """What its answer must do to be accepted: completes the sentence "The answer must …"."""
    kind: str
    """LSP code action kind; empty for an action that has no place in a file."""
    tier: Tier | None
    """The default tier; ``None`` lets semantic routing decide by the user's instruction."""
    contract: Contract
    penalty: Penalty
    """What a bad answer costs if nobody notices it; the choice of the first model counts it."""
    scopes: tuple[Scope, ...]
    """None for an action that has no place in a file: it is about what is staged."""
    code_only: bool
    """Whether it needs a grammar for the language; other actions work on every text."""
    context_budget: ContextBudget
    output: OutputPrior
    system: str
    """The stable part of the prompt (role and reply format): identical in every request, so that providers cache it."""
    task: str
    """The request itself, with placeholders that ``steps/compose`` fills in."""
    sections: tuple[str, ...] = ()
    """Headings that a Markdown answer must contain."""
    in_menu: bool = True
    """Whether the menu offers it at a place; where it is ``diagnosed``, only at diagnostics."""
    offline: bool = False
    """Whether the built-in engine has a writer for it; without one a model must answer."""
    replace_title: str = ""
    """The title if something that already exists would be rewritten."""

    @property
    def instructed(self) -> bool:
        """Whether the action needs an instruction from the user."""
        return "{instruction}" in self.task

    @property
    def diagnosed(self) -> bool:
        """Whether it is about diagnostics at the place, or an instruction instead of them."""
        return "{diagnostics}" in self.task

    @property
    def placed(self) -> bool:
        """Whether it is about a place in a file."""
        return bool(self.scopes)

    def titled(self, target: str, replace: bool) -> str:
        """The action's title for a target."""
        title = self.replace_title if replace and self.replace_title else self.title
        return title.format(target=target)


@dataclass(frozen=True, slots=True)
class Request:
    """An action on a range of a document, as requested by the editor or the command line."""

    action: str
    document: Document
    span: Range
    """The selection; empty at a cursor. The whole file is asked for by ``whole_file``."""
    tier: Tier | None = None
    model: ModelRef | None = None
    above: Tier | None = None
    """The tier of an insufficient answer: a stronger tier is asked, whatever ``tier`` and ``model`` say."""
    instruction: str = ""
    whole_file: bool = False
    replace: bool = False
    """Whether documentation that already exists may be rewritten."""
    fresh: bool = False
    """Whether a model is asked even if the same question was answered before."""
    diagnostics: tuple[str, ...] = ()
    """The editor's diagnostics at the place, each with its line, for an action that is ``diagnosed``."""
    subjects: tuple[str, ...] = ()
    """Subject lines of the latest commits, newest first, for a commit message in their style."""
    origin: Origin | None = None
    """``None``: that of the app's session."""
    refines: str = ""
    """The key of an answer that the instruction says more about; the conversation goes on with it."""
    changed: Changed | None = None
    """What changed in the document, for a review of just that."""

    @property
    def cursor(self) -> Position:
        """The start of the selection."""
        return self.span.start

    @property
    def chosen(self) -> bool:
        """Whether the user chose a tier or a model, which then decides the route."""
        return self.model is not None or self.tier is not None or self.above is not None


@dataclass(frozen=True, slots=True)
class Target:
    """What the action works on: one symbol, several symbols, a range of lines, or the file."""

    scope: Scope
    span: Range
    label: str
    """For display, with back quotes around code: "`parse_header`", "3 functions", "`config.py`"."""
    outline: Outline
    symbols: tuple[Symbol, ...] = ()
    """For a symbol target that symbol; for a selection or file the symbols that the action works on."""
    pieces: tuple[Range, ...] = ()
    """For a change the ranges to read for it; no others are sent."""

    def sent(self, contract: Contract) -> tuple[Range, ...]:
        """The ranges that the prompt contains in full: the target, or only its symbols if the rest is of no use."""
        if self.pieces:
            return self.pieces
        if contract not in (Contract.DOCUMENTATION, Contract.TESTS) or self.scope is Scope.SYMBOL:
            return (self.span,)
        pieces: list[Range] = []
        for symbol in self.symbols:  # in the outline's order, so that only the last range can contain the next symbol
            if not pieces or not pieces[-1].covers(symbol.whole):
                pieces.append(symbol.whole)
        return tuple(pieces)
