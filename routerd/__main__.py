"""`python -m routerd`, and the program `routerd`: imports only what the words on its command line need."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line and exit.

    The version and the shell's completion answer without any library, and an editor's daemon starts without the
    libraries of the command line: they cost an eighth of its start.
    """
    _leave_the_folder()
    # Editors append --stdio wherever they like; it is the default everywhere but beside a gateway.
    beside = any(word.partition("=")[0] == "--http" for word in sys.argv[1:])
    words = [word for word in sys.argv[1:] if beside or word != "--stdio"]
    if words in (["--version"], ["-V"]):
        from routerd import __version__  # noqa: PLC0415  # see above

        print(f"routerd {__version__}")  # noqa: T201  # the command's output
    elif words[:1] == ["completion"] and len(words) > 1 and _completed(words[1], words[2:]):
        pass
    elif words in ([], ["serve"]):
        from routerd.relay.relay import relay  # noqa: PLC0415  # see above

        relay()
        _serve_alone()
    elif words == ["serve", "--solo"]:
        _serve_alone()
    elif words == ["daemon", "run"]:
        from routerd.frontends.daemon.start import run  # noqa: PLC0415  # see above

        sys.exit(run())
    else:
        from routerd.frontends.cli.main import main as command_line  # noqa: PLC0415  # see above

        command_line(words)


def _serve_alone() -> None:
    from routerd.domain.uncollected import uncollected  # noqa: PLC0415  # see main

    with uncollected():  # the types of the protocol are thousands of objects, and a tenth of the start
        from routerd.frontends.lsp import serve  # noqa: PLC0415  # see main

    sys.exit(serve())


def _completed(shell: str, line: list[str]) -> bool:
    """Print what a shell's completion asks for; false where that is another's to answer, as of an unknown shell."""
    from routerd.frontends.cli.completion import SHELLS, answer, script  # noqa: PLC0415  # see main

    if shell not in SHELLS or line[:1] not in ([], ["--"]):
        return False
    text = answer(shell, line[1:]) if line else script(shell)
    if sys.stdout is not None:
        # UTF-8 and plain line ends, as the scripts are written, also where a console has neither.
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]  # a text stream at start
        sys.stdout.write(text)
    return True


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
