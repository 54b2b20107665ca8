"""The Grammar port: caches the trees of open documents and the outlines of recent texts behind one lock."""

from __future__ import annotations

from collections.abc import Callable, Set
from contextlib import AbstractContextManager
from dataclasses import replace
from threading import Lock
from typing import TypeVar

from routerd.adapters.grammar.code_tokens import code_tokens, same_code
from routerd.adapters.grammar.effort import TooHardError, brief, grant, limited
from routerd.adapters.grammar.incremental import LONGEST_LINE, around_incremental
from routerd.adapters.grammar.outline import outermost, outlined, patched
from routerd.adapters.grammar.parsed import Parsed
from routerd.adapters.grammar.recent_items import RecentItems
from routerd.adapters.grammar.unknown_declaration import names_a_declaration
from routerd.domain.document import Document
from routerd.domain.position import Position, Range
from routerd.domain.symbol import Outline, Symbol
from routerd.domain.text import Text
from routerd.languages import specs

OPEN_DOCUMENTS = 64
"""The number of cached trees: more than the files that people have open; one of 5,000 lines is about 5 MB."""
FAR_LINES = 300
"""The longest distance between two changes for patching an outline; beyond it a full parse is not slower."""
RECENT_TEXTS = 64
"""The number of cached outlines and token tuples."""

_Found = TypeVar("_Found")


class TreeSitterGrammar:
    """``domain.ports.Grammar`` by tree-sitter; one object for all threads.

    The lock is held only for look-ups: a query of one document never waits for the parse of another.
    A source that exceeds the CPU limit counts as one syntax error without declarations.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._trees: RecentItems[tuple[str, str], tuple[int, Parsed]] = RecentItems(OPEN_DOCUMENTS)
        self._too_hard: RecentItems[tuple[str, str], Text] = RecentItems(OPEN_DOCUMENTS)
        """The texts that were given up, by document."""
        self._nearby: tuple[Text, Position, tuple[Symbol, ...]] | None = None
        """The last answer of ``around``: a menu asks for one place once for each action."""
        self._outlines: RecentItems[tuple[str, int | None, str, int], tuple[Text, Outline]] = RecentItems(RECENT_TEXTS)
        self._wholes: RecentItems[tuple[str, str], Parsed] = RecentItems(2)
        self._tokens: RecentItems[tuple[str, str], tuple[str, ...]] = RecentItems(RECENT_TEXTS)

    def __reduce__(self) -> tuple[type[TreeSitterGrammar], tuple[()]]:
        """Pickles no caches: a copy in another process starts empty."""
        return TreeSitterGrammar, ()

    def briefly(self, seconds: float) -> AbstractContextManager[None]:
        """Within it, a query raises TookTooLong once all together have taken so many seconds of CPU."""
        return brief(seconds)

    def knows(self, language: str) -> bool:
        """Whether there is a grammar for the language id; every language with a spec has one."""
        return language in specs()

    def at_hand(self, document: Document) -> bool:
        """Whether an earlier query of the document makes the next one fast, whatever was typed since."""
        if document.language not in specs():
            return True
        key = (document.uri, document.language)
        with self._lock:
            return key in self._trees or key in self._too_hard

    def outline(self, document: Document) -> Outline:
        """The declarations of a document; empty without a grammar."""
        if document.language not in specs():
            return Outline(document.language)
        with self._lock:
            same = self._outlines.get((document.uri, document.version, document.language, id(document.text)))
        if same is not None:
            return same[1]
        try:
            with limited():
                return self._known(document) or self._keep(document, outlined(self._parsed(document)))
        except TooHardError:
            self._give_up(document)
            return self._keep(document, Outline(document.language, faults=(document.text.whole,)))

    def _give_up(self, document: Document) -> None:
        key = (document.uri, document.language)
        with self._lock:
            self._trees.pop(key, None)
            self._too_hard.put(key, document.text)

    def _given_up(self, document: Document) -> bool:
        """Whether this text, or the one it was edited from, exceeded the CPU limit."""
        with self._lock:
            text = self._too_hard.get((document.uri, document.language))
        return text is not None and (text is document.text or document.text.changed_since(text) is not None)

    def _keep(self, document: Document, outline: Outline) -> Outline:
        """Caches an outline and the document's previous one, for jobs on that; more would slow garbage collection."""
        # The text is stored with its outline, so its identity cannot be reused by another text.
        key = (document.uri, document.version, document.language, id(document.text))
        with self._lock:
            same = [known for known in self._outlines if (known[0], known[2]) == (document.uri, document.language)]
            for old in same[:-1]:
                del self._outlines[old]
            return self._outlines.put(key, (document.text, outline))[1]

    def _known(self, document: Document) -> Outline | None:
        """The outline, if it is cached or can be patched from the latest one (a change within one declaration)."""
        key = (document.uri, document.version, document.language, id(document.text))
        with self._lock:
            if cached := self._outlines.get(key):
                return cached[1]
            latest = next(
                (
                    cached
                    for (uri, _, language, _), cached in reversed(self._outlines.items())
                    if uri == document.uri and language == document.language
                ),
                None,
            )
        if latest is None:
            return None
        text, outline = latest
        newer = patched(outline, text, document.text)
        return self._keep(document, newer) if newer else None

    def around(self, document: Document, position: Position) -> tuple[Symbol, ...]:
        """The symbols that enclose a position, outermost first, without outlining the whole file.

        If incomplete code above hides the enclosing symbols from the parser, the previous result is returned.
        Empty on a line that is too long for people to have written it.
        """
        if document.language not in specs() or self._given_up(document):
            return ()
        if len(document.text.lines[document.text.clamp(position).line]) > LONGEST_LINE:
            return ()
        nearby = self._nearby
        if nearby and nearby[0] is document.text and nearby[1] == position:
            return nearby[2]
        try:
            with limited():
                found = self._around(document, position)
        except TooHardError:
            self._give_up(document)
            found = ()
        self._nearby = (document.text, position, found)
        return found

    def _around(self, document: Document, position: Position) -> tuple[Symbol, ...]:
        key = (document.uri, document.language)
        with self._lock:
            _, cached = self._trees.get(key) or (None, None)
        if cached is None:
            cached = self._parsed(document)
        else:
            grant(len(cached.text.string))
        # Patching an outline is linear in the file's symbols; the tree's cost depends on what was typed since.
        since = document.text.changed_since(cached.text)
        far = since is not None and since.old_last - since.first > FAR_LINES
        if far and (outline := self._known(document)):
            return tuple(symbol for symbol in outline.symbols if position in symbol.whole)
        found, newer = around_incremental(cached, document.text, document.text.clamp(position))
        if newer is not cached and document.version is not None:
            with self._lock:
                self._trees.put(key, (document.version, newer))
        return found

    def named_at(self, document: Document, position: Position) -> Symbol | None:
        """The symbol whose declared name is at a position, without outlining the whole file."""
        position = document.text.clamp(position)
        return next((symbol for symbol in self.around(document, position) if position in symbol.name_span), None)

    def names(self, document: Document, span: Range) -> tuple[str, ...]:
        """Identifiers used in a range, each once, in order of first use, without those declared there."""
        outline = self.outline(document)
        declared = {symbol.name_span for symbol in outline.symbols if symbol.whole.overlaps(span)}
        return self._within_limits(document, lambda: self._names(document, outline, span, declared), ())

    def declares(self, document: Document, position: Position) -> bool:
        """Whether the name of a declaration with a body is at a position; no symbol has to be known of it."""

        def found() -> bool:
            parsed, above = self._piece(document, self.outline(document), Range(position, position))
            return names_a_declaration(parsed.leaf_at(Range(position, position).moved(-above).start))

        return self._within_limits(document, found, False)

    def _within_limits(self, document: Document, query: Callable[[], _Found], otherwise: _Found) -> _Found:
        if document.language not in specs() or self._given_up(document):
            return otherwise
        try:
            with limited():
                return query()
        except TooHardError:
            self._give_up(document)
            return otherwise

    def _names(self, document: Document, outline: Outline, span: Range, declared: Set[Range]) -> tuple[str, ...]:
        parsed, above = self._piece(document, outline, span)
        span = span.moved(-above)
        declared = {name.moved(-above) for name in declared}
        kinds = " ".join(f"({kind})" for kind in parsed.rules.names)
        nodes = parsed.captures(f"[{kinds}] @name", span).get("name", [])
        used: dict[bytes | None, str] = {}
        for node in sorted(nodes, key=lambda node: node.start_byte):
            # Dependencies are dear, and most uses of a name are not the first.
            if (word := node.text) in used or not span.covers(found := parsed.span(node)):
                continue
            if found not in declared:
                used[word] = parsed.text.slice(found)
        return tuple(dict.fromkeys(used.values()))

    def code_tokens(self, text: str, language: str) -> tuple[str, ...]:
        """The tokens of the code without comments and documentation: equal means the same program.

        The plain lines for a language without a grammar and for a source that exceeds the CPU limit.
        """
        if language not in specs():
            return tuple(text.splitlines())
        key = (language, text)
        with self._lock:
            if known := self._tokens.get(key):
                return known
        try:
            with limited():
                tokens = code_tokens(self._whole(text, language))
        except TooHardError:
            tokens = tuple(text.splitlines())
        with self._lock:
            return self._tokens.put(key, tokens)

    def same_code(self, before: str, after: str, language: str) -> bool:
        """Whether ``code_tokens`` of two texts are equal, at the cost of what differs between them."""
        if language in specs():
            try:
                with limited():
                    return same_code(self._whole(before, language), self._whole(after, language))
            except TooHardError:
                pass
        return self.code_tokens(before, language) == self.code_tokens(after, language)

    def faults(self, text: str, language: str) -> int:
        """The number of syntax errors; 0 without a grammar, the number of characters beyond the CPU limit."""
        if language not in specs():
            return 0
        try:
            with limited():
                return len(self._whole(text, language).faults())
        except TooHardError:
            return max(len(text), 1)

    def _whole(self, text: str, language: str) -> Parsed:
        """The tree of a text; two are cached, as a check alternates between a file before and after its change."""
        key = (language, text)
        with self._lock:
            known = self._wholes.get(key)
        if known is not None:
            grant(len(text))
            return known
        parsed = Parsed.of(Text(text), language)
        with self._lock:
            return self._wholes.put(key, parsed)

    def _piece(self, document: Document, outline: Outline, span: Range) -> tuple[Parsed, int]:
        """A tree that contains a range, and the lines above it: the file's if cached, else the declaration's."""
        with self._lock:
            _, cached = self._trees.get((document.uri, document.language), (None, None))
        whole = outermost(outline, span.start.line, span.end.line)
        if (cached is not None and cached.text is document.text) or whole is None or outline.faults:
            return self._parsed(document), 0
        top, bottom = whole.rows
        return Parsed.of(Text("".join(document.text.lines[top : bottom + 1])), document.language), top

    def _parsed(self, document: Document) -> Parsed:
        """The document's tree; cached for a document that is open in an editor.

        A different text under the same version is hypothetical, not the base of the next keystroke.
        """
        key = (document.uri, document.language)
        with self._lock:
            version, cached = self._trees.get(key, (None, None))
        if cached is not None and (cached.text is document.text or cached.text == document.text):
            grant(len(cached.text.string))
            return cached
        parsed = replace(self._whole(document.text.string, document.language), text=document.text)
        if document.version is not None and document.version != version:
            with self._lock:
                self._trees.put(key, (document.version, parsed))
                self._too_hard.pop(key, None)
        return parsed
