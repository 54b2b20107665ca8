"""A design document without a model: the outline, the dependencies, and metrics."""

from __future__ import annotations

from collections.abc import Callable

from routerd.domain.project import Project
from routerd.domain.prompt import Question
from routerd.domain.symbol import Symbol, SymbolKind
from routerd.domain.text import Text
from routerd.languages import has_tree
from routerd.languages.spec import Tree
from routerd.offline.document import summary_of
from routerd.offline.graph import Graph, graph_of
from routerd.offline.metrics import Risk, risks
from routerd.offline.names import listing, prose, sentence
from routerd.offline.source import source_of

_MAX_ROWS = 60
_MAX_NEIGHBOURS = 20
_MAX_NODES = 12
"""The most nodes on either side of the diagram; more would be unreadable."""
_MAX_RISKS = 12
_HONEST = "Written offline, without a model: from names, docstrings, imports and sizes. It knows no intent."


def design(question: Question, project: Project) -> str:
    """Markdown with the required sections, in order."""
    notes = Notes(question, project)
    pieces = [f"# {question.target.label}", f"*{_HONEST}*"]
    for section in question.spec.sections:
        writer = notes.writers.get(section.casefold())
        pieces += [
            f"## {section}",
            writer() if writer else "Nothing can be said about this offline, without a model.",
        ]
    return "\n\n".join(pieces) + "\n"


class Notes:
    """Writes the sections about one file."""

    def __init__(self, question: Question, project: Project) -> None:
        self._question = question
        self._project = project
        self._document = question.request.document
        self._outline = question.target.outline
        self._path = question.conventions.path
        self._graph: Graph = graph_of(project, self._path, self._outline)
        self._source = source_of(self._document.text) if has_tree(self._document.language, Tree.PYTHON) else None
        self._classes = frozenset(s.qualname for s in self._outline.symbols if s.kind is SymbolKind.CLASS)
        self._cycle = self._graph.cycle(self._path)
        self._risks = [*self._structural(), *risks(self._document, question.target)][:_MAX_RISKS]
        self.writers: dict[str, Callable[[], str]] = {
            "purpose": self._purpose,
            "structure": self._structure,
            "dependencies": self._dependencies,
            "risks": self._risk_list,
            "next steps": self._steps,
        }

    def _purpose(self) -> str:
        text = self._document.text
        said = (
            _first_sentence(text, self._outline.doc.start.line, self._outline.doc.end.line) if self._outline.doc else ""
        )
        tops = [f"`{s.name}`" for s in self._outline.symbols if s.container is None and not s.name.startswith("_")]
        size = f"`{self._path}` has {len(text.lines):,} lines of {self._document.language}"
        surface = f"; its public surface is {listing(tops, 8)}." if tops else "; it declares nothing public."
        return f"{said or 'The file does not say what it is for.'}\n\n{size}{surface}"

    def _structure(self) -> str:
        rows = [s for s in self._outline.symbols if s.container is None or s.container in self._outline.by_qualname]
        if not rows:
            return "No declarations were found in this file." + self._neighbours()
        lines = ["| part | kind | lines | responsibility |", "|---|---|---|---|"]
        for symbol in rows[:_MAX_ROWS]:
            first, last = symbol.whole.start.line + 1, symbol.whole.end.line + 1
            lines.append(f"| `{symbol.qualname}` | {symbol.kind.value} | {first}–{last} | {self._duty(symbol)} |")
        more = f"\n\n{len(rows) - _MAX_ROWS} more parts are not listed." if len(rows) > _MAX_ROWS else ""
        return "\n".join(lines) + more + self._neighbours()

    def _duty(self, symbol: Symbol) -> str:
        if symbol.doc is not None:
            said = _first_sentence(self._document.text, symbol.doc.start.line, symbol.doc.end.line)
            if said:
                return said.replace("|", "&#124;")
        said = sentence(prose(symbol.name))
        if self._source is not None:
            said = summary_of(symbol, self._source.node(symbol), self._classes)
        return f"{said.replace('|', '&#124;')} (by its name)"

    def _neighbours(self) -> str:
        shown = [(file, declared) for file, declared in self._project.beside(self._path).items() if declared]
        lines = [
            f"- `{file}`: {listing([f'`{d.name}`' for d in all_of], 6)}" for file, all_of in shown[:_MAX_NEIGHBOURS]
        ]
        return "\n\nIn the same folder:\n\n" + "\n".join(lines) if lines else ""

    def _dependencies(self) -> str:
        uses = self._graph.inside.get(self._path, ())
        users = self._graph.importers(self._path)
        outside = self._graph.outside.get(self._path, ())
        parts = [self._diagram(uses, users, outside)]
        parts.append(
            f"It imports {len(uses)} file{'s' * (len(uses) != 1)} of the project and {len(outside)} module"
            f"{'s' * (len(outside) != 1)} from outside; {len(users)} file{'s' * (len(users) != 1)} import it."
        )
        if self._cycle:
            parts.append("Cycle: " + " → ".join(f"`{file}`" for file in self._cycle) + ".")
        return "\n\n".join(parts)

    def _diagram(self, uses: tuple[str, ...], users: tuple[str, ...], outside: tuple[str, ...]) -> str:
        ids: dict[str, str] = {}

        def node(name: str) -> str:
            """The id of a node, with its label on the first use."""
            if name in ids:
                return ids[name]
            ids[name] = f"n{len(ids)}"
            label = name.replace('"', "'")
            return f'{ids[name]}["{label}"]'

        lines = [f"  {node(self._path)}"]
        lines += [f"  {node(user)} --> {node(self._path)}" for user in users[:_MAX_NODES]]
        lines += [f"  {node(self._path)} --> {node(used)}" for used in uses[:_MAX_NODES]]
        lines += [f"  {node(self._path)} -.-> {node(module)}" for module in outside[:_MAX_NODES]]
        among = [name for name in (*users, *uses) if name in ids]
        for file in dict.fromkeys(among):
            targets = [t for t in self._graph.inside.get(file, ()) if t in ids and t != self._path]
            lines += [f"  {node(file)} --> {node(target)}" for target in targets]
        return "```mermaid\ngraph LR\n" + "\n".join(lines) + "\n```"

    def _structural(self) -> list[Risk]:
        """Risks shown by the import graph and the tests."""
        found: list[Risk] = []
        if self._cycle:
            way = " → ".join(f"`{file}`" for file in self._cycle)
            found.append(Risk(f"Imports form a cycle: {way}.", "Cut the cycle: move what both sides need below them."))
        test_path = self._question.conventions.test_path
        if test_path and test_path not in self._project.files and self._outline.symbols:
            found.append(
                Risk(
                    "No test file for it was found.",
                    f"Write the first tests, in the new file `{test_path}` (new).",
                )
            )
        users = self._graph.importers(self._path)
        if len(users) > _MAX_NODES:
            found.append(
                Risk(
                    f"{len(users)} files import it: every change is felt there.",
                    "Keep its public surface small.",
                )
            )
        return found

    def _risk_list(self) -> str:
        if not self._risks:
            return "The checks that run offline found nothing: no cycle, no oversized part, no shared state."
        return "\n".join(f"- {risk.fact}" for risk in self._risks)

    def _steps(self) -> str:
        steps = list(dict.fromkeys(risk.step for risk in self._risks))
        if not steps:
            return "1. None follows from the facts above; what to build next is for people or a model to say."
        return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))


def _first_sentence(text: Text, first: int, last: int) -> str:
    """The first non-empty line of documentation, without comment delimiters."""
    for number in range(first, last + 1):
        words = text.bare(number).strip().lstrip("rRuUbB") if number == first else text.bare(number).strip()
        words = words.strip("\"'/*#! \t").removeprefix("<summary>").removesuffix("</summary>").strip()
        if words:
            return words
    return ""
