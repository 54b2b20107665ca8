"""Free-form requests: says that they need a model and lists matching declarations; never an edit."""

from __future__ import annotations

import re

from routerd.domain.project import Declaration, Project
from routerd.domain.prompt import Question
from routerd.offline.english import word_set
from routerd.offline.names import listing, raw_words

_MAX_MATCHES = 10
_COMMON = word_set(
    """
    a about all an and any are as at be been but by can could do does for from get has have how i if in
    into is it its make me my not of on or our please should so some than that the their them then there
    these this those to use using want was we were what when where which who why will with would you your
    add change write
    """
)


def answer(question: Question, project: Project) -> str:
    """Markdown: the notice that no model was asked, then declarations whose names share words with the request."""
    wanted = _stems(re.findall(r"[A-Za-z_][A-Za-z0-9_]+", question.request.instruction))
    path = question.conventions.path
    scored: dict[tuple[str, str], tuple[int, str]] = {}
    for symbol in question.target.outline.symbols:
        score = len(wanted & _stems([symbol.name]))
        scored[(path, symbol.qualname)] = (
            2 * score,
            f"line {symbol.name_span.start.line + 1}: `{symbol.signature}`",
        )
    for found in project.declarations.values():
        for declaration in found:
            key = (declaration.path, declaration.qualname)
            if key not in scored:
                scored[key] = (len(wanted & _stems([declaration.name])), _described(declaration))
    best = sorted((item for item in scored.items() if item[1][0]), key=lambda item: -item[1][0])[:_MAX_MATCHES]
    lines = [
        "Offline, no model: a free-form request cannot be answered here, and nothing was changed.",
        "",
        "Set a provider's key (see `routerd config init`) to have it answered by a model.",
        "",
    ]
    if best:
        words = listing([f"“{word}”" for word in sorted(wanted)], 8)
        lines += [f"Declarations that share words with it ({words}):", ""]
        lines += [f"- `{file}`, `{qualname}`, {described}" for (file, qualname), (_, described) in best]
    else:
        lines.append("No declaration of the project shares a word with it.")
    return "\n".join(lines) + "\n"


def _described(declaration: Declaration) -> str:
    return f"`{declaration.signature}`" + (f": {declaration.summary}" if declaration.summary else "")


def _stems(names: list[str]) -> set[str]:
    """The words of names, without stop words and plural endings."""
    found = {word for name in names for word in raw_words(name)} - _COMMON
    return {word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in found}
