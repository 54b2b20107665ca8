"""Names of tools where a dialect lacks what they say: namespaces and custom tools become prefixes, and back.

The prefixes need no memory: a name says by itself whether it was made here.
"""

from __future__ import annotations

import re

from routerd.providers.dialects.reading import NotTranslatableError

_NAMESPACE = re.compile(r"ns(\d{1,3})_(.+)", re.S)
_CUSTOM = "custom__"


def flat(name: str, namespace: str = "", custom: bool = False) -> str:
    """The name for a dialect that has only functions: ``ns14_multi_agent_v1_close_agent``, ``custom__apply_patch``.

    The number is the length of the namespace. Raises NotTranslatableError for a plain name that looks like one made
    here, as it would come back as another.
    """
    if namespace:
        return f"ns{len(namespace)}_{namespace}_{name}"
    if custom:
        return _CUSTOM + name
    if unflat(name) != (name, "", False):
        raise NotTranslatableError(f"tools.{name}", "this name is reserved for tools of a namespace; rename the tool")
    return name


def unflat(name: str) -> tuple[str, str, bool]:
    """The name, the namespace and whether it is a custom tool, of a name that ``flat`` made; else the name alone."""
    if name.startswith(_CUSTOM) and name != _CUSTOM:
        return name.removeprefix(_CUSTOM), "", True
    found = _NAMESPACE.fullmatch(name)
    if found is None:
        return name, "", False
    length, rest = int(found[1]), found[2]
    if not 0 < length < len(rest) - 1 or rest[length] != "_":
        return name, "", False
    return rest[length + 1 :], rest[:length], False
