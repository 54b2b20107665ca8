"""Read documentation: blocks of words by name; else the documented code; else words for the one target."""

from __future__ import annotations

import re

from routerd.domain.action import Scope
from routerd.domain.fence import fences
from routerd.domain.hidden import hidden_in
from routerd.domain.ports import Grammar
from routerd.domain.prompt import Question
from routerd.domain.reply import DocText, Documentation
from routerd.domain.symbol import Symbol
from routerd.domain.verdict import Rejected
from routerd.languages import specs
from routerd.languages.pragmas import command_in
from routerd.steps.read.documented_code import declares, docs_in_code
from routerd.steps.read.malformed_replies import placeholder, refuses, unchatted
from routerd.steps.read.not_documentation import not_documentation
from routerd.steps.read.strip_markup import strip_markup

_BLOCK = re.compile(
    r"""<doc(?:\s+name\s*=\s*(?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)'|(?P<plain>[^\s>]*)))?\s*>
        (?P<words>.*?)</doc\s*>""",
    re.S | re.I | re.X,
)
_LEFT_OUT = 10
"""Of so many texts one may be left out as no documentation."""
_SOURCE = 20_000
"""Characters of a source in which words are looked for."""
_OPEN = re.compile(r"<doc(\s+name\s*=[^\n]*)?>", re.I)


def read_documentation(text: str, question: Question, grammar: Grammar) -> Documentation | Rejected:
    """The words for each target symbol; ``qualname`` is ``""`` for the module."""
    found = _read(text, question, grammar)
    return found if isinstance(found, Rejected) else _prose(found, question, grammar)


def _read(text: str, question: Question, grammar: Grammar) -> Documentation | Rejected:
    opened = len(_OPEN.findall(text))
    blocks = list(_BLOCK.finditer(text))
    if opened > len(blocks) or any(_OPEN.search(block["words"]) for block in blocks):
        return Rejected("the reply was cut: a <doc> block is not closed", mechanical=True)
    if blocks:
        return _from_blocks(blocks, question, grammar)
    for fence in fences(text):
        if not fence.closed:
            return Rejected("the reply was cut: a code block is not closed", mechanical=True)
    codes = [fence.code for fence in fences(text)] or ([text] if declares(text, question, grammar) else [])
    if codes and any(declares(code, question, grammar) for code in codes):
        return docs_in_code(codes, question, grammar)
    return _bare_words(text, question, grammar)


def _prose(found: Documentation, question: Question, grammar: Grammar) -> Documentation | Rejected:
    """The documentation that is prose about its symbol; of many, one in ten may be left out."""
    for doc in found.docs:
        hidden = hidden_in(doc.text)
        if hidden:
            return Rejected(
                f"the documentation of '{doc.qualname}' holds the hidden character {hidden}", mechanical=True
            )
        spec = specs().get(question.request.document.language)
        command = command_in(doc.text, spec.docs) if spec else None
        if command:
            return Rejected(f"the documentation holds '{command}', which is a command to a tool", mechanical=True)
    fit: list[DocText] = []
    misfit: Rejected | None = None
    for doc in found.docs:
        reason = not_documentation(doc.text, _about(doc, question), question.request.document.language, grammar)
        if reason is None:
            fit.append(doc)
        elif misfit is None:
            misfit = Rejected(f"the documentation of '{doc.qualname or 'the module'}' {reason}", mechanical=True)
    if misfit is not None and (len(found.docs) - len(fit)) * _LEFT_OUT > len(found.docs):
        return misfit
    return Documentation(tuple(fit))


def _about(doc: DocText, question: Question) -> str:
    """The name and the source that words are about: the symbol's, or for the module the file's."""
    text, conventions = question.request.document.text, question.conventions
    for symbol in question.target.symbols:
        if symbol.qualname == doc.qualname:
            return f"{conventions.path} {symbol.qualname} {text.slice(symbol.whole)[:_SOURCE]}"
    return f"{conventions.path} {text.string[:_SOURCE]}"


def _from_blocks(blocks: list[re.Match[str]], question: Question, grammar: Grammar) -> Documentation | Rejected:
    docs: list[DocText] = []
    unknown: list[str] = []
    for block in blocks:
        name = block["double"] or block["single"] or block["plain"] or ""
        qualname = _qualname(name, question)
        if qualname is None:
            unknown.append(name)
            continue
        words = _words(block["words"], question, grammar)
        if isinstance(words, Rejected):
            return Rejected(f"the documentation of '{name}' {words.reason}", words.mechanical)
        docs.append(DocText(qualname, words))
    wanted = {symbol.qualname for symbol in question.target.symbols}
    if not docs:
        return Rejected(f"the reply documents '{unknown[0]}', which was not asked for", mechanical=True)
    missing = sorted(wanted - {doc.qualname for doc in docs})
    if len(missing) * 2 > len(wanted):
        return Rejected(f"the reply leaves out '{missing[0]}' and {len(missing) - 1} more", mechanical=True)
    return Documentation(tuple(docs))


def _qualname(name: str, question: Question) -> str | None:
    """The qualname that a block means: exact, else the one target it can be; ``""`` for the module."""
    symbols = question.target.symbols
    plain = re.sub(r"\(.*", "", name.strip("`* ")).replace("::", ".").replace("#", ".").strip(". ")
    exact = [symbol for symbol in symbols if symbol.qualname in (name, plain)]
    if exact:
        return exact[0].qualname
    if plain in ("", "module", "__module__"):
        if question.target.scope is Scope.FILE:
            return ""
        return symbols[0].qualname if len(symbols) == 1 and not plain else None
    near = {symbol.qualname for symbol in symbols if _ends_alike(symbol, plain)}
    return near.pop() if len(near) == 1 else None


def _ends_alike(symbol: Symbol, name: str) -> bool:
    return f".{symbol.qualname}".endswith(f".{name}") or f".{name}".endswith(f".{symbol.qualname}")


def _words(body: str, question: Question, grammar: Grammar) -> str | Rejected:
    """The bare words of one block. Where a block holds the documented code, its documentation is taken."""
    language = question.request.document.language
    words = strip_markup(body, language)
    code = next((fence.code for fence in fences(words)), words)
    if declares(code, question, grammar):
        docs = docs_in_code([code], question, grammar)
        if isinstance(docs, Rejected):
            return Rejected(f"repeats code: {docs.reason}", docs.mechanical)
        words = docs.docs[0].text
    return _fit(words)


def _fit(words: str) -> str | Rejected:
    if not words:
        return Rejected("is empty", mechanical=True)
    if placeholder(words):
        return Rejected("is only a placeholder", mechanical=True)
    if refuses(words):
        return Rejected("is a refusal")
    return words


def _bare_words(text: str, question: Question, grammar: Grammar) -> Documentation | Rejected:
    """A reply that is nothing but the words, which is clear only where one symbol was asked about."""
    symbols = question.target.symbols
    language = question.request.document.language
    if _other_code(text, question, grammar):
        return Rejected("the reply is code for something else")
    if len(symbols) != 1:
        return Rejected("the reply is prose that names no symbol: <doc name=…> blocks are needed", mechanical=True)
    words = strip_markup(_with_example(unchatted(text), question, grammar), language)
    fit = _fit(words)
    if isinstance(fit, Rejected):
        return Rejected(f"the documentation {fit.reason}", fit.mechanical)
    return Documentation((DocText(symbols[0].qualname, fit),))


def _with_example(words: str, question: Question, grammar: Grammar) -> str:
    """Words around one block, which is their example; or the block's own words, where those around only announce it."""
    blocks = fences(words)
    if len(blocks) != 1:
        return words
    around = _outside(words)
    announced = around.endswith((":", "：")) and _reads(blocks[0].code, question, grammar)
    return words if _reads(around, question, grammar) and not announced else blocks[0].code


def _reads(words: str, question: Question, grammar: Grammar) -> bool:
    """Whether words by themselves document the one target."""
    symbol, language = question.target.symbols[0], question.request.document.language
    return not_documentation(words, _about(DocText(symbol.qualname, words), question), language, grammar) is None


def _outside(text: str) -> str:
    """The text without its fenced blocks."""
    lines = text.split("\n")
    for block in reversed(fences(text)):
        del lines[block.first : block.last + 1]
    return "\n".join(lines).strip()


def _other_code(text: str, question: Question, grammar: Grammar) -> bool:
    """Whether the reply is code that declares things, none of them asked about; an example beside words may."""
    around = _outside(unchatted(text)) if fences(text) else ""
    if around and len(question.target.symbols) == 1 and _reads(around, question, grammar):
        return False
    codes = [fence.code for fence in fences(text)] or [text]
    return any(declares(code, question, grammar, anything=True) for code in codes)
