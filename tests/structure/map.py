"""Rewrites the list of files in routerd/README.md from the docstrings: `python -m tests.structure.map`."""

from __future__ import annotations

from tests.structure.test_structure import PACKAGE, _modules

_BEGIN, _END = "<!-- files: begin -->\n", "<!-- files: end -->"


def main() -> None:
    page = PACKAGE / "README.md"
    text = page.read_text("utf-8")
    head, tail = text.split(_BEGIN)[0], text.split(_END)[1]
    rows = "".join(f"- `{name}`: {sentence}\n" for name, sentence in _modules().items())
    page.write_text(head + _BEGIN + rows + _END + tail, "utf-8", newline="\n")


if __name__ == "__main__":
    main()
