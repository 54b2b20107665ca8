"""What actions would cost a keystroke later: plans of a moment ago with what was typed since; nothing is ever sent.

A plan reads the whole file. Between two keystrokes all of that stays true but the target's own text, so
only that is counted again, as long as what was typed cannot have changed the context around it.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from routerd.actions import catalog
from routerd.domain.action import ActionSpec, Contract, Request, Scope, Target
from routerd.domain.document import Document
from routerd.domain.place import Span
from routerd.domain.project import Project
from routerd.domain.quote import Estimate
from routerd.domain.snapshot import Snapshot
from routerd.domain.symbol import Outline, Symbol
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal
from routerd.pipeline import Places, Plan, plan, requoted
from routerd.stages.compose import framed_target, target_text

_REMEMBERED = 64
"""Plans that are kept: the actions of a dozen functions."""

_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Foreseen:
    """An action as it would be planned now, by the target's label and the first rung's price."""

    spec: ActionSpec
    target: str
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class _Known:
    """A plan, or why there is none, and what it was made from."""

    snapshot: Snapshot
    project: Project
    document: Document
    symbol: Symbol | None
    outcome: Plan | Refusal
    names: frozenset[str] = frozenset()
    """All that the file declares, imports, or begins a line with, as its constants do."""
    words: tuple[str, ...] = ()
    """The target's words among those names, and those that other files declare, in the order of first use."""
    framed: int = 0
    """Tokens of the target in its frame, or of the whole file."""
    size: int = 0


class Foresight:
    """Remembers plans; ``foresee`` costs what the target's size costs, whatever the size of the file."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[object, ...], _Known] = OrderedDict()

    def foresee(self, request: Request, snapshot: Snapshot, places: Places) -> Foreseen | Refusal:
        """What ``plan`` would say of a request. Raises UsageError for an action that does not exist."""
        spec = catalog().get(request.action)
        if spec is None or not request.span.empty or request.instruction or request.whole_file:
            return _foreseen(plan(request, snapshot, places))
        symbol = _symbol_at(request, places)
        about = None if spec.scopes[0] is Scope.FILE else symbol
        key = (request.document.uri, request.action, request.replace, about and about.qualname)
        known = self._known.get(key)
        if known is None or not _holds(known, request, about, snapshot, places):
            known = self._known[key] = _known(request, about, snapshot, places)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return _corrected(known, request, about, places)


def _symbol_at(request: Request, places: Places) -> Symbol | None:
    around = places.grammar.around(request.document, request.cursor)
    named = next((symbol for symbol in around if request.cursor in symbol.name_span), None)
    return named or max(around, key=lambda symbol: symbol.whole.start, default=None)


def _known(request: Request, symbol: Symbol | None, snapshot: Snapshot, places: Places) -> _Known:
    document = request.document
    outcome = plan(request, snapshot, places)
    known = _Known(snapshot, places.workspace.project(document.uri), document, symbol, outcome)
    if isinstance(outcome, Refusal):
        return known
    target, spec = outcome.question.target, outcome.question.spec
    size = places.counter.count(target_text(spec, document, target))
    if symbol is None:
        return replace(known, size=size, framed=places.counter.count_text(document.text))
    framed = places.counter.count(framed_target(spec, document, target, outcome.question.conventions))
    known = replace(known, size=size, framed=framed, names=_names(document.text, target.outline))
    return replace(known, words=_words(document.text.slice(target.span), known))


def _holds(known: _Known, request: Request, symbol: Symbol | None, snapshot: Snapshot, places: Places) -> bool:
    """Whether nothing happened since that could change more than the target's own text."""
    document = request.document
    change = document.text.changed_since(known.document.text)
    if change is None or known.snapshot is not snapshot:
        return False
    if known.project is not (project := places.workspace.project(document.uri)) and known.project != project:
        return False
    if symbol is None or known.symbol is None or isinstance(known.outcome, Refusal):
        return (symbol and symbol.doc is None) == (known.symbol and known.symbol.doc is None)
    before, after = known.symbol.whole, symbol.whole
    if (symbol.doc is None) != (known.symbol.doc is None) or _moved(before.start.line, change) != after.start.line:
        return False
    if _words(document.text.slice(after), known) != known.words:
        return False
    if before.start.line <= change[0] and change[1] <= before.end.line + 1:
        return True
    own = set(_WORD.findall(document.text.slice(after)))
    return own.isdisjoint(_words_of_change(known.document.text, document.text, change))


def _moved(line: int, change: tuple[int, int, int]) -> int:
    first, old_last, new_last = change
    return line + new_last - old_last if line >= old_last and line > first else line


def _words_of_change(old: Text, new: Text, change: tuple[int, int, int]) -> Iterable[str]:
    first, old_last, new_last = change
    return (word for line in (*old.lines[first:old_last], *new.lines[first:new_last]) for word in _WORD.findall(line))


def _words(text: str, known: _Known) -> tuple[str, ...]:
    declared = known.project.declarations
    return tuple(dict.fromkeys(word for word in _WORD.findall(text) if word in known.names or word in declared))


def _names(text: Text, outline: Outline) -> frozenset[str]:
    begun = {match[0] for line in text.lines if (match := _WORD.match(line))}
    imported = {name for found in outline.imports for name in found.names}
    return frozenset(begun | imported | {symbol.name for symbol in outline.symbols})


def _corrected(known: _Known, request: Request, symbol: Symbol | None, places: Places) -> Foreseen | Refusal:
    outcome, document = known.outcome, request.document
    if isinstance(outcome, Refusal) or document.text is known.document.text:
        return _foreseen(outcome)
    question = outcome.question
    target, spec = question.target, question.spec
    if symbol is not None:
        now = Target(Scope.SYMBOL, Span(symbol.whole.start, symbol.whole.end), target.label, target.outline, (symbol,))
        framed = places.counter.count(framed_target(spec, document, now, question.conventions))
        size = places.counter.count(target_text(spec, document, now))
    elif spec.contract in (Contract.DOCUMENTATION, Contract.TESTS):
        framed, size = known.framed, known.size  # of pieces of the file, which are as they were
    else:
        framed = places.counter.count_text(document.text)
        size = known.size + framed - known.framed
    counted = question.prompt.input_tokens + framed - known.framed
    return Foreseen(spec, target.label, requoted(outcome, request, places, counted, size))


def _foreseen(outcome: Plan | Refusal) -> Foreseen | Refusal:
    if isinstance(outcome, Refusal):
        return outcome
    return Foreseen(outcome.question.spec, outcome.question.target.label, outcome.estimates[0])
