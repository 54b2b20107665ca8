"""The manual page: it is what `man` takes without a warning, and names every command and option that there is."""

from __future__ import annotations

import re
import subprocess

from routerd.frontends.cli.command_table import COMMANDS
from routerd.frontends.cli.manifest import CHECKOUT
from tests.missing import program

PAGE = CHECKOUT / "routerd" / "data" / "routerd.1"


def test_every_command_and_option_stands_in_the_manual_page() -> None:
    page = PAGE.read_text("utf-8").replace("\\-", "-")
    below = {name.rpartition(" ")[0] for name in COMMANDS}
    sections = {
        name: re.search(rf"\.SS routerd {re.escape(name)}(?: .*)?\n((?s:.*?))(?=\n\.S[SH])", page)
        for name in COMMANDS
        if name and name not in below
    }
    assert [name for name, found in sections.items() if found is None] == []
    missing = [
        f"{name} {option}"
        for name, found in sections.items()
        for option in COMMANDS[name][1]
        if option != "--help" and not re.search(rf"[ B]{re.escape(option)}\b", found[1] if found else "")
    ]
    assert missing == []


def test_the_manual_page_is_set_without_a_warning() -> None:
    page = PAGE.read_text("utf-8").encode()
    done = subprocess.run(
        [program("groff", "groff-base"), "-man", "-ww", "-Kutf8", "-Tutf8"], input=page, capture_output=True, check=True
    )
    assert done.stderr == b""
    assert b"routerd" in done.stdout
