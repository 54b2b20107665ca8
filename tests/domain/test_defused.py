"""Markdown of a model shows what it says: nothing loads, nothing runs, and ordinary text and code stay as they are."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.domain.defused import defused
from tests.property_tests import example_count

HARMFUL = (
    *("![x](https://evil.example/?q=1)", "![x][ref]", "a ![](//evil.example/a.png) b"),
    *("![x](data:image/png;base64,AA)", '<img src="https://evil.example">', "<script>a()</script>"),
    *("<!-- x -->", "<a href='command:x'>y</a>", "</div>", "<?x"),
    *("[run](command:workbench.action.terminal.new)", "[run](<command:x>)", "[run]( command:x)"),
    *("[run](\ncommand:x)", "[run](&#99;ommand:x)", "[run](vscode://a/b)", "[x](javascript:a)"),
    *("[x](file:///etc/passwd)", "[x](../../.ssh/id)", "[run]: command:x", "> [run]:\n> command:x"),
    *("[x](/etc/passwd)", "[x](~/.ssh)", "[x](%2e%2e/a)", "[x](\\\\host\\share)"),
    *("- ```\n![x](https://evil.example)", "a ` b\n` ![x](https://evil.example) `"),
    *("\\` ![x](https://evil.example) `", "  ```\n![x](https://evil.example)\n  ```"),
    *("> ```\n![x](https://evil.example)", "    ```\n\n![x](https://e.example)"),
)
HARMLESS = (
    *("Plain words, a < b and b > c.", "# Heading\n\n- one\n- two", "[docs](https://docs.example/a)"),
    *("[here](#below)", "`List<String>` and ``a ` b``", "[a file](src/parcel.py)", "[line](src/a.py:12)"),
    *("| a | b |\n| - | - |\n| 1 | 2 |", "```html\n<img src='x'>\n![x](y)\n```"),
    *("~~~\n[run](command:x)\n~~~", "  ```py\n  a: List[<int>]\n  ```", "x! [a](b.md)"),
    *("`![x](https://evil.example)` shows an image", "Deutsch äöü, 中文, عربى"),
    *("[ref]: https://docs.example", "a \\* b"),
)
ACTS = re.compile(
    r"!\[|<(?=[A-Za-z/!?])|\]\(\s*<?(?:command|vscode|javascript|file|data|/|~|\.\.|&#|%|\\\\)"
    r"|\]:\s*(?:> *)?command",
    re.IGNORECASE,
)


@pytest.mark.parametrize("text", HARMFUL)
def test_what_acts_by_itself_is_shown_as_text(text: str) -> None:
    assert ACTS.search(text)
    assert not ACTS.search(defused(text)), defused(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_stays_to_the_letter(text: str) -> None:
    assert defused(text) == text


def test_hidden_characters_and_escapes_of_terminals_are_gone() -> None:
    assert defused("a\x1b]52;c;QQ==\x07b\u202ec\x9bd\u200be") == "a]52;c;QQ==bcde"


@example_count(2_000)
@given(st.lists(st.sampled_from([*HARMFUL, *HARMLESS, "\n\n", "\n", "`", "``", "```\n", "> ", "- ", "x"]), max_size=8))
def test_what_was_defused_is_not_changed_again(parts: list[str]) -> None:
    once = defused("".join(parts))
    assert defused(once) == once


@example_count(2_000)
@given(st.lists(st.sampled_from([*HARMFUL, *HARMLESS, "\n\n", "\n", "](", "!", "[", "<", "> ", "- ", "x"]), max_size=8))
def test_without_code_nothing_acts_however_it_is_put_together(parts: list[str]) -> None:
    assert not ACTS.search(defused("".join(parts).replace("`", "").replace("~~~", "")))
