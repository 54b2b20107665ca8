"""A secret in a text, the word that stands for it in a prompt, and the names of files that hold secrets."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret: its offsets in a text, in characters, and what kind it is."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Mask:
    """A placeholder, which a prompt contains in place of a secret."""

    placeholder: str
    secret: str
    kind: str


_VALUES = re.compile(
    r"\.env|\.env\..+|.+\.env|\.envrc|\.netrc|_netrc|\.pgpass|\.pypirc|\.npmrc|\.yarnrc(\.yml)?|\.git-credentials"
    r"|\.htpasswd|\.dockercfg|\.my\.cnf|\.s3cfg|\.boto|credentials|.+\.tfvars|secrets?\.(ya?ml|json|toml|ini|properties)",
    re.IGNORECASE,
)
"""Files of named values, some of which are secret."""

_KEYS = re.compile(
    r"id_(rsa|dsa|ecdsa|ed25519)(_sk)?|.+\.(pem|key|ppk|p12|pfx|jks|keystore|kdbx|p8|tfstate)|master\.key|kubeconfig",
    re.IGNORECASE,
)
"""Files that are a key, or a store of keys."""

_TEMPLATES = re.compile(r".+\.(example|sample|template|dist|tpl)(\.\w+)?", re.IGNORECASE)
"""Examples of such files, which projects publish."""


def holds_values(path: str) -> bool:
    """Whether a file by its name is one of named values, such as ``.env``; a template of one is not."""
    name = path.rpartition("/")[2]
    return _VALUES.fullmatch(name) is not None and _TEMPLATES.fullmatch(name) is None


def holds_keys(path: str) -> bool:
    """Whether a file by its name is a private key or a store of keys."""
    return _KEYS.fullmatch(path.rpartition("/")[2]) is not None


def holds_secrets(path: str) -> bool:
    """Whether a file by its name holds secrets, so that it is never context."""
    return holds_values(path) or holds_keys(path)
