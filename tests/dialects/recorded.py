"""Bodies that real clients sent, recorded as shapes and filled with text: `recorded.jsonl`, at most four tools each."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from routerd.domain.dialect_name import DialectName

_LENGTH = re.compile(r"str(\d+)")
_BY_PATH = {
    "/v1/chat/completions": DialectName.CHAT,
    "/v1/responses": DialectName.RESPONSES,
    "/v1/messages?beta=true": DialectName.MESSAGES,
}


def recorded() -> list[tuple[str, DialectName, dict[str, Any]]]:
    """The client, its dialect and the body of each request."""
    lines = (Path(__file__).parent / "recorded.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [(f"{row['client']}-{n}", _BY_PATH[row["path"]], _filled(row["body"])) for n, row in enumerate(rows)]


def _filled(shape: Any, key: str = "") -> Any:
    """``strN`` is a text of N characters, ``{"#": N, "of": […]}`` an array whose further elements were cut off."""
    if isinstance(shape, str):
        if key == "arguments":
            return '{"cmd":"ls"}'
        if key in ("id", "call_id", "tool_call_id", "tool_use_id"):
            return "call_1"
        if shape == "{…}":
            return {}
        found = _LENGTH.fullmatch(shape)
        return (f"{key} " * int(found[1]))[: int(found[1])] if found else shape
    if isinstance(shape, list):
        return [_filled(one, key) for one in shape]
    if not isinstance(shape, dict):
        return shape
    if set(shape) == {"#", "of"}:
        cut = re.compile(r"\.\.\.\d+")
        return [_filled(one, key) for one in shape["of"] if not (isinstance(one, str) and cut.fullmatch(one))]
    return {name: _filled(inner, name) for name, inner in shape.items()}
