"""`python -m routerd`, and the program `routerd`."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from routerd.frontends.cli import main as command_line  # noqa: PLC0415  # the daemon starts without it

    command_line()


if __name__ == "__main__":
    main()
