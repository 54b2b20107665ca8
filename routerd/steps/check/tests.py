"""Check tests: they parse, they assert, they are about the target, and nothing that stood is lost."""

from __future__ import annotations

from dataclasses import replace

from routerd.domain.hidden import adds_hidden
from routerd.domain.ports import Grammar
from routerd.domain.position import Edit
from routerd.domain.prompt import Question
from routerd.domain.reply import Change, FileChange
from routerd.domain.text import Text
from routerd.domain.verdict import Accepted, Rejected, Verdict
from routerd.languages import specs
from routerd.languages.patterns import compiled
from routerd.languages.spec import Tree
from routerd.steps.check.program import Programs
from routerd.steps.check.test_signs import asserts_by_signs
from routerd.steps.check.test_tree import asserts_by_tree


def check_tests(change: Change, question: Question, grammar: Grammar) -> Verdict:
    """Whether the change adds tests of the target and does nothing else."""
    if len(change.files) != 1:
        return Rejected("tests go into one file")
    file, language = change.files[0], question.request.document.language
    if file.uri == question.request.document.uri and not file.create and not question.conventions.in_file:
        return Rejected("tests may not change the file that they test")
    if file.create and question.conventions.test_file is not None:
        return Rejected("the test file exists already")
    if any(not edit.span.empty for edit in file.edits):
        return Rejected("tests may only be added: the edit replaces what stands in the test file")
    if question.conventions.in_file and not _only_tests(file, question, grammar):
        return Rejected("the tests change more of the file than its module of tests")
    programs = Programs(file.before.string, file.after.string, language, grammar)
    if not programs.parses_no_worse():
        return Rejected("the tests do not parse", mechanical=True)
    hidden = adds_hidden(file.before.string, file.after.string)
    if hidden:
        return Rejected(f"the tests hold the hidden character {hidden}: write it as an escape", mechanical=True)
    return _about(file, programs, question)


def _only_tests(file: FileChange, question: Question, grammar: Grammar) -> bool:
    """Whether the file without its modules of tests is the same program before and after."""
    language = question.request.document.language
    spec = specs().get(language)
    if spec is None or spec.tests.in_file is None:
        return False
    begins = compiled(spec.tests.in_file.module)

    def rest(text: Text) -> str:
        outline = grammar.outline(replace(question.request.document, text=text))
        modules = [s for s in outline.symbols if s.container is None and begins.match(text.slice(s.whole))]
        return text.edited([Edit(module.whole, "") for module in modules]).string

    return grammar.same_code(rest(file.before), rest(file.after), language)


def _about(file: FileChange, programs: Programs, question: Question) -> Verdict:
    """Whether what is added names a target symbol and asserts something about it."""
    document = question.request.document
    added = "\n".join(edit.new for edit in file.edits)
    text = Text(added)
    used = programs.grammar.names(replace(document, text=text), text.whole)
    symbols = question.target.symbols
    names = {name for symbol in symbols for name in (symbol.name, *symbol.qualname.split(".")[:-1])}
    if names and not names.intersection(used):
        return Rejected(f"the tests do not mention {' or '.join(sorted(s.name for s in symbols)[:3])}")
    spec = specs().get(document.language)
    if spec is None:
        return Rejected(f"routerd does not know what a {document.language} test looks like")
    signs, merge = spec.tests.signs, spec.tests.merge
    if isinstance(signs, Tree) or isinstance(merge, Tree):
        return asserts_by_tree(added, programs.tree_after, question) or Accepted()
    return asserts_by_signs(added, signs, spec.comments, merge, frozenset(names)) or Accepted()
