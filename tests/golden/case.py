"""A golden case: its file as a question and a reply, run through read, build and check, and written."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from routerd.actions import catalog
from routerd.adapters.grammar import TreeSitterGrammar
from routerd.domain.action import Request, Scope, Target
from routerd.domain.document import Document
from routerd.domain.position import Position, Range
from routerd.domain.prompt import Conventions, Prompt, Question
from routerd.domain.reply import Change, FileChange
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal, Rejected
from routerd.languages import specs
from routerd.steps.build import build
from routerd.steps.check import check
from routerd.steps.read import read
from routerd.steps.resolve import resolve

FOLDER = Path(__file__).parent
ROOT = "file:///project"
GRAMMAR = TreeSitterGrammar()

_SECTION = re.compile(r"^--- (request|before|existing|other|reply|after|reason|findings|document)\b(.*)$")
_INPUTS = ("request", "before", "existing", "other", "reply")
_EXTENSIONS = {spec.id: spec.extensions[0] for spec in specs().values()}


@dataclass(frozen=True)
class Case:
    """The sections of one file. ``wanted`` is everything below the reply, as it must come out again."""

    path: Path
    options: dict[str, str]
    before: str
    others: dict[str, str]
    existing: str | None
    reply: str
    inputs: str
    wanted: str

    @property
    def name(self) -> str:
        return "/".join(self.path.with_suffix("").parts[-3:])

    @property
    def action(self) -> str:
        return self.path.parts[-3]

    @property
    def language(self) -> str:
        return self.path.parts[-2]


def cases() -> list[Case]:
    """Every case, by path."""
    return [load(path) for path in sorted(FOLDER.glob("*/*/*.txt"))]


def load(path: Path) -> Case:
    """One case from its file."""
    sections: list[tuple[str, str, list[str]]] = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        found = _SECTION.match(line)
        if found:
            sections.append((found[1], found[2].strip(), []))
        else:
            sections[-1][2].append(line)
    content = {kind: "\n".join(lines) for kind, _, lines in sections}
    options = dict(line.split(": ", 1) for line in content.get("request", "").split("\n") if ": " in line)
    others = {name: "\n".join(lines) + "\n" for kind, name, lines in sections if kind == "other"}
    written = [(_written(*section), section[0] in _INPUTS) for section in sections]
    return Case(
        path,
        options,
        content.get("before", ""),
        others,
        content.get("existing"),
        content["reply"],
        "\n".join(text for text, is_input in written if is_input),
        "\n".join(text for text, is_input in written if not is_input),
    )


def _written(kind: str, name: str, lines: list[str]) -> str:
    return "\n".join((f"--- {kind} {name}".rstrip(), *lines))


def outcome(case: Case) -> str:
    """What comes of a case, as the sections below its reply."""
    question = question_of(case)
    if isinstance(question, Refusal):
        return f"--- reason\nrefused: {question.message}\n"
    change = change_of(case, question)
    if isinstance(change, Rejected):
        return f"--- reason\n{change.reason}{' (mechanical)' if change.mechanical else ''}\n"
    parts = [f"--- after{_suffix(file, question)}\n{_shown(file, case)}" for file in change.files]
    if change.findings is not None:
        text = question.request.document.text
        lines = [
            f"{f.span.start.line + 1}: {f.severity} [{text.slice(f.span)!r}] {f.message}"
            + (f" -> {f.fix.new!r}" if f.fix else "")
            for f in change.findings
        ]
        parts.append("\n".join(("--- findings", *lines, f"dropped: {change.dropped_findings}", "")))
    if change.document is not None:
        parts.append(f"--- document\n{change.document}")
    return "\n".join(parts)


def change_of(case: Case, question: Question, reply: str | None = None) -> Change | Rejected:
    """The checked change of a reply, or why there is none."""
    text = case.reply if reply is None else reply
    payload = read(text.replace("\\r\n", "\r\n"), question, GRAMMAR)
    if isinstance(payload, Rejected):
        return payload
    others = {name: Document(f"{ROOT}/{name}", None, case.language, Text(text)) for name, text in case.others.items()}
    change = build(payload, question, GRAMMAR, others)
    if isinstance(change, Rejected):
        return change
    files = frozenset(case.options.get("files", "").split())
    verdict = check(change, question, GRAMMAR, files)
    return verdict if isinstance(verdict, Rejected) else change


def question_of(case: Case) -> Question | Refusal:
    """The question of a case, its target resolved as in the pipeline."""
    spec = catalog()[case.action]
    path = case.options.get("path", f"shop/cart.{_EXTENSIONS[case.language]}")
    document = Document(f"{ROOT}/{path}", 1, case.language, Text(_own(case.before, case)))
    outline = GRAMMAR.outline(document)
    request = _aimed(
        Request(case.action, document, Range(Position(0, 0), Position(0, 0))), case, outline_names(outline)
    )
    target = resolve(request, spec, outline, GRAMMAR.knows(case.language), path.rpartition("/")[2])
    if isinstance(target, Refusal):
        return target
    if target.scope is Scope.SYMBOL and "lines" in case.options:
        assert isinstance(target, Target)
    existing = None
    test_path = case.options.get("test_path", f"tests/test_cart.{_EXTENSIONS[case.language]}")
    if case.existing is not None:
        existing = Document(f"{ROOT}/{test_path}", 3, case.language, Text(_own(case.existing, case)))
    module = case.options.get("module", "shop.cart" if case.language == "python" else None)
    style = case.options.get("style", "google")
    habits = Conventions(path, ROOT, style, case.options.get("framework", ""), test_path, existing, module)
    return Question(spec, request, target, habits, Prompt((), 0, 0, 0))


def outline_names(outline: object) -> dict[str, Position]:
    """Where each symbol's name stands, by qualname."""
    return {symbol.qualname: symbol.name_span.start for symbol in getattr(outline, "symbols", ())}


def _aimed(request: Request, case: Case, names: dict[str, Position]) -> Request:
    options = case.options
    request = replace(request, instruction=options.get("instruction", ""), replace=options.get("replace") == "yes")
    if "lines" in options:
        first, last = map(int, options["lines"].split("-"))
        return replace(request, span=Range(Position(first - 1, 0), Position(last, 0)))
    if options.get("target", "file") == "file":
        return replace(request, whole_file=True)
    position = names[options["target"]]
    return replace(request, span=Range(position, position))


def _own(text: str, case: Case) -> str:
    """A section's text as the case wants its file: line ends, byte order mark and ending."""
    if case.options.get("final_newline") == "no":
        text = text.rstrip("\n")
    if case.options.get("newline") == "crlf":
        text = text.replace("\n", "\r\n")
    return ("\ufeff" if case.options.get("bom") == "yes" else "") + text


def _shown(file: FileChange, case: Case) -> str:
    """The file after its edits, with what ``_own`` put in taken out again; what cannot be taken out shows."""
    text = file.after.string
    if case.options.get("newline") == "crlf":
        text = re.sub(r"(?<!\r)\n", "<LF alone>\n", text).replace("\r\n", "\n")
    if case.options.get("bom") == "yes" and not file.create:
        text = text.removeprefix("\ufeff") if text.startswith("\ufeff") else "<BOM lost>" + text
    if case.options.get("final_newline") == "no" and not file.create:
        text = text + "\n" if not text.endswith("\n") else text + "<final newline added>"
    return text


def _suffix(file: FileChange, question: Question) -> str:
    if file.uri == question.request.document.uri:
        return ""
    return f" {file.uri.removeprefix(ROOT + '/')}{' (new)' if file.create else ''}"
