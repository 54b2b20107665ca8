"""The only door to tree-sitter: declarations, names, code tokens and faults of each language's sources.

It never edits a text and never touches the disk; a grammar is imported when its language is first met.
"""

from routerd.adapters.grammar.grammar import TreeSitterGrammar

__all__ = ["TreeSitterGrammar"]
