"""Build tests: a new test file, or tests merged into the one that exists; nothing that stands is touched."""

from __future__ import annotations

from routerd.domain.ports import Grammar
from routerd.domain.position import Edit, Position, Range
from routerd.domain.prompt import Question
from routerd.domain.reply import Change, FileChange, NewTests
from routerd.domain.text import Text
from routerd.domain.verdict import Rejected
from routerd.languages import specs
from routerd.languages.spec import ModuleNames, Tree
from routerd.steps.build.merge import merge
from routerd.steps.build.merge_python import merge_python
from routerd.steps.build.python_imports import with_import_mended


def build_tests(payload: NewTests, question: Question, grammar: Grammar) -> Change | Rejected:
    """One file: created at the project's own place for it, or the existing one with insertions."""
    document, conventions = question.request.document, question.conventions
    code, language = payload.code, document.language
    spec = specs().get(language)
    if spec is None:
        return Rejected(f"routerd does not know how {language} is tested")
    if spec.imports.modules is ModuleNames.PYTHON_PACKAGES:
        code = with_import_mended(code, conventions)
    if spec.opening and not code.lstrip().startswith(spec.opening):
        code = f"{spec.opening}\n\n{code}"
    if conventions.test_path is None:
        return Rejected(f"routerd does not know where tests of {conventions.path} belong")
    existing = conventions.test_file
    if existing is None:
        newline = document.text.newline
        uri = conventions.uri(conventions.test_path)
        position = Position(0, 0)
        whole = Edit(Range(position, position), code.strip("\n").replace("\n", newline) + newline)
        return Change((FileChange(uri, Text(""), (whole,), create=True),))
    if not existing.text.string.strip("\ufeff \t\r\n"):
        end = existing.text.end
        added = code.strip("\n").replace("\n", existing.text.newline) + existing.text.newline
        return Change((FileChange(existing.uri, existing.text, (Edit(Range(end, end), added),), existing.version),))
    rules = spec.tests.merge
    merged = merge_python(existing.text, code) if isinstance(rules, Tree) else merge(existing, code, rules, grammar)
    if isinstance(merged, Rejected):
        return merged
    return Change((FileChange(existing.uri, existing.text, merged, existing.version),))
