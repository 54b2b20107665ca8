"""What editors are offered for a setting, as JSON schema: right values of it, and nothing that the daemon refuses."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from routerd.adapters.config import Sources, check, json_schema, write_first_file
from routerd.adapters.config.kinds import ValueKind
from routerd.adapters.config.schema import ENTRIES

KINDS = {entry.kind.wants: entry.kind for entry in ENTRIES}


def is_a(value: Any, name: str) -> bool:
    kinds = {"string": str, "array": list, "boolean": bool, "integer": int, "number": int | float, "object": dict}
    return isinstance(value, kinds[name]) and (name == "boolean" or not isinstance(value, bool))


def of_type(kind: type, check: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """A word of JSON schema that says something of one type only, and lets every other pass."""
    return lambda value, wanted: not isinstance(value, kind) or check(value, wanted)


CHECKS: dict[str, Callable[[Any, Any], bool]] = {
    "type": lambda value, wanted: any(is_a(value, name) for name in ([wanted] if isinstance(wanted, str) else wanted)),
    "enum": lambda value, wanted: value in wanted,
    "const": lambda value, wanted: value == wanted and type(value) is type(wanted),
    "anyOf": lambda value, wanted: any(conforms(value, one) for one in wanted),
    "pattern": of_type(str, lambda value, wanted: re.search(wanted, value) is not None),
    "minLength": of_type(str, lambda value, wanted: len(value) >= wanted),
    "format": of_type(str, lambda value, wanted: wanted == "date" and bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value))),
    "minimum": lambda value, wanted: value >= wanted,
    "maximum": lambda value, wanted: value <= wanted,
    "exclusiveMinimum": lambda value, wanted: value > wanted,
    "items": of_type(list, lambda value, wanted: all(conforms(one, wanted) for one in value)),
    "minItems": of_type(list, lambda value, wanted: len(value) >= wanted),
    "minProperties": of_type(dict, lambda value, wanted: len(value) >= wanted),
    "maxProperties": of_type(dict, lambda value, wanted: len(value) <= wanted),
    "required": of_type(dict, lambda value, wanted: set(wanted) <= set(value)),
    "properties": of_type(
        dict, lambda value, wanted: all(conforms(v, wanted[k]) for k, v in value.items() if k in wanted)
    ),
}
"""As much of JSON schema as the settings use."""


APART = {"$schema", "title", "description", "additionalProperties"}
"""Words that only tell, and one that ``conforms`` itself reads, as it depends on ``properties``."""


def conforms(value: Any, schema: Mapping[str, Any]) -> bool:
    if isinstance(value, dict) and "additionalProperties" in schema:
        others = [inner for name, inner in value.items() if name not in schema.get("properties", {})]
        wanted = schema["additionalProperties"]
        if others and (wanted is False or not all(conforms(inner, wanted) for inner in others)):
            return False
    return all(CHECKS[word](value, wanted) for word, wanted in schema.items() if word not in APART)


PROBES: list[Any] = [
    *("", " ", "auto", "logic", "Logic", "5.00", "5", "-1", "1e3", "built-in", "never", "last-resort"),
    *("n1n/gpt-4o", "/", "a/", "/b", "a b/c", "https://x", "https:///x", "ftp://x", "2026-11-01"),
    *(True, False, 0, 1, -1, 0.5, 50, 1e300),
    *([], ["a/b"], [""], ["a/b", ""], ["x", "y"], [1]),
    *({}, {"env": "KEY"}, {"env": ""}, {"env": "A", "keyring": "B"}, {"command": []}, {"command": ["x"]}),
    *({"folder": "x"}, {"folder": ""}, {"provider": "p", "model": "m"}, {"provider": "p", "model": ""}, {"x": 1}),
    *({"tier": "logic", "text": "x"}, [{"tier": "logic", "text": "x"}], [{"tier": "genius", "text": "x"}], [{}]),
]


def taken(kind: ValueKind, value: Any) -> bool:
    try:
        kind.read(value)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.wants)
def test_the_example_of_a_setting_is_offered(kind: ValueKind) -> None:
    example = tomllib.loads(f"value = {kind.example}")["value"]
    assert conforms(json.loads(json.dumps(example, default=str)), kind.schema)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.wants)
def test_nothing_is_offered_that_the_daemon_would_refuse(kind: ValueKind) -> None:
    assert [value for value in PROBES if conforms(value, kind.schema) and not taken(kind, value)] == []


VALID = [
    "",
    'code_lens = true\n[tiers]\nutility = "n1n/deepseek-v3"\nlogic = ["n1n/gpt-4o", "openai/gpt-4o"]',
    '[actions]\nask = "auto"\n[budget]\ndaily = "5.00"\n[instructions]\nall = "Be brief."',
    '[providers.corp]\nbase_url = "https://a.example/v1"\napi_key = { env = "KEY" }\nquirks = { sends_done = true }',
    '[models."corp/our-model"]\ninput = "0.20"\noutput = "0.60"\ncontext = 64_000',
    '[[routing.examples]]\ntier = "logic"\ntext = "is it safe"',
]
INVALID = [
    "code_lens = 1",
    "unknown = true",
    '[tiers]\ngenius = "n1n/gpt-4o"',
    '[tiers]\nlogic = "gpt-4o"',
    '[actions]\nsing = "logic"',
    '[budget]\ndaily = "-1"',
    "[budget]\nweekly = '1'",
    "[providers.corp]\nrpm = 0",
    '[providers.corp]\napi_key = "sk-itself"',
    "[providers.corp.quirks]\nnew = true",
    '[models."a/b"]\nprice = "1"',
    '[[routing.examples]]\ntier = "logic"',
]


@pytest.mark.parametrize("text", VALID)
def test_a_right_file_conforms_to_the_whole_schema_and_the_daemon_takes_it(tmp_path: Path, text: str) -> None:
    assert conforms(tomllib.loads(text), json_schema())
    (tmp_path / "config.toml").write_text(text, "utf-8")
    assert check(Sources(tmp_path / "config.toml")) == ()


@pytest.mark.parametrize("text", INVALID)
def test_a_wrong_file_does_not_conform_and_the_daemon_names_what_is_wrong(tmp_path: Path, text: str) -> None:
    assert not conforms(tomllib.loads(text), json_schema())
    (tmp_path / "config.toml").write_text(text, "utf-8")
    assert check(Sources(tmp_path / "config.toml"))


def test_every_setting_of_a_first_file_stands_in_the_schema(tmp_path: Path) -> None:
    write_first_file(tmp_path / "config.toml", environ={})
    text = (tmp_path / "config.toml").read_text("utf-8")
    settings = [line.removeprefix("#") for line in text.partition("\n\n")[2].splitlines()]
    written = tomllib.loads("\n".join(settings))
    assert conforms(written, json_schema())
    (tmp_path / "config.toml").write_text("\n".join(settings), "utf-8")
    assert check(Sources(tmp_path / "config.toml")) == ()
    assert [entry.dotted for entry in ENTRIES if not any(map(entry.holds, paths(written)))] == []


def test_each_setting_of_a_first_file_says_what_it_means(tmp_path: Path) -> None:
    write_first_file(tmp_path / "config.toml", environ={})
    lines = (tmp_path / "config.toml").read_text("utf-8").splitlines()
    unsaid = [line for line in lines if re.match(r"# [a-z_]+ = ", line) and "  # " not in line]
    # What stands above a table of the user's own sentences tells both of its settings.
    assert unsaid == ['# tier = "architect"', '# text = "why do these two services deadlock on shutdown"']


def test_a_first_file_names_its_schema_in_its_first_line_and_the_schema_lies_beside_it(tmp_path: Path) -> None:
    write_first_file(tmp_path / "config.toml", environ={})
    directive, _, name = (tmp_path / "config.toml").read_text("utf-8").splitlines()[0].partition(" ")
    assert directive == "#:schema"
    assert json.loads((tmp_path / name).read_text("utf-8")) == json.loads(json.dumps(json_schema()))


def paths(table: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in table.items():
        yield (*above, name)
        if isinstance(value, dict):
            yield from paths(value, (*above, name))
