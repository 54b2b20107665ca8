"""The estimate cache: recent plans, corrected by what was typed since; nothing is ever sent.

A plan reads the whole file. Between two keystrokes only the target's own text changes, so only that is counted
again, as long as the change cannot affect the context around it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from textwrap import dedent
from threading import RLock

from routerd.actions import catalog
from routerd.domain.action import ActionSpec, Contract, Request, Scope
from routerd.domain.document import Document
from routerd.domain.forecast import Forecast
from routerd.domain.lines import LineChange
from routerd.domain.position import Position, Range
from routerd.domain.priced_action import PricedAction
from routerd.domain.project import Project
from routerd.domain.prompt import Turn, target_key
from routerd.domain.settings import Snapshot
from routerd.domain.symbol import Outline, Symbol
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal
from routerd.pipeline.current_target import CurrentTarget, first_word, measured, source_of, words_in
from routerd.pipeline.dependencies import Dependencies
from routerd.pipeline.plan import Plan, forecast_again, plan
from routerd.pipeline.rewrite import or_rewritten
from routerd.steps.compose import target_text

_REMEMBERED = 64
"""Plans kept: the actions of a dozen functions."""


@dataclass(frozen=True, slots=True)
class CachedEstimate:
    """An action, the label of its target, and its forecast."""

    spec: ActionSpec
    target: str
    forecast: Forecast


@dataclass(frozen=True, slots=True)
class _CachedPlan:
    """A plan, or the Refusal in place of one, with its inputs."""

    snapshot: Snapshot
    project: Project
    document: Document
    then: CurrentTarget | None
    """The symbol that the plan is for; ``None`` for the whole file."""
    outcome: Plan | Refusal
    broken: bool = False
    """Whether the target did not parse, which may have hidden the declarations around it."""
    turn: Turn | None = None
    """The last question on the target, whose model the next one may keep."""
    names: frozenset[str] = frozenset()
    """Names that the file declares, imports, or has at the start of a line (constants)."""
    words: tuple[str, ...] = ()
    """The target's words among those names and the declarations of other files, in order of first use."""
    whole: int = 0
    """Tokens of the whole file."""
    size: int = 0
    """Tokens of the target text, for a whole-file action."""


class EstimateCache:
    """Keeps plans; ``look_up`` takes time by the size of the target, whatever the size of the file.

    Thread-safe: a background thread plans while typing pauses.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        self._now: CurrentTarget | None = None
        self._named: tuple[Outline, frozenset[str]] | None = None
        self._known: OrderedDict[tuple[object, ...], _CachedPlan] = OrderedDict()

    def priced_actions(
        self, requests: Iterable[Request], snapshot: Snapshot, deps: Dependencies
    ) -> tuple[PricedAction, ...]:
        """The possible requests with their prices; for a target that is documented already, the rewrite."""
        found: list[PricedAction] = []
        for request in requests:
            meant, estimate = or_rewritten(request, lambda one: self.look_up(one, snapshot, deps))
            if not isinstance(estimate, Refusal):
                found.append(PricedAction(estimate.spec, meant, estimate.target, estimate.forecast))
        return tuple(found)

    def look_up(self, request: Request, snapshot: Snapshot, deps: Dependencies) -> CachedEstimate | Refusal:
        """The estimate that ``plan`` would give. Raises UsageError for an action that does not exist."""
        spec = catalog().get(request.action)
        own = request.instruction or request.refines or request.diagnostics
        if spec is None or own or not request.span.empty or request.whole_file:
            return _estimate_of(plan(request, snapshot, deps))
        with self._lock:
            return self._estimate(spec, request, snapshot, deps)

    def prepare(self, document: Document, snapshot: Snapshot, deps: Dependencies) -> None:
        """Outline and count a document in advance, so that its next hover is fast."""
        self._forget_mended(document, deps.grammar.outline(document), deps)
        start = Range(Position(0, 0), Position(0, 0))
        for spec in catalog().values():
            if spec.in_menu and not spec.diagnosed and spec.scopes[0] is Scope.FILE:
                self.look_up(Request(spec.name, document, start), snapshot, deps)

    def _forget_mended(self, document: Document, outline: Outline, deps: Dependencies) -> None:
        """Forget the plans of long declarations that did not parse and do now, as no hover looks at that."""
        with self._lock:
            broken = {
                key: (known, known.then.symbol.qualname)
                for key, known in self._known.items()
                if key[0] == document.uri and known.broken and known.then is not None and known.then.long
            }
        parses: dict[str, bool] = {}  # outside the lock: a hover goes on meanwhile
        for key, (known, name) in broken.items():
            if name not in parses:
                symbol = next((one for one in outline.symbols if one.qualname == name), None)
                parses[name] = symbol is None or not deps.grammar.faults(
                    dedent(source_of(document.text, symbol)), document.language
                )
            with self._lock:
                if parses[name] and self._known.get(key) is known:
                    del self._known[key]

    def _estimate(
        self, spec: ActionSpec, request: Request, snapshot: Snapshot, deps: Dependencies
    ) -> CachedEstimate | Refusal:
        symbol = _symbol_at(request, deps)
        about = None if spec.scopes[0] is Scope.FILE else symbol
        key = (request.document.uri, request.action, request.replace, about and about.qualname)
        known, now = self._known.get(key), self._measured(request.document, about, deps) if about else None
        if known is None or not _is_valid(known, request.document, now, snapshot, deps):
            known = self._known[key] = self._planned(request, now, snapshot, deps)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return _corrected(known, request, now, deps)

    def _measured(self, document: Document, symbol: Symbol, deps: Dependencies) -> CurrentTarget:
        """The symbol at the cursor, counted once for all actions of a menu."""
        now = self._now
        if now is None or now.text is not document.text or now.symbol is not symbol:
            now = self._now = measured(document, symbol, now, deps.counter)
        return now

    def _planned(
        self, request: Request, now: CurrentTarget | None, snapshot: Snapshot, deps: Dependencies
    ) -> _CachedPlan:
        document = request.document
        outcome = plan(request, snapshot, deps)
        known = _CachedPlan(snapshot, deps.workspace.project(document.uri), document, now, outcome)
        if isinstance(outcome, Refusal):
            return known
        target, spec = outcome.question.target, outcome.question.spec
        if now is None:
            size = deps.counter.count(target_text(spec, document, target))
            return replace(known, size=size, whole=deps.counter.count_text(document.text))
        turn = deps.recent.last(target_key(outcome.question))
        broken = bool(target.outline.faults) and not _parses(now, document, deps)
        known = replace(known, turn=turn, broken=broken, names=self._names(document.text, target.outline))
        return replace(known, words=_words(now, known))

    def _names(self, text: Text, outline: Outline) -> frozenset[str]:
        """All names of a file, collected once for all actions of a menu."""
        if self._named is None or self._named[0] is not outline:
            begun = {word for line in text.lines if (word := first_word(line))}
            imported = {name for found in outline.imports for name in found.names}
            declared = {symbol.name for symbol in outline.symbols}
            self._named = outline, frozenset(begun | imported | declared)
        return self._named[1]


def _symbol_at(request: Request, deps: Dependencies) -> Symbol | None:
    around = deps.grammar.around(request.document, request.cursor)
    named = next((symbol for symbol in around if request.cursor in symbol.name_span), None)
    return named or max(around, key=lambda symbol: symbol.whole.start, default=None)


def _is_valid(
    known: _CachedPlan, document: Document, now: CurrentTarget | None, snapshot: Snapshot, deps: Dependencies
) -> bool:
    """Whether only the target's own text can have changed since the plan was made."""
    change = document.text.changed_since(known.document.text)
    if change is None or known.snapshot is not snapshot:
        return False
    if known.project is not (project := deps.workspace.project(document.uri)) and known.project != project:
        return False
    if now is None or known.then is None:
        return now is known.then
    before, after = known.then.symbol, now.symbol
    if (before.doc is None) != (after.doc is None):
        return False
    if isinstance(known.outcome, Refusal):
        return True
    if known.broken and not now.long and _parses(now, document, deps):  # of a long one ``prepare`` finds it out
        return False
    if known.turn is not deps.recent.last(target_key(known.outcome.question)):
        return False
    if _moved(before.whole.start.line, change) != after.whole.start.line or _words(now, known) != known.words:
        return False
    if before.whole.start.line <= change.first and change.old_last <= before.whole.end.line + 1:
        return True
    return set(now.words).isdisjoint(_words_of_change(known.document.text, document.text, change))


def _parses(now: CurrentTarget, document: Document, deps: Dependencies) -> bool:
    return not deps.grammar.faults(dedent(now.source), document.language)


def _moved(line: int, change: LineChange) -> int:
    return line + change.shift if line >= change.old_last and line > change.first else line


def _words_of_change(old: Text, new: Text, change: LineChange) -> Iterable[str]:
    gone, come = old.lines[change.first : change.old_last], new.lines[change.first : change.new_last]
    return (word for line in (*gone, *come) for word in words_in(line))


def _words(now: CurrentTarget, known: _CachedPlan) -> tuple[str, ...]:
    declared = known.project.declarations
    return tuple(word for word in now.words if word in known.names or word in declared)


def _corrected(
    known: _CachedPlan, request: Request, now: CurrentTarget | None, deps: Dependencies
) -> CachedEstimate | Refusal:
    outcome, document = known.outcome, request.document
    if isinstance(outcome, Refusal):
        return outcome
    question = outcome.question
    target, spec = question.target, question.spec
    if now is not None and known.then is not None:
        grown, size = now.framed - known.then.framed, now.size
    elif spec.contract in (Contract.DOCUMENTATION, Contract.TESTS):
        grown, size = 0, known.size  # no symbol at the cursor that could have changed
    else:
        grown = deps.counter.count_text(document.text) - known.whole
        size = known.size + grown
    counted = question.prompt.input_tokens + grown
    return CachedEstimate(spec, target.label, forecast_again(outcome, known.snapshot, deps, counted, size))


def _estimate_of(outcome: Plan | Refusal) -> CachedEstimate | Refusal:
    if isinstance(outcome, Refusal):
        return outcome
    return CachedEstimate(outcome.question.spec, outcome.question.target.label, outcome.forecast)
