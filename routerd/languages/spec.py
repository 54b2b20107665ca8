"""What routerd must be told of one language: every field is required, so mypy names what a new file lacks.

Patterns are strings (``patterns.compiled`` makes them), so that reading all languages costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from routerd.languages.file_commands import FileCommand
from routerd.languages.inside import InFile
from routerd.languages.node import Declared, Node


class Tree(Enum):
    """A parser of the language itself that is at hand; where there is one, it decides instead of patterns."""

    PYTHON = "ast"


class DocPlacement(Enum):
    """Where documentation stands."""

    ABOVE = "above"
    """A comment directly above the declaration."""
    BODY = "body"
    """The first statement of the body, a string."""


class ImportMerge(Enum):
    """How the imports of new tests join those of a test file."""

    STATEMENTS = "statements"
    """By statement: each that is not there word for word."""
    GO_BLOCK = "go block"
    """By path, into the block that stands."""
    BINDINGS = "bindings"
    """By name that it binds, as in JavaScript."""


class ModuleNames(Enum):
    """How an import names a module."""

    PYTHON_PACKAGES = "python packages"
    """Dotted from a package's top, or relative by dots."""
    PATHS = "paths"
    """A path from the file's folder or from the root; of any other name no file is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrammarRules:
    """A language in the words of its grammar: node types, and queries with fixed capture names."""

    package: str
    """The module of the grammar's wheel, imported on first use."""
    entry: str
    """The function of the wheel that gives the grammar."""
    disguise: Callable[[bytes], bytes] | None
    """What the parser is shown instead of a source, byte for byte as long, for macros that no grammar expands."""
    slow_after: bytes
    """Of this sign, many in a statement make the grammar's recovery quadratic, in one step that nothing can stop."""
    declarations: str
    """Query whose ``@def`` are the nodes that ``declare`` is asked about."""
    declare: Callable[[Node], Declared | None]
    wrappers: Mapping[str, bool]
    """Parents that belong to a declaration's whole, and whether they belong to its header too."""
    attributes: tuple[str, ...]
    """Decorators and the like, before a declaration or as the first of its children."""
    after_signature: tuple[str, ...]
    """What stands between signature and body and belongs to neither."""
    methods_in_modules: bool
    """Whether a function of a module is called a method, as in Ruby."""
    imports: str
    """Query: ``@import`` a statement; in it ``@module``, the ``@name`` that it binds, and perhaps ``@guard``."""
    guards: tuple[str, ...]
    """The only texts with which an import's ``@guard`` makes it an import."""
    binds: Callable[[str], tuple[str, ...]]
    """The names that an import of a module binds where it names none."""
    names: tuple[str, ...]
    """Types of the leaves that are identifiers."""
    comments: tuple[str, ...]
    """Types of the nodes that are comments."""
    block_marks: tuple[str, ...]
    """How a comment begins that is one block, and not a line of a run."""
    doc: str
    """How a comment begins that documents what stands below it."""
    directive: str
    """How a comment begins that is an order to a tool: never documentation, and kept in the code's tokens."""
    module_doc: str
    """How a comment begins that documents the module, where it stands at the top of the file."""
    before_module_doc: tuple[str, ...]
    """Types of the nodes that may stand before the module's documentation."""
    module_clause: str | None
    """The node whose documentation is the module's."""
    verbatim: str
    """Types of the nodes in which white space is text."""
    keeps_crlf: bool
    """Whether CRLF and LF in a string are different programs; most languages read both as LF."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentStyle:
    """How the language writes comments."""

    line: tuple[str, ...]
    """Marks of line comments that are taken off the words of a reply, the longest first."""
    blocks: tuple[tuple[str, str], ...]
    """Begin and end of block comments, taken off likewise; ``/*`` also where models write it by mistake."""
    strings_and_comments: str
    """A string as the group ``string``, or a comment; across lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocStyle:
    """How the language's own tools want documentation."""

    placement: DocPlacement
    name: str
    """What the style is called, in the prompt and in people's words."""
    styles: Mapping[str, str]
    """Styles that a file may follow instead, each with the sign that gives it away, by line."""
    mark: str | None
    """What each line begins with; ``None`` for a ``/** */`` block."""
    plain_mark: bool
    """Whether the mark begins every comment, so that one directly above would become a part of the documentation."""
    escapes: tuple[tuple[str, str], ...]
    """What would end or open a comment, and what is written instead."""
    xml: bool
    """Whether the words are XML, as in C#."""
    between: str
    """A line that may stand between documentation and declaration: an order to a tool."""
    commands: tuple[str, ...]
    """Words that are a command to a tool wherever they stand in a comment; an answer may not hold them."""
    line_commands: tuple[str, ...]
    """Words that are a command at the beginning of a comment's line."""
    tags: frozenset[str]
    """The tags that a line of documentation may begin with; of any other a tool may make what it likes."""
    kept: tuple[str, ...]
    """Tags that compilers and other tools act on: a rewrite of the documentation keeps them."""
    parameter: str | None
    """How a parameter's line is written, with a place for its name and its words; ``None`` where it has none."""
    starts_with_name: bool
    """Whether the first sentence begins with the name of what it documents."""
    imperative: bool
    """Whether a function's sentence is an order (``Return``) instead of a statement (``Returns``)."""
    parameter_name: str
    """The name of a parameter in its declaration, the only group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRules:
    """Who sees whose declarations, and what an import calls a file."""

    modules: ModuleNames
    suffixes: tuple[str, ...]
    """What is put behind an import's path to find its file, in this order."""
    separator: str
    """What parts the folders in an import's path."""
    folder_is_package: bool
    """Whether a file sees what the other files of its folder declare, without an import."""
    folder_named: str
    """File names, without extension, that are imported by the name of their folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingRules:
    """How a line outside of functions binds a name."""

    needs_sign: bool
    """Whether only ``=`` or ``: `` binds; elsewhere a declaration by type alone does too."""
    chained: bool
    """Whether ``a = b = 1`` binds both."""
    name_first: bool
    """Whether the name stands before its type without a colon, as in Go."""


@dataclass(frozen=True, slots=True)
class Framework:
    """One test framework. ``signs`` are words in manifests or tests that give it away."""

    name: str
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """Patterns over code without imports and comments, with empty strings, and no white space around punctuation.

    Closed: what none of them names is no test and no assertion.
    """

    test: str
    assertion: str
    skipped: str
    """Found once in each test that ``test`` finds and that is never run; a condition around the skip makes it none."""
    skipped_group: str
    """The beginning of what skips all tests of the block that follows, or of the file where it is within their setup.

    A group ``whole`` marks the latter.
    """
    bare_name_calls: bool
    """Whether the name of a function without brackets is a call of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """How new tests join a test file that exists."""

    statement: str
    """One import, from the beginning of its line to its end."""
    how: ImportMerge
    preamble: str | None
    """What stands before the imports and only once in a file: the name of its package."""
    heading: tuple[str, ...]
    """How the lines begin that imports are put below where there are neither imports nor a preamble."""
    footer: str
    """What ends a test file, and above which new tests are put: a call that runs them all and exits."""
    class_fields: str | None
    """Where tests are methods of a class: a field, which is not repeated. ``None`` where they stand for themselves."""
    mark: str
    """What makes the declaration that it stands at a test, whatever its name."""
    title: str
    """A test that is named by a string, the group ``title``."""
    case_macro: str
    """A test that is named by two words, the groups 2 and 4, between the groups 1 and 3."""
    package: str | None
    """A file's package clause, its name the only group; ``None`` where files name no package."""
    packages_of_tests: tuple[str, ...]
    """The packages that tests of a source may be in, each with a place for the name of the source's package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Testing:
    """The language's tests: frameworks, the likeliest first, and where they go, the likeliest first.

    A habit is a path, relative to the package, with ``{dir}`` (the source's folder), ``{inner}`` (that folder below
    the package or source root), ``{package}`` (the name of the package's folder), ``{name}`` (file name without
    extension) and ``{ext}``; empty folders vanish.
    """

    frameworks: tuple[Framework, ...]
    habits: tuple[str, ...]
    without_project: str | None
    """The habit for a file that belongs to no project; ``None`` where that makes no difference."""
    manifests: tuple[str, ...]
    """Files that say what a project uses; ``*.ext`` for any name."""
    package_files: tuple[str, ...]
    """Those of them whose folder is a package, which keeps its tests; ``*.ext`` for any name."""
    test_packages: tuple[str, ...]
    """The names of packages that hold only the tests of another, with a place for that one's name."""
    test_folders: tuple[str, ...]
    """Folders of a package that hold nothing but tests, whatever their names; each with a slash at its end."""
    in_file: InFile | None
    """How tests stand in the file that they test; ``None`` where they never do."""
    untested: tuple[str, ...]
    """How the names of files end that hold declarations only."""
    source_roots: tuple[str, ...]
    """Folders that sources stand in below a project's root, each with a slash at its end."""
    signs: Signs | Tree
    merge: Merge | Tree
    commands: tuple[FileCommand, ...]
    """How tests are run; the first that fits counts. Empty where routerd runs none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageSpec:
    """All that routerd knows of one language."""

    id: str
    """The LSP language id."""
    family: str
    """Languages of one family can use each other's declarations."""
    extensions: tuple[str, ...]
    """Of the files that are in this language, without the dot, lower case."""
    root_files: tuple[str, ...]
    """Files that mark the root of a project."""
    opening: str | None
    """What a file begins with that is to be code at all; ``None`` where a file is code from its beginning."""
    tree: Tree | None
    """The language's own parser, which decides what is the same program; ``None``: the grammar's tokens do."""
    grammar: GrammarRules
    comments: CommentStyle
    docs: DocStyle
    imports: ImportRules
    bindings: BindingRules
    tests: Testing
    words_parse: bool
    """Whether words in a row are a program in it, as in Ruby, which takes them for calls."""
    leftovers: str
    """A line that looks like a leftover of debugging."""
