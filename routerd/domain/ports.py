"""The ports: Protocols of what the pipeline depends on; only ``app`` knows the implementations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from decimal import Decimal
from typing import Protocol, TypeVar

from routerd.domain.acceptance import Acceptance
from routerd.domain.attempt import Attempt
from routerd.domain.booking import Booking
from routerd.domain.classification import Classification
from routerd.domain.document import Document
from routerd.domain.finding import Finding
from routerd.domain.limit import Limit
from routerd.domain.model import ModelRef
from routerd.domain.money import Price
from routerd.domain.origin import Origin
from routerd.domain.position import Position, Range
from routerd.domain.project import Project
from routerd.domain.prompt import Question, Turn
from routerd.domain.quote import Candidate, TokenCalibration
from routerd.domain.reply import Change, Reply
from routerd.domain.secret import Secret
from routerd.domain.symbol import Outline, Symbol
from routerd.domain.test_run import ProjectCommand, RanTests
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal, Stale

T = TypeVar("T")


class Counter(Protocol):
    """Counts tokens exactly, without network access."""

    def count(self, text: str) -> int:
        """The number of tokens by the local vocabulary."""

    def count_text(self, text: Text) -> int:
        """As ``count``; only lines that differ from an earlier text are counted again."""


class Secrets(Protocol):
    """Recognises private keys, tokens and passwords."""

    def found(self, text: str) -> tuple[Secret, ...]:
        """The secrets of a text in their order; they do not overlap."""


class Grammar(Protocol):
    """Parses source text, including incomplete code."""

    def knows(self, language: str) -> bool:
        """Whether there is a grammar for the language id."""

    def outline(self, document: Document) -> Outline:
        """The declarations of a document; empty without a grammar."""

    def around(self, document: Document, position: Position) -> tuple[Symbol, ...]:
        """The symbols that enclose a position, outermost first, without outlining the whole file."""

    def named_at(self, document: Document, position: Position) -> Symbol | None:
        """The symbol whose declared name is at a position, without outlining the whole file."""

    def names(self, document: Document, span: Range) -> tuple[str, ...]:
        """Identifiers used in a range, each once, in order of first use."""

    def declares(self, document: Document, position: Position) -> bool:
        """Whether the name of a declaration with a body is at a position; no symbol has to be known of it."""

    def code_tokens(self, text: str, language: str) -> tuple[str, ...]:
        """The tokens of the code without comments and documentation: equal means the same program."""

    def same_code(self, before: str, after: str, language: str) -> bool:
        """Whether ``code_tokens`` of two texts are equal, at the cost of what differs between them."""

    def faults(self, text: str, language: str) -> int:
        """The number of syntax errors; 0 without a grammar."""

    def briefly(self, seconds: float) -> AbstractContextManager[None]:
        """Within it, a query raises TookTooLong once all together have taken so many seconds of CPU."""


class Catalogue(Protocol):
    """Looks up what models cost."""

    def price(self, model: ModelRef, at: datetime) -> Price | None:
        """The price at a moment; unknown is ``None``."""


class Classifier(Protocol):
    """Classifies free-form instructions."""

    def classify(self, text: str) -> Classification:
        """Action and tier of an instruction, with score, margin and the nearest prototypes."""

    def classify_many(self, texts: Sequence[str]) -> Sequence[Classification]:
        """The same for many instructions at once, which is faster."""

    def load(self) -> None:
        """Loads the model, which may be slow; later calls do nothing."""


class RecentTurns(Protocol):
    """Stores the last answered question on each target, in memory."""

    def last(self, target: str) -> Turn | None:
        """The last turn on a target, of any age."""

    def keep(self, target: str, turn: Turn) -> None:
        """Stores the turn of an answered question."""

    def all(self) -> tuple[Turn, ...]:
        """The last turn on each target."""

    def answered(self, answer: str) -> Turn | None:
        """The turn of an accepted answer, by its key; ``None`` once it is forgotten."""

    def accept(self, answer: str, turn: Turn) -> None:
        """Stores the turn of an accepted answer under its key, for who refines it."""


class Observer(Protocol):
    """Shows the progress of a job; no money passes through it."""

    def stage(self, name: str, model: ModelRef | None = None) -> None:
        """A step of the pipeline began."""

    def wrote(self, text: str) -> None:
        """A piece of an answer, as the model wrote it: nothing has checked it, and the answer may yet be rejected."""

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
        """Reserves the call's price and returns the answer's limit in tokens; a Refusal if the call may not be made.

        ``counted``: the call's input tokens by the local tokenizer. May wait for a ledger that another program locks.
        """

    def sending(self) -> Awaitable[object] | None:
        """The connection stands and the allowed call is about to be sent: from now on it may be billed.

        The call waits for what this returns.
        """


class Engine(Protocol):
    """Answers questions, with failover between the deployments of a candidate."""

    def first(self, question: Question, candidate: Candidate) -> ModelRef:
        """The deployment that ``ask`` would call first in the current state; makes no call."""

    async def ask(self, question: Question, candidate: Candidate, meter: Meter) -> Reply:
        """A complete answer from the first deployment of the candidate that gives one.

        Its attempt is in the reply; those that failed before it, or ended in the fault or in a cancellation, are in
        ``meter.attempts``. Cancelling the task closes the connection.
        Raises UpstreamError where no deployment gave one, OverBudget where none may be asked.
        """


class Workspace(Protocol):
    """The files of the document's project: an index in memory, and reads of single files.

    ``read`` is for the document that the user asks about, ``chosen`` for files that routerd finds or a model names.
    """

    def project(self, uri: str) -> Project:
        """The index of the document's project; no disk access."""

    def verified(self, uri: str, names: Iterable[str]) -> Project:
        """The same, in which these names are declared as they are on disk at this moment."""

    def read(self, uri: str) -> Document | None:
        """A file's text in the editor, else on disk; ``None`` if there is none."""

    def chosen(self, uri: str, about: str, *, writes: bool) -> Document | Refusal | None:
        """As ``read``, for work on the document ``about``, if the path rule allows it.

        Its real path must be inside that document's project, a regular file and not ignored; to write, no link either.
        """


class Ledger(Protocol):
    """Records all spending for all daemons: reserved before a call, booked after it."""

    def limits(self, at: datetime, origin: Origin | None = None) -> tuple[Limit, ...] | Refusal:
        """The current state of the daily, monthly and session budgets; empty if none is set.

        ``origin`` ``None`` is the ledger's own. A Refusal if one is set and the ledger cannot enforce it.
        """

    async def hold(
        self, job: str, least: Decimal, most: Decimal, at: datetime, origin: Origin | None = None, *, sent: bool = False
    ) -> Decimal | Refusal:
        """As ``reserve``, for an event loop that must not wait for another machine."""

    def reserve(
        self, job: str, least: Decimal, most: Decimal, at: datetime, origin: Origin | None = None, *, sent: bool = False
    ) -> Decimal | Refusal:
        """Replaces a job's reservation for its next call: ``most`` dollars, or what is left if that is less.

        ``sent``: the call is being sent, or was sent already; as ``sent`` says, in the same transaction.

        A Refusal if less than ``least`` is left. Its code is ``locked`` if another program locks the ledger, so that
        a retry may succeed.
        """

    def sent(self, job: str) -> Awaitable[object] | None:
        """Records that the call that a job reserved is about to be sent, which waits for what this returns.

        If the process dies before it books the call, it is booked at the reserved amount; if it dies before this, the
        reservation is released.
        """

    def book(self, booking: Booking, at: datetime, *, last: bool = False) -> str | None:
        """Books one attempt and lowers the job's reservation by its cost, in one transaction.

        ``last``: the job makes no further call, so that the rest of its reservation is released in that transaction.

        Returns a sentence for the user if that was delayed, or if a new ledger was started.
        """

    def release(self, job: str) -> None:
        """Releases the rest of a job's reservation; does nothing without one."""

    def spent(self, since: datetime) -> Decimal:
        """Dollars booked since a moment, without open reservations."""

    def saved(self, since: datetime) -> Decimal | None:
        """Dollars saved since a moment against the baseline, net of failed attempts; may be negative.

        ``None`` where the baseline or the price is known of no answer.
        """

    def token_calibration(self, model: ModelRef, action: str, language: str) -> TokenCalibration:
        """The calibration of this model by past bills; cached, refreshed after each booking."""

    def acceptance(self, model: ModelRef, action: str, language: str) -> Acceptance:
        """The acceptance rate of this model's latest answers; cached as well."""


class Editor(Protocol):
    """Applies changes: an LSP client, or files on disk."""

    def current(self, uri: str) -> Document | None:
        """The current document; ``None`` if it was closed or deleted."""

    async def apply(self, change: Change, label: str) -> str | Stale | None:
        """Applies the change as one undo step and compares the result: ``None`` on success, else the reason.

        ``Stale`` if nothing was applied because the text had changed: a retry may succeed.
        """

    async def confirm(self, question: str) -> bool:
        """Whether the user agrees; no answer means no."""


class Runner(Protocol):
    """Runs new tests in a copy of the project."""

    async def ran(
        self, command: ProjectCommand, change: Change, question: Question, mutants: Sequence[Text] = ()
    ) -> RanTests:
        """How the tests of a change end; where they pass, also with each of ``mutants`` as its document."""


class Worker(Protocol):
    """Runs CPU-bound work in another process, so that it does not block the event loop."""

    async def run(self, work: Callable[..., T], *arguments: object) -> T:
        """Calls a module-level function; function, arguments and result must be picklable.

        Cancelling ends the work at once. Raises WorkerFailed if it died, took too long or raised.
        """


class Linter(Protocol):
    """Finds problems in source text without a model."""

    def lint(self, document: Document) -> Sequence[Finding]:
        """The findings of static checks."""
