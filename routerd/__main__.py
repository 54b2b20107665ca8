"""`python -m routerd`, and the program `routerd`."""

from __future__ import annotations

import os
import sys

_PLAIN_SERVE = {"serve", "--stdio"}
"""Words that editors start the daemon with."""


def main() -> None:
    """Run the command line; an editor's daemon starts without it, as its libraries cost an eighth of the start."""
    _leave_the_folder()
    if set(sys.argv[1:]) <= _PLAIN_SERVE:
        from routerd.frontends.lsp import serve  # noqa: PLC0415  # see above

        sys.exit(serve())
    from routerd.frontends.cli import main as command_line  # noqa: PLC0415  # see above

    command_line()


def _leave_the_folder() -> None:
    """Import nothing from the current folder: `python -m` searches it first, and it may be anybody's project.

    A checkout of routerd that is run from its own folder stays where it is found.
    """
    own = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    try:
        here = os.getcwd()
    except OSError:  # it was deleted, and so holds nothing
        return
    if __name__ == "__main__" and not sys.flags.safe_path and sys.path[:1] == [here] and here != own:
        del sys.path[0]


if __name__ == "__main__":
    main()
