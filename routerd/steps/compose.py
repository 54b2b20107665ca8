"""Compose: builds the messages, the stable part first, so that providers can cache it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from keyword import iskeyword

from routerd.domain.action import ActionSpec, ContextKind, Contract, Request, Target
from routerd.domain.document import Document
from routerd.domain.ports import Counter
from routerd.domain.position import Position, Range
from routerd.domain.prompt import PER_MESSAGE, PER_REPLY, Conventions, Message, Prompt, Snippet, Turn
from routerd.domain.text import with_lf
from routerd.languages import specs
from routerd.languages.spec import ModuleNames

_LONG = 6_000
"""Characters, about 1,500 tokens: a class of half that length is what most people call long."""
_FEWEST_CUT = 2
"""Lines; the note about fewer omitted lines would cost as much as the lines."""


@dataclass(frozen=True, slots=True)
class PromptInput:
    """The parts of a prompt."""

    spec: ActionSpec
    request: Request
    target: Target
    conventions: Conventions
    context: tuple[Snippet, ...]


def compose(brief: PromptInput, instructions: Mapping[str, str], counter: Counter) -> Prompt:
    """The prompt of a question: system, the project's own instructions, then context, target and task."""
    spec, request, target, conventions = brief.spec, brief.request, brief.target, brief.conventions
    own = "\n".join(filter(None, (instructions.get("all"), instructions.get(spec.name))))
    system = spec.system + (f"\nThe project's own wishes:\n{own}\n" if own else "")
    user = "\n\n".join(
        (
            *(_framed(snippet) for snippet in brief.context),
            _target(spec, request.document, target, conventions),
            _task(spec, request, target, conventions),
        )
    )
    messages = (Message("system", system), Message("user", user))
    counts = [counter.count(message.content) + PER_MESSAGE for message in messages]
    return Prompt(messages, sum(counts) + PER_REPLY, counts[0], max_output=0, instructions=own, schema=_schema(spec))


def with_rejection(prompt: Prompt, reply: str, reason: str, counter: Counter) -> Prompt:
    """The prompt with a refused answer and the reason for the refusal."""
    added = (
        Message("assistant", reply),
        Message("user", f"That answer was refused by a check: {reason}\nAnswer again in full."),
    )
    tokens = sum(counter.count(message.content) + PER_MESSAGE for message in added)
    return replace(prompt, messages=prompt.messages + added, input_tokens=prompt.input_tokens + tokens)


def refined(prompt: Prompt, turn: Turn, brief: PromptInput, counter: Counter) -> Prompt:
    """The prompt that goes on with the conversation of an accepted answer, which stands first, as it was.

    The target is sent again only where it is not what the conversation is about any more.
    """
    target = _target(brief.spec, brief.request.document, brief.target, brief.conventions)
    known = any(target in message.content for message in turn.messages)
    about = "as it was before your answer." if known else f"as it is by now.\n\n{target}"
    mentioned = "".join(f"\n\n{_framed(one)}" for one in brief.context if one.kind is ContextKind.MENTIONED)
    asked = f"{brief.request.instruction}\n\nAnswer again in full, for the target {about}"
    messages = (*turn.messages, Message("assistant", turn.reply), Message("user", asked + mentioned))
    counts = [counter.count(message.content) + PER_MESSAGE for message in messages]
    return replace(prompt, messages=messages, input_tokens=sum(counts) + PER_REPLY, stable_tokens=counts[0])


def target_text(spec: ActionSpec, document: Document, target: Target) -> str:
    """The target's source: the whole range, or only the symbols' text if the rest is of no use.

    For documentation a long class is sent without its methods' bodies.
    """
    pieces = [_from_line_start(piece) for piece in target.sent(spec.contract)]
    texts = (document.text.slice(piece) for piece in pieces)
    if spec.contract is Contract.DOCUMENTATION:
        texts = (
            _without_bodies(piece, document, target) if len(text) > _LONG else text
            for piece, text in zip(pieces, texts, strict=True)
        )
    return "\n\n".join(texts)


def _without_bodies(piece: Range, document: Document, target: Target) -> str:
    """A piece without the bodies of functions that are not part of the target; a note replaces the omitted lines."""
    text, asked = document.text, {symbol.whole for symbol in target.symbols}
    inner = (s for s in target.outline.symbols if s.kind.callable and piece.covers(s.whole) and s.whole not in asked)
    lines, at = [], piece.start.line
    for body in sorted(symbol.body for symbol in inner if symbol.body):
        first, last = body.start.line + 1, body.end.line
        if text.bare(last).strip(" \t;,)") in ("}", "end"):
            last -= 1
        if body.start.line >= at and last - first >= _FEWEST_CUT:
            lines += [text.bare(number) for number in range(at, first)]
            lines.append(f"{text.indent(first)}… {last - first + 1} lines")
            at = last + 1
    return "\n".join((*lines, *(text.bare(number) for number in range(at, piece.end.line + 1))))


def _from_line_start(span: Range) -> Range:
    return Range(Position(span.start.line, 0), span.end)


def _framed(snippet: Snippet) -> str:
    return f"Context, {snippet.path} ({snippet.reason}):\n{_fence(snippet.text)}"


def _target(spec: ActionSpec, document: Document, target: Target, conventions: Conventions) -> str:
    return f"Target, {conventions.path}:\n{fenced(target_text(spec, document, target), document.language)}"


def fenced(source: str, language: str) -> str:
    """A target as the prompt contains it, where its tokens add up with the rest."""
    return _fence(with_lf(source), language)


def _fence(text: str, language: str = "") -> str:
    # The text cannot close a fence longer than any in it.
    ticks = "```"
    while ticks in text:
        ticks += "`"
    return f"{ticks}{language}\n{text}\n{ticks}"


def _task(spec: ActionSpec, request: Request, target: Target, conventions: Conventions) -> str:
    task = spec.task.format(
        target=target.label,
        path=conventions.path,
        language=request.document.language,
        style=conventions.doc_style,
        framework=conventions.test_framework,
        module=_imported(conventions, request.document.language),
        test_path=_test_file(conventions),
        symbols=", ".join(symbol.qualname for symbol in target.symbols) or target.label,
        instruction=request.instruction or "Explain this.",
        diagnostics="\n".join(f"- {one}" for one in request.diagnostics) or "- none; the programmer says what is wrong",
        subjects="\n".join(f"- {one}" for one in request.subjects) or "- none yet",
    )
    if request.changed is not None:
        diff = fenced(request.changed.diff(request.document.text), "diff")
        task += f"\nReview what this change does to it; faults that stood there before are no findings:\n{diff}"
    if request.instruction and "{instruction}" not in spec.task:
        task += f"\nThe programmer adds: {request.instruction}"
    return task


def _imported(conventions: Conventions, language: str) -> str:
    """What tests import the target's module by; a name that no import statement can hold is loaded by a call."""
    name = conventions.import_name
    spec = specs().get(language)
    if name is None or spec is None or spec.imports.modules is not ModuleNames.PYTHON_PACKAGES:
        return name or conventions.path
    if all(part.isidentifier() and not iskeyword(part) for part in name.split(".")):
        return name
    return f'importlib.import_module("{name}"), as no import statement can hold this name'


def _test_file(conventions: Conventions) -> str:
    if conventions.in_file:
        return f"{conventions.path} itself, where a program puts the tests into the module of tests"
    return conventions.test_path or "a new file"


_FINDING = {
    "type": "object",
    "properties": {
        "quote": {"type": "string"},
        "line": {"type": ["integer", "null"]},
        "severity": {"enum": ["error", "warning", "information", "hint"]},
        "message": {"type": "string"},
        "fix": {"type": ["string", "null"]},
    },
    "required": ["quote", "line", "severity", "message", "fix"],
    "additionalProperties": False,
}


def _schema(spec: ActionSpec) -> Mapping[str, object] | None:
    """The JSON schema of a review, for providers that enforce one (strict: every field is required)."""
    if spec.contract is not Contract.FINDINGS:
        return None
    findings = {"type": "array", "items": _FINDING}
    return {
        "type": "object",
        "properties": {"findings": findings},
        "required": ["findings"],
        "additionalProperties": False,
    }
