"""Build tests: a new test file, or tests merged into the one that exists; nothing that stands is touched."""

from __future__ import annotations

import re

from routerd.domain.ports import Grammar
from routerd.domain.position import Edit, Position, Range
from routerd.domain.prompt import Question
from routerd.domain.reply import Change, FileChange, NewTests
from routerd.domain.text import Text
from routerd.domain.verdict import Rejected
from routerd.languages import specs
from routerd.languages.patterns import compiled
from routerd.languages.spec import Merge, ModuleNames, Testing, Tree
from routerd.steps.build.merge import merge
from routerd.steps.build.merge_python import merge_python
from routerd.steps.build.python_imports import with_import_mended
from routerd.steps.build.tests_in_file import tests_in_file


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
    if conventions.in_file:
        return _in_file(code, question, spec.tests, grammar)
    packaged = _in_package(code, question, spec.tests.merge)
    return packaged if isinstance(packaged, Rejected) else _in_test_file(packaged, question, spec.tests.merge, grammar)


def _in_test_file(code: str, question: Question, rules: Merge | Tree, grammar: Grammar) -> Change | Rejected:
    document, conventions = question.request.document, question.conventions
    assert conventions.test_path is not None
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
    merged = merge_python(existing.text, code) if isinstance(rules, Tree) else merge(existing, code, rules, grammar)
    if isinstance(merged, Rejected):
        return merged
    return Change((FileChange(existing.uri, existing.text, merged, existing.version),))


def _in_file(code: str, question: Question, how: Testing, grammar: Grammar) -> Change | Rejected:
    document = question.request.document
    if how.in_file is None or isinstance(how.merge, Tree):
        return Rejected(f"tests do not stand in the {document.language} file that they test")
    edits = tests_in_file(code, question, how.in_file, how.merge, grammar)
    if isinstance(edits, Rejected):
        return edits
    return Change((FileChange(document.uri, document.text, edits, document.version),))


def _in_package(code: str, question: Question, rules: Merge | Tree) -> str | Rejected:
    """The tests with a package clause that fits the source, or the test file that they join; else why they do not."""
    if isinstance(rules, Tree) or rules.package is None:
        return code
    clause = compiled(rules.package, re.M)
    existing, source = question.conventions.test_file, question.request.document.text.string
    joined = clause.search(existing.text.string if existing else "")
    own, found = clause.search(source), clause.search(code)
    if joined is not None:
        fits = found is None or found[1] == joined[1]
        why = f"the test file is in package {joined[1]}, not {found[1] if found else ''}: write the tests for that one"
        return code if fits else Rejected(why, mechanical=True)
    if own is None or (existing is not None and existing.text.string.strip()):
        return code
    if found is None:
        return f"{own[0]}\n\n{code}"
    allowed = [pattern.format(own[1]) for pattern in rules.packages_of_tests]
    if found[1] not in allowed:
        return Rejected(f"tests of package {own[1]} cannot be in package {found[1]}", mechanical=True)
    return code
