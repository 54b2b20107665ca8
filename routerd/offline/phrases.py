"""Sentences about Python functions and classes, from names, bodies and annotations, without guesses."""

from __future__ import annotations

import ast

from routerd.offline.english import ADVERBS, NO_ARTICLE, PREDICATES, PREPOSITIONS, VERBS
from routerd.offline.facts import Facts
from routerd.offline.names import (
    listing,
    object_of,
    prose,
    raw_words,
    sentence,
    verb_of,
    with_article,
    words,
)
from routerd.offline.source import Function, dotted

_DUNDERS = {
    "__init__": "Initialize the {owner}.", "__new__": "Create a new instance.",
    "__post_init__": "Complete the {owner} after its fields are set.",
    "__init_subclass__": "Set up each subclass as it is defined.",
    "__del__": "Clean up before the {owner} is destroyed.",
    "__repr__": "Return the representation for debugging.", "__str__": "Return the {owner} as text.",
    "__bytes__": "Return the {owner} as bytes.",
    "__format__": "Return the {owner} formatted by a format specification.",
    "__len__": "Return the length.", "__bool__": "Return the truth value of the {owner}.",
    "__hash__": "Return the hash.", "__call__": "Call the {owner} like a function.",
    "__iter__": "Return an iterator.", "__aiter__": "Return an asynchronous iterator.",
    "__next__": "Return the next item.", "__anext__": "Return the next item asynchronously.",
    "__reversed__": "Return a reverse iterator.",
    "__contains__": "Return whether it is contained in the {owner}.",
    "__getitem__": "Return what stands at a key or index.",
    "__setitem__": "Set what stands at a key or index.",
    "__delitem__": "Delete what stands at a key or index.", "__missing__": "Handle a key that is missing.",
    "__getattr__": "Return an attribute that was not found in the usual way.",
    "__getattribute__": "Return an attribute.", "__setattr__": "Set an attribute.",
    "__delattr__": "Delete an attribute.", "__dir__": "Return the names of the attributes.",
    "__enter__": "Enter the context.", "__exit__": "Leave the context.",
    "__aenter__": "Enter the context asynchronously.", "__aexit__": "Leave the context asynchronously.",
    "__await__": "Return the iterator behind `await`.", "__get__": "Return the value of the attribute.",
    "__set__": "Set the value of the attribute.", "__delete__": "Delete the value of the attribute.",
    "__set_name__": "Take note of the name that the attribute was given.",
    "__class_getitem__": "Return the class with type parameters.", "__copy__": "Return a shallow copy.",
    "__deepcopy__": "Return a deep copy.", "__getstate__": "Return the state to pickle.",
    "__setstate__": "Restore the state that was pickled.",
    "__reduce__": "Return how to pickle the {owner}.",
    "__reduce_ex__": "Return how to pickle the {owner} by a protocol.",
    "__getnewargs__": "Return the arguments to unpickle with.", "__sizeof__": "Return the size in memory.",
    "__index__": "Return the {owner} as an index.", "__int__": "Return the {owner} as an integer.",
    "__float__": "Return the {owner} as a float.", "__complex__": "Return the {owner} as a complex number.",
    "__fspath__": "Return the path in the file system.", "__eq__": "Return whether the two are equal.",
    "__ne__": "Return whether the two differ.", "__lt__": "Return whether it is less than the other.",
    "__le__": "Return whether it is less than or equal to the other.",
    "__gt__": "Return whether it is greater than the other.",
    "__ge__": "Return whether it is greater than or equal to the other.",
}  # fmt: skip
_OPERATORS = {
    "add": "+", "sub": "-", "mul": "*", "matmul": "@", "truediv": "/", "floordiv": "//", "mod": "%",
    "pow": "**", "divmod": "divmod", "lshift": "<<", "rshift": ">>", "and": "&", "xor": "^", "or": "|",
    "neg": "-", "pos": "+", "abs": "abs", "invert": "~", "round": "round",
}  # fmt: skip


def function_summary(facts: Facts) -> str:
    """One sentence: imperative for functions, a noun for properties."""
    name = facts.node.name
    if name.startswith("__") and name.endswith("__"):
        return _dunder(name, facts)
    parts, raw = words(name), raw_words(name)
    if not parts:
        return "Take a value that is not used." if name.strip("_") == "" else sentence(f"handle `{name}`")
    if facts.accessor:
        phrase = f"{'set' if facts.accessor == 'setter' else 'delete'} the {' '.join(parts)}"
    elif raw[0] in PREDICATES and len(parts) > 1 and (facts.returns_value or facts.is_property):
        phrase = f"{'' if facts.is_property else 'return '}whether {condition(facts)}"
    elif facts.is_property:
        phrase = f"the {' '.join(parts)}"
    elif facts.is_context_manager:
        provided = _verbal(parts, facts) or f"provide {object_of('', parts)}"
        phrase = f"{provided} for a `with` block"
    else:
        phrase = _special(parts, facts) or _verbal(parts, facts) or _nominal(parts, facts)
    return sentence(phrase)


def condition(facts: Facts) -> str:
    """The statement that a predicate tests: ``the stack is empty``, ```n` is prime``, ``it can read``."""
    parts, raw = words(facts.node.name), raw_words(facts.node.name)
    subject = f"the {prose(facts.owner)}" if facts.owner else "it"
    named = [p for p in facts.parameters if not p.stars]
    if len(named) == 1 and named[0].default is None:
        subject = f"`{named[0].name}`"
    rest = " ".join(parts[1:])
    if raw[0] in ("is", "was") and len(parts) > 2 and not any(_qualifies(part) for part in parts[1:]):
        rest = with_article(rest)
    return f"{subject} {PREDICATES[raw[0]]} {rest}"


def _qualifies(word: str) -> bool:
    """Whether a word keeps a predicate from being a noun: ``is in range``, ``is not closed``, ``is fully loaded``."""
    known = (
        word in PREPOSITIONS or word in ADVERBS or word in NO_ARTICLE or word in VERBS or word in ("not", "and", "or")
    )
    return known or word.endswith(("ed", "ing", "able", "ible", "ly"))


def class_summary(node: ast.ClassDef) -> str:
    """One sentence from the bases and the body."""
    bases = [_last_name(base) for base in node.bases]
    parts = words(node.name)
    noun = " ".join(parts) or f"`{node.name}`"
    if any(base.endswith(("Error", "Exception", "Warning")) for base in bases):
        phrase = f"signals {with_article(noun)}"
    elif any(base.endswith(("Enum", "Flag")) for base in bases):
        members = [f"`{name}`" for name in assigned(node) if not name.startswith("_")]
        phrase = f"the choices of {noun}" + (f": {listing(members)}" if members else "")
    elif "Protocol" in bases:
        phrase = f"what {with_article(noun)} must offer"
    elif "TestCase" in bases:
        rest = " ".join(part for part in parts if part not in ("test", "tests", "case"))
        phrase = f"tests of {rest}" if rest else "tests"
    else:
        phrase = _thing(node, noun, bases)
    return sentence(phrase)


def _thing(node: ast.ClassDef, noun: str, bases: list[str]) -> str:
    """Describes a plain class by its fields, else its bases, else its methods."""
    fields = [f"`{name}`" for name in annotated(node) if not name.startswith("_")]
    if fields:
        return f"{with_article(noun)} with {listing(fields)}"
    known = [f"`{base}`" for base in bases if base not in ("", "object", "ABC", "Generic")]
    phrase = with_article(f"abstract {noun}" if "ABC" in bases else noun)
    if known:
        return f"{phrase}, derived from {listing(known)}"
    methods = [s.name for s in node.body if isinstance(s, Function)]
    public = list(dict.fromkeys(f"`{name}`" for name in methods if not name.startswith("_")))
    return f"{phrase} with {listing(public)}" if public else phrase


def _last_name(base: ast.expr) -> str:
    return dotted(base.value if isinstance(base, ast.Subscript) else base).rpartition(".")[2]


def annotated(node: ast.ClassDef) -> dict[str, ast.AnnAssign]:
    """The fields that a class body declares by annotation, without class variables."""
    return {
        s.target.id: s
        for s in node.body
        if isinstance(s, ast.AnnAssign)
        and isinstance(s.target, ast.Name)
        and "ClassVar" not in ast.unparse(s.annotation)
    }


def assigned(node: ast.ClassDef) -> list[str]:
    """The names that a class body assigns to, such as the members of an enumeration."""
    targets = (t for s in node.body if isinstance(s, ast.Assign) for t in s.targets)
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _dunder(name: str, facts: Facts) -> str:
    owner = prose(facts.owner) if facts.owner else "object"
    if name in _DUNDERS:
        return _DUNDERS[name].format(owner=owner)
    bare = name.strip("_")
    for prefix, words_for in (("", "`{}`"), ("r", "`{}` from the right"), ("i", "`{}=`")):
        if bare.startswith(prefix) and bare[len(prefix) :] in _OPERATORS:
            return f"Implement {words_for.format(_OPERATORS[bare[len(prefix) :]])}."
    return f"Implement `{name}`."


def _special(parts: tuple[str, ...], facts: Facts) -> str:
    """Prefixes with a special meaning: conversions, alternative constructors, handlers."""
    first, rest = parts[0], parts[1:]
    owner = prose(facts.owner) if facts.owner else ""
    if first in ("to", "as") and rest and facts.returns_value:
        return f"convert {f'the {owner}' if owner else 'the value'} to {' '.join(rest)}"
    if first == "from" and rest and "classmethod" in facts.decorators:
        return f"create {with_article(owner or 'instance')} from {object_of('', rest)}"
    if first == "test" and rest:
        return f"test {' '.join(rest)}"
    if first == "main" and not rest:
        return "run the program"
    if first in PREPOSITIONS:
        return f"handle {' '.join(parts)}"
    return ""


def _verbal(parts: tuple[str, ...], facts: Facts) -> str:
    """A name that begins with a verb; the object of a single verb is the first parameter, else the owner."""
    verb, rest = verb_of(facts.node.name), parts[1:]
    if not verb:
        return ""
    if rest:
        return f"{verb} {object_of(verb, rest)}"
    named = [p for p in facts.parameters if not p.stars and len(p.name) > 1]
    if named and named[0].default is None:
        return f"{verb} {object_of('', words(named[0].name))}"
    return f"{verb} the {prose(facts.owner)}" if facts.owner and not named else verb


def _nominal(parts: tuple[str, ...], facts: Facts) -> str:
    if facts.yields:
        return f"yield {object_of('', parts)}"
    verb = "return" if facts.returns_value else "handle"
    return f"{verb} {object_of('', parts)}"
