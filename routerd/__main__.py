"""`python -m routerd`, and the program `routerd`."""

from __future__ import annotations

import sys

_PLAIN_SERVE = {"serve", "--stdio"}
"""Words that editors start the daemon with."""


def main() -> None:
    """Run the command line; an editor's daemon starts without it, as its libraries cost an eighth of the start."""
    if set(sys.argv[1:]) <= _PLAIN_SERVE:
        from routerd.frontends.lsp import serve  # noqa: PLC0415  # see above

        sys.exit(serve())
    from routerd.frontends.cli import main as command_line  # noqa: PLC0415  # see above

    command_line()


if __name__ == "__main__":
    main()
