"""Measures the grammar: parse and outline of 5,000 and 50,000 lines, and a name found after a keystroke.

Prints JSON; times are in milliseconds of processor time, ratios are to a full parse in the same run.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable

from routerd.adapters.grammar import TreeSitterGrammar
from routerd.adapters.grammar.parsed import Parsed
from routerd.domain.document import Document
from routerd.domain.position import Edit, Position, Range
from routerd.domain.text import Text

UNITS = {
    "python": '''
@deco
def f{n}(a: int, b: str = "x") -> int:
    """Does it."""
    if a > 1:
        return module.call(a, [x for x in b])
    c = {{1: 2}}
    print("x", c)
    return a

''',
    "typescript": """
/** Does it. */
export function f{n}(a: number, b = "x"): number {{
  if (a > 1) {{
    return module.call(a, [...b]);
  }}
  const c = {{ d: 2 }};
  console.log("x", c);
  return a;
}}
""",
}


def timed(work: Callable[[], object], times: int) -> float:
    """Median milliseconds of some runs."""
    spent = []
    for _ in range(times):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return round(statistics.median(spent) * 1000, 3)


def measure(language: str, lines: int) -> dict[str, float]:
    """The times of one language at one size."""
    unit = UNITS[language]
    text = Text("".join(unit.format(n=n) for n in range(lines // unit.count("\n"))))
    grammar = TreeSitterGrammar()
    documents = [Document(f"file:///{n}", 1, language, Text(text.lines)) for n in range(3)]
    grammar.outline(Document("file:///warm", 1, language, Text("")))
    full = timed(lambda: Parsed.of(text, language), 3)
    outlines = iter(documents)
    outline = timed(lambda: grammar.outline(next(outlines)), 3)
    cached = timed(lambda: grammar.outline(documents[0]), 20)
    symbols = grammar.outline(documents[0]).symbols

    def keystrokes(offset: int) -> float:
        """Type on a line near a declaration again and again, and look its name up each time."""
        current, spent = documents[0], []
        name = symbols[len(symbols) // 2].name_span
        for _ in range(20):
            end = Position(name.start.line + offset, len(current.text.bare(name.start.line + offset)))
            typed = current.text.edited([Edit(Range(end, end), " ")])
            current = Document(current.uri, (current.version or 0) + 1, language, typed)
            start = time.process_time()
            grammar.named_at(current, name.start)
            spent.append((time.process_time() - start) * 1000)
        return round(statistics.median(spent), 3)

    elsewhere, there = keystrokes(3), keystrokes(0)
    return {
        "lines": len(text.lines),
        "parse": full,
        "outline_first": outline,
        "outline_cached": cached,
        "code_tokens": timed(lambda: TreeSitterGrammar().code_tokens(text.string, language), 1),
        "named_at_after_keystroke_in_body": elsewhere,
        "named_at_after_keystroke_in_header": there,
        "keystroke_in_body_to_full_parse": round(elsewhere / full, 5),
        "keystroke_in_header_to_full_parse": round(there / full, 5),
    }


if __name__ == "__main__":
    sizes = (1_000, 5_000, 50_000)
    print(json.dumps({language: [measure(language, size) for size in sizes] for language in UNITS}, indent=2))
