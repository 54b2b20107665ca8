"""The Grammar port: keeps the trees of open documents and the outlines of recent texts, behind one lock."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from threading import Lock

from routerd.adapters.grammar.declarations import symbols
from routerd.adapters.grammar.documentation import module_doc
from routerd.adapters.grammar.effort import TooHardError, grant, limited
from routerd.adapters.grammar.imports import imports
from routerd.adapters.grammar.nearby import around_nearby
from routerd.adapters.grammar.parsed import Parsed
from routerd.adapters.grammar.patched import outermost, patched
from routerd.adapters.grammar.recent_items import RecentItems
from routerd.adapters.grammar.tokens import code_tokens, same_code
from routerd.domain.document import Document
from routerd.domain.position import Position, Range
from routerd.domain.symbol import Outline, Symbol
from routerd.domain.text import Text
from routerd.languages import spec_of

OPEN_DOCUMENTS = 64
"""Trees that are kept: more files than people have open; one of 5,000 lines is about 5 MB."""
FAR_LINES = 300
"""Between two changes, beyond which one parse of all between them takes longer than patching an outline."""
RECENT_TEXTS = 64
"""Outlines and token tuples that are kept."""


class TreeSitterGrammar:
    """``domain.ports.Grammar`` by tree-sitter; one object for all threads.

    The lock is held for look-ups alone: who asks about one document never waits until another one is parsed.
    A source that takes too much work counts as one big fault, without any declaration in it.
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
        """In another process it begins with an empty memory."""
        return TreeSitterGrammar, ()

    def knows(self, language: str) -> bool:
        """Whether there is a grammar for this language id: every language with a spec has one."""
        return spec_of(language) is not None

    def at_hand(self, document: Document) -> bool:
        """Whether an earlier look at the document makes the next one quick, whatever was typed since."""
        if not self.knows(document.language):
            return True
        key = (document.uri, document.language)
        with self._lock:
            return key in self._trees or key in self._too_hard

    def outline(self, document: Document) -> Outline:
        """The declarations of a document; empty for a language that has no grammar."""
        if not self.knows(document.language):
            return Outline(document.language)
        try:
            with limited():
                return self._known(document) or self._keep(document, self._outlined(document))
        except TooHardError:
            self._give_up(document)
            return self._keep(document, Outline(document.language, faults=(document.text.whole,)))

    def _outlined(self, document: Document) -> Outline:
        parsed = self._parsed(document)
        # One query for both, as running it over the tree is what takes time.
        captures = parsed.captures(parsed.rules.declarations + parsed.rules.imports)
        found = symbols(parsed, captures.get("def", []))
        return Outline(
            language=document.language,
            symbols=found,
            imports=imports(parsed, captures),
            faults=parsed.faults(),
            doc=module_doc(parsed, frozenset(symbol.doc for symbol in found)),
        )

    def _give_up(self, document: Document) -> None:
        key = (document.uri, document.language)
        with self._lock:
            self._trees.pop(key, None)
            self._too_hard.put(key, document.text)

    def _given_up(self, document: Document) -> bool:
        """Whether this text, or the one that it was typed into, took too much work."""
        with self._lock:
            text = self._too_hard.get((document.uri, document.language))
        return text is not None and (text is document.text or document.text.changed_since(text) is not None)

    def _keep(self, document: Document, outline: Outline) -> Outline:
        """Remember an outline, and of its document's older ones the last: a job may be about the text before.

        More of them would be a hundred thousand places that each garbage collection looks through.
        """
        # The text is kept with its outline, so its identity cannot come to mean another text.
        key = (document.uri, document.version, document.language, id(document.text))
        with self._lock:
            same = [known for known in self._outlines if (known[0], known[2]) == (document.uri, document.language)]
            for old in same[:-1]:
                del self._outlines[old]
            return self._outlines.put(key, (document.text, outline))[1]

    def _known(self, document: Document) -> Outline | None:
        """The outline, if it was made before, or follows from the latest one by a change within one declaration."""
        key = (document.uri, document.version, document.language, id(document.text))
        with self._lock:
            if cached := self._outlines.get(key):
                return cached[1]
            latest = next(
                (
                    kept
                    for (uri, _, language, _), kept in reversed(self._outlines.items())
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
        """The symbols around a place, outer before inner, without outlining the whole file.

        Where half-written code above would make the parser lose the place, the answer is the one from before.
        """
        if not self.knows(document.language) or self._given_up(document):
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
            _, kept = self._trees.get(key) or (None, None)
        if kept is None:
            kept = self._parsed(document)
        else:
            grant(len(kept.text.string))
        # A patched outline costs what the file has symbols, the tree costs what was typed since it was made.
        since = document.text.changed_since(kept.text)
        far = since is not None and since.old_last - since.first > FAR_LINES
        if far and (outline := self._known(document)):
            return tuple(symbol for symbol in outline.symbols if position in symbol.whole)
        found, newer = around_nearby(kept, document.text, document.text.clamp(position))
        if newer is not kept and document.version is not None:
            with self._lock:
                self._trees.put(key, (document.version, newer))
        return found

    def named_at(self, document: Document, position: Position) -> Symbol | None:
        """The symbol whose declared name stands at a place, without outlining the whole file."""
        position = document.text.clamp(position)
        return next((symbol for symbol in self.around(document, position) if position in symbol.name_span), None)

    def names(self, document: Document, span: Range) -> tuple[str, ...]:
        """Identifiers used in a span, each once, in order of first use; those that are declared there are not."""
        if not self.knows(document.language) or self._given_up(document):
            return ()
        outline = self.outline(document)
        declared = {symbol.name_span for symbol in outline.symbols if symbol.whole.overlaps(span)}
        try:
            with limited():
                return self._names(document, outline, span, declared)
        except TooHardError:
            self._give_up(document)
            return ()

    def _names(self, document: Document, outline: Outline, span: Range, declared: Set[Range]) -> tuple[str, ...]:
        parsed, above = self._piece(document, outline, span)
        span = span.moved(-above)
        kinds = " ".join(f"({kind})" for kind in parsed.rules.names)
        nodes = parsed.captures(f"[{kinds}] @name", span).get("name", [])
        used: dict[bytes | None, str] = {}
        for node in sorted(nodes, key=lambda node: node.start_byte):
            # Dependencies are dear, and most uses of a name are not the first.
            if node.text in used or not span.covers(found := parsed.span(node)):
                continue
            if found.moved(above) not in declared:
                used[node.text] = parsed.text.slice(found)
        return tuple(dict.fromkeys(used.values()))

    def code_tokens(self, text: str, language: str) -> tuple[str, ...]:
        """The tokens of the code without comments and documentation: equal means the same program.

        For a language without a grammar, and for a source that takes too much work, the lines as they stand.
        """
        if not self.knows(language):
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
        if self.knows(language):
            try:
                with limited():
                    return same_code(self._whole(before, language), self._whole(after, language))
            except TooHardError:
                pass
        return self.code_tokens(before, language) == self.code_tokens(after, language)

    def faults(self, text: str, language: str) -> int:
        """How many places do not parse; 0 where there is no grammar, and every character where nobody can tell."""
        if not self.knows(language):
            return 0
        try:
            with limited():
                return len(self._whole(text, language).faults())
        except TooHardError:
            return max(len(text), 1)

    def _whole(self, text: str, language: str) -> Parsed:
        """The tree of a text; two are kept, as a check asks for a file before and after its change in turns."""
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
        """A tree that holds a span, and the lines above it: the file's if it is at hand, else of the declaration."""
        with self._lock:
            _, kept = self._trees.get((document.uri, document.language), (None, None))
        whole = outermost(outline, span.start.line, span.end.line)
        if (kept is not None and kept.text is document.text) or whole is None or outline.faults:
            return self._parsed(document), 0
        top, bottom = whole.rows
        return Parsed.of(Text("".join(document.text.lines[top : bottom + 1])), document.language), top

    def _parsed(self, document: Document) -> Parsed:
        """The document's tree; kept for a document that an editor holds.

        Another text under the same version is somebody's "what if", and not what the next keystroke meets.
        """
        key = (document.uri, document.language)
        with self._lock:
            version, kept = self._trees.get(key, (None, None))
        if kept is not None and (kept.text is document.text or kept.text == document.text):
            grant(len(kept.text.string))
            return kept
        parsed = replace(self._whole(document.text.string, document.language), text=document.text)
        if document.version is not None and document.version != version:
            with self._lock:
                self._trees.put(key, (document.version, parsed))
                self._too_hard.pop(key, None)
        return parsed
