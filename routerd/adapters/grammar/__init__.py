"""The adapter of tree-sitter: declarations, names, code tokens and syntax errors of source text.

It never edits a text and never accesses the disk; a grammar is imported on the first use of its language.
"""

from routerd.adapters.grammar.grammar import TreeSitterGrammar

__all__ = ["TreeSitterGrammar"]
