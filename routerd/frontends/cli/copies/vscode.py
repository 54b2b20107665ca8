"""VS Code's copies: what package.json contributes, and the actions and tiers that the extension's code goes through."""

from __future__ import annotations

import json

from routerd.frontends.shapes import Json

_CLIENTS_OWN = ("routerd.path", "routerd.apply", "routerd.preview")
"""Settings of the extension itself, which stand first."""
_FIRST_OWN_COMMAND = "routerd.estimate"
"""Commands of the extension itself follow the actions; this is the first of them."""
_UNRESTRICTED = ("code_lens",)
"""What an untrusted workspace may set; a setting that is not listed here is restricted."""

_SOURCE = """\
// What the daemon offers. Written by `routerd manifest --write`: change the daemon's declarations instead.

export interface Action {{
  name: string;
  /** Whether there is nothing to do without the user's own words. */
  instructed: boolean;
  /** Whether it is about diagnostics at the cursor, or the user's own words instead of them. */
  diagnosed: boolean;
  /** Whether it has a place in a file; the others are about what is staged, and end in the source control input box. */
  placed: boolean;
}}

/** The actions, in the order of menus. */
export const ACTIONS: readonly Action[] = [
{actions}];
"""


def source(manifest: Json, _: str) -> str:
    """The module of the extension's own code."""
    actions = "".join(
        f"  {{ name: {json.dumps(action['name'])}, instructed: {json.dumps(action['instructed'])}, "
        f"diagnosed: {json.dumps(action['diagnosed'])}, placed: {json.dumps(action['placed'])} }},\n"
        for action in manifest["actions"]
    )
    return _SOURCE.format(actions=actions)


def package(manifest: Json, text: str) -> str:
    """package.json with its commands, menu of actions, settings and restricted settings."""
    found: Json = json.loads(text)
    contributes = found["contributes"]
    actions = manifest["actions"]
    own = contributes["commands"]
    first = next(number for number, command in enumerate(own) if command["command"] == _FIRST_OWN_COMMAND)
    contributes["commands"] = [
        *(_contribution(action) for action in actions),
        *own[first:],
    ]
    placed = [action for action in actions if action["placed"]]
    contributes["menus"]["routerd.actions"] = [
        *({"command": _command(action), "group": f"1_actions@{n}"} for n, action in enumerate(placed, start=1)),
        {"command": _FIRST_OWN_COMMAND, "group": f"2_actions@{len(placed) + 1}"},
    ]
    contributes["menus"]["scm/title"] = [
        {"command": _command(action), "when": "scmProvider == git", "group": "navigation"}
        for action in actions
        if not action["placed"]
    ]
    settings = [one for one in manifest["settings"] if not one["users_only"] and not _is_a_list_of_tables(one)]
    properties = contributes["configuration"]["properties"]
    contributes["configuration"]["properties"] = {
        **{name: properties[name] for name in _CLIENTS_OWN},
        **{f"routerd.{one['key']}": _property(one, n) for n, one in enumerate(settings, start=len(_CLIENTS_OWN))},
    }
    restricted = sorted(f"routerd.{one['key']}" for one in settings if one["key"] not in _UNRESTRICTED)
    found["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"] = [*_CLIENTS_OWN, *restricted]
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _command(action: Json) -> str:
    return f"routerd.{action['name']}"


def _contribution(action: Json) -> Json:
    icon = {} if action["placed"] else {"icon": "$(sparkle)"}  # in the title of a view there is no room for words
    return {"command": _command(action), "title": action["command"], "category": "routerd"} | icon


def _is_a_list_of_tables(setting: Json) -> bool:
    """VS Code's settings have no editor for it; it belongs into a file."""
    return bool(setting["schema"].get("items", {}).get("type") == "object")


def _property(setting: Json, order: int) -> Json:
    """A setting that is null until the user sets it, as the daemon's files may say more."""
    schema = dict(setting["schema"])
    types = schema.pop("type")
    more = {"enum": [*schema.pop("enum"), None]} if "enum" in schema else {}
    return {
        "type": [*([types] if isinstance(types, str) else types), "null"],
        **more,
        **schema,
        "default": None,
        "order": order,
        "description": setting["help"],
    }
