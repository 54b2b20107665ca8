"""The places that the line is handed, as Protocols: whoever implements one is known to ``app`` alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol, TypeVar

from routerd.domain.acceptance import Acceptance
from routerd.domain.attempt import Attempt
from routerd.domain.booking import Booking
from routerd.domain.classification import Classification
from routerd.domain.conversation import Turn
from routerd.domain.document import Document
from routerd.domain.finding import Finding
from routerd.domain.limit import Limit
from routerd.domain.model import ModelRef
from routerd.domain.money import Price
from routerd.domain.position import Position, Range
from routerd.domain.project import Project
from routerd.domain.prompt import Question
from routerd.domain.quote import Candidate, TokenCalibration
from routerd.domain.reply import Change, Reply
from routerd.domain.symbol import Outline, Symbol
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal, Stale

T = TypeVar("T")


class Counter(Protocol):
    """Counts tokens locally and exactly, without any network."""

    def count(self, text: str) -> int:
        """Tokens of the text by the local vocabulary."""

    def count_text(self, text: Text) -> int:
        """As ``count`` of the whole text, at the cost of the lines that differ from one counted before."""


class Grammar(Protocol):
    """Parses source text; half-written code as far as it goes."""

    def knows(self, language: str) -> bool:
        """Whether there is a grammar for this language id."""

    def outline(self, document: Document) -> Outline:
        """The declarations of a document; empty for a language that has no grammar."""

    def around(self, document: Document, position: Position) -> tuple[Symbol, ...]:
        """The symbols around a place, outer before inner, without outlining the whole file."""

    def named_at(self, document: Document, position: Position) -> Symbol | None:
        """The symbol whose declared name stands at a place, without outlining the whole file."""

    def names(self, document: Document, span: Range) -> tuple[str, ...]:
        """Identifiers used in a span, each once, in order of first use."""

    def code_tokens(self, text: str, language: str) -> tuple[str, ...]:
        """The tokens of the code without comments and documentation: equal means the same program."""

    def same_code(self, before: str, after: str, language: str) -> bool:
        """Whether ``code_tokens`` of two texts are equal, at the cost of what differs between them."""

    def faults(self, text: str, language: str) -> int:
        """How many places do not parse; 0 where there is no grammar."""


class Catalogue(Protocol):
    """Knows what models cost."""

    def price(self, model: ModelRef, at: datetime) -> Price | None:
        """The price at a moment, or ``None`` where nobody knows."""


class Classifier(Protocol):
    """Decides from the user's own words."""

    def classify(self, text: str) -> Classification:
        """Action and tier of an instruction, with score, margin and the nearest prototypes."""

    def classify_many(self, texts: Sequence[str]) -> Sequence[Classification]:
        """The same for many at once, which is faster for each."""

    def load(self) -> None:
        """Get ready, which may take long; later calls do nothing."""


class RecentTurns(Protocol):
    """Remembers the last answered question on each target, for as long as the program runs."""

    def last(self, target: str) -> Turn | None:
        """The last question on a target, however long ago."""

    def keep(self, target: str, turn: Turn) -> None:
        """Remember a question that was answered."""

    def all(self) -> tuple[Turn, ...]:
        """The last question on each target."""


class Observer(Protocol):
    """Shows the progress of a job; no money passes through it."""

    def stage(self, name: str, model: ModelRef | None = None) -> None:
        """A step of the pipeline began."""

    def tokens(self, so_far: int, cost: Decimal | None) -> None:
        """So many output tokens have arrived, and the job costs so many dollars by now; unknown is ``None``."""


class Meter(Observer, Protocol):
    """The account of one ``Engine.ask``: allows each attempt before it is made, and takes those that ended.

    ``tokens`` of a Meter is given the cost of the running attempt alone.
    """

    attempts: list[Attempt]
    """Attempts that ended without an answer, cancelled ones too: the engine appends each once, and never reads it.

    The pipeline books and removes them before it allows the next attempt, and when ``ask`` ends in whatever way.
    """

    async def allow(self, model: ModelRef, counted: int) -> int | Refusal:
        """The limit of the answer in tokens, with the call's price reserved; a Refusal where it may not be made.

        ``counted``: the call's input by the local tokenizer. May wait for a ledger that another program holds.
        """


class Engine(Protocol):
    """Answers questions; failover between the deployments of a rung is its own business."""

    def first(self, question: Question, candidate: Candidate) -> ModelRef:
        """The deployment that ``ask`` would ask first, as they stand now; looks, and asks nobody."""

    async def ask(self, question: Question, candidate: Candidate, meter: Meter) -> Reply:
        """A whole answer from the first deployment of the rung that gives one.

        Its attempt is in the reply; those that failed before it, or ended in the fault or in a cancellation, are in
        ``meter.attempts``. Cancelling the task closes the connection.
        Raises UpstreamError where no deployment gave one, OverBudget where none may be asked.
        """


class Workspace(Protocol):
    """Knows the files around a document from memory; reads one file when asked.

    ``read`` is for the document that the user asks about, ``chosen`` for all that routerd finds or a model names.
    """

    def project(self, uri: str) -> Project:
        """The index of the project around a document; never touches the disk."""

    def read(self, uri: str) -> Document | None:
        """A file as the editor holds it, else as it is on disk; ``None`` where there is none."""

    def chosen(self, uri: str, about: str, *, writes: bool) -> Document | Refusal | None:
        """As ``read``, for work on the document ``about``, where the rule of paths allows it.

        By its real path inside that document's project, a regular file, not ignored; to write, no link either.
        """


class Ledger(Protocol):
    """Every cent: reserved before it is spent, booked when it was, in one place for all daemons."""

    def limits(self, at: datetime) -> tuple[Limit, ...] | Refusal:
        """The budgets of the day and the month as they stand; none where none is set.

        A Refusal where one is set and the ledger cannot keep it.
        """

    def reserve(self, job: str, least: Decimal, most: Decimal, at: datetime) -> Decimal | Refusal:
        """Hold an amount (dollars) for a job's next call, in place of what it held: ``most``, or what is left of it.

        A Refusal where less than ``least`` is left. Its code is ``locked`` where another program holds the ledger, so
        that another try may succeed.
        """

    def book(self, booking: Booking, at: datetime) -> str | None:
        """Write one attempt down and lower the job's reservation by its cost, in one transaction.

        Where that had to wait, or a ledger had to be begun anew: the sentence for the user.
        """

    def release(self, job: str) -> None:
        """Give back what is left of a job's reservation; harmless when there is none."""

    def spent(self, since: datetime) -> Decimal:
        """Dollars booked since a moment, open reservations not counted."""

    def saved(self, since: datetime) -> Decimal:
        """Dollars saved since a moment against the baseline, net of failed attempts; may be negative."""

    def token_calibration(self, model: ModelRef, action: str, language: str) -> TokenCalibration:
        """What past bills taught about this model; from memory, refreshed after each booking."""

    def acceptance(self, model: ModelRef, action: str, language: str) -> Acceptance:
        """How often this model's latest answers were accepted; from memory as well."""


class ReplyCache(Protocol):
    """Accepted answers of the recent past; the same question to the same model costs nothing."""

    def get(self, key: str, at: datetime) -> str | None:
        """The text of an answer that is young enough."""

    def put(self, key: str, text: str, at: datetime) -> None:
        """Keep an accepted answer."""


class Editor(Protocol):
    """Where the change goes: an LSP client, or a file on disk."""

    def current(self, uri: str) -> Document | None:
        """The document as it stands now; ``None`` once it was closed or deleted."""

    async def apply(self, change: Change, label: str) -> str | Stale | None:
        """Apply the change as one undo step and compare the result: ``None`` if it stands, else why not.

        ``Stale`` where nothing was applied because the text had moved on: another try may find its place.
        """

    async def confirm(self, question: str) -> bool:
        """Whether the user agrees; no answer is no."""


class Runner(Protocol):
    """Runs new tests in a copy of the project."""

    async def failure(self, command: Sequence[str], change: Change, question: Question) -> str | None:
        """Why the tests of a change do not pass; ``None`` where they pass. Cancelling ends what runs."""


class Worker(Protocol):
    """Does work of the processor where it holds up nobody else: in a process of its own."""

    async def run(self, work: Callable[..., T], *arguments: object) -> T:
        """What a function of a module returns for arguments, all of it plain values that can be pickled.

        Cancelling ends the work at once. Raises WorkerFailed where it died, took too long or met a fault.
        """


class Linter(Protocol):
    """Finds faults in source text without a model."""

    def lint(self, document: Document) -> Sequence[Finding]:
        """Findings by static checks."""
