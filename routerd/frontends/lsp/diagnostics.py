"""Review findings as diagnostics: published, moved along with edits, dropped when their lines change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from routerd.domain.document import Document
from routerd.domain.finding import Finding
from routerd.domain.position import Edit, Range
from routerd.domain.text import Text
from routerd.domain.unicode import Encoding
from routerd.frontends.lsp.client import Wire

PUBLISH = "textDocument/publishDiagnostics"


class Reviews:
    """The current findings, by document; published whenever they differ from what the client has."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._found: dict[str, tuple[Finding, ...]] = {}
        self.encoding = Encoding.UTF16

    def put(self, document: Document, findings: Iterable[Finding], text: Text) -> None:
        """Show the findings of a review of ``text`` on the current document."""
        self._found[document.uri] = carried(findings, text, document.text)
        self._publish(document)

    def changed(self, before: Document, now: Document) -> None:
        """The document was edited: move the findings below, drop those that were edited."""
        findings = self._found.get(now.uri)
        if not findings:
            return
        kept = carried(findings, before.text, now.text)
        if kept != findings:
            self._found[now.uri] = kept
            self._publish(now)

    def clear(self, uri: str | None = None) -> int:
        """Take away the findings of one document or of all; how many there were."""
        uris = list(self._found) if uri is None else [uri]
        gone = 0
        for each in uris:
            findings = self._found.pop(each, None)
            if findings is not None:
                gone += len(findings)
                self._wire.send(PUBLISH, {"uri": each, "diagnostics": []})
        return gone

    def fixable(self, uri: str, span: Range) -> tuple[Finding, ...]:
        """The findings with a fix on the lines of a span."""
        lines = range(span.start.line, span.end.line + 1)
        return tuple(
            finding
            for finding in self._found.get(uri, ())
            if finding.fix and finding.span.start.line <= lines[-1] and finding.span.end.line >= lines[0]
        )

    def _publish(self, document: Document) -> None:
        from routerd.frontends.shapes import diagnostic_json  # noqa: PLC0415  # nothing is found before an action

        shapes = [
            diagnostic_json(finding, document.text, self.encoding) for finding in self._found.get(document.uri, ())
        ]
        self._wire.send(PUBLISH, {"uri": document.uri, "version": document.version, "diagnostics": shapes})


def carried(findings: Iterable[Finding], old: Text, new: Text) -> tuple[Finding, ...]:
    """The findings of the old text that hold in the new one, at their new lines."""
    if old == new:
        return tuple(findings)
    change = new.lines.change_since(old.lines)
    moved = ((finding, change.moves(finding.span)) for finding in findings)
    return tuple(_down(finding, lines) for finding, lines in moved if lines is not None)


def _down(finding: Finding, lines: int) -> Finding:
    if not lines:
        return finding
    fix = finding.fix and Edit(finding.fix.span.moved(lines), finding.fix.new)
    return replace(finding, span=finding.span.moved(lines), fix=fix)
