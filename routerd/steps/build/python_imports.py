"""Python imports: mending a test's import of the code under test, where the package could not be known."""

from __future__ import annotations

import re

from routerd.domain.prompt import Conventions

_MADE_UP = r"(?:your_module|my_?module|module|your_package|main_module|solution|module_name|your_module_name)"


def with_import_mended(code: str, conventions: Conventions) -> str:
    """The code with ``from stem import`` or a made-up module turned into the module's real import name.

    Only where the real name is known and the code does not use it already.
    """
    real = conventions.import_name
    if not real or re.search(rf"\b{re.escape(real)}\b", code):
        return code
    stem = re.escape(real.rpartition(".")[2])
    wrong = re.compile(rf"^(\s*from\s+)(?:\.*{stem}|[\w.]+\.{stem}|{_MADE_UP})(?=\s+import\b)", re.M)
    return wrong.sub(lambda found: found[1] + real, code)
