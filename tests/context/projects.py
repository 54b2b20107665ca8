"""Real projects as the pipeline sees them: indexed, with every function as a target."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from routerd.actions import catalog
from routerd.adapters.grammar import TreeSitterGrammar
from routerd.adapters.tokenizer import TiktokenCounter
from routerd.adapters.workspace import Indices, Workspace
from routerd.domain.action import Contract, Request, Scope, Target
from routerd.domain.document import Document
from routerd.domain.position import Range
from routerd.domain.prompt import Prompt, Snippet
from routerd.domain.symbol import Symbol
from routerd.domain.text import Text
from routerd.languages import language_of
from routerd.steps.compose import PromptInput, compose
from routerd.steps.conventions import conventions
from routerd.steps.gather import Surroundings, gather
from routerd.steps.resolve import resolve


@dataclass(frozen=True)
class Sent:
    """What would be sent for one function, beside what sending its file would have cost."""

    context: tuple[Snippet, ...]
    prompt: Prompt
    whole_file: int
    """Input tokens of the same prompt with the whole file in place of context and target."""

    @property
    def share(self) -> float:
        return self.prompt.input_tokens / self.whole_file


class Real:
    """One folder of sources, indexed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.grammar = TreeSitterGrammar()
        self.counter = TiktokenCounter()
        self.workspace = Workspace(Indices(self.grammar), (folder,))
        self.workspace.index(folder.as_uri() + "/x", lambda: True)

    def documents(self, language: str) -> Iterator[Document]:
        for path in sorted(self.folder.rglob("*")):
            if language_of(path.name) == language and path.is_file():
                source = path.read_bytes().decode("utf-8", "replace")
                yield Document(path.as_uri(), None, language, Text(source))

    def functions(self, document: Document) -> tuple[Symbol, ...]:
        return tuple(s for s in self.grammar.outline(document).symbols if s.kind.callable and s.body)

    def sent(self, action: str, document: Document, symbol: Symbol) -> Sent | None:
        """What the pipeline would send; ``None`` if it would refuse."""
        spec, outline = catalog()[action], self.grammar.outline(document)
        at = symbol.name_span.start
        request = Request(action, document, Range(at, at), replace=True)
        target = resolve(request, spec, outline, True, "file")
        if not isinstance(target, Target) or target.scope is not Scope.SYMBOL:
            return None
        project = self.workspace.project(document.uri)
        habits = conventions(document, target, project)
        used = self.grammar.names(document, target.span)
        context = gather(spec, Surroundings(document, target, used, project, habits), self.counter)
        prompt = compose(PromptInput(spec, request, target, habits, context), {}, self.counter)
        whole = Target(Scope.SYMBOL, document.text.whole, target.label, outline, target.symbols)
        # Under another contract nothing is cut out of the file, and the prompt is the same otherwise.
        uncut = replace(spec, contract=Contract.HUNKS)
        naive = compose(PromptInput(uncut, request, whole, habits, ()), {}, self.counter)
        return Sent(context, prompt, naive.input_tokens)


def installed(package: str) -> Path:
    """The folder of an installed package."""
    spec = importlib.util.find_spec(package)
    assert spec is not None, package
    assert spec.origin is not None, package
    return Path(spec.origin).parent
