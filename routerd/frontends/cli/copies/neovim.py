"""Neovim's copies: the plugin's table of actions and tiers, its maps, and the commands and settings in its help."""

from __future__ import annotations

import json
import textwrap

from routerd.frontends.cli.copies.marks import between
from routerd.frontends.shapes import Json

_WIDTH = 78
"""Of a help file, by its modeline."""
_INDENT = 16
"""Where the text of a command begins in the help."""

_MODULE = """\
-- What the daemon offers. Written by `routerd manifest --write`: change the daemon's declarations instead.

---@class routerd.Action
---@field name string
---@field help string
---@field instructed boolean Whether there is nothing to do without the user's own words.
---@field diagnosed boolean Whether it is about diagnostics at the cursor, or the user's own words instead of them.
---@field rewrites boolean Whether its edits replace code, so that they are looked at first.
---@field placed boolean Whether it has a place in a file; the others are about what is staged.

return {{
  ---@type routerd.Action[] in the order of menus
  actions = {{
{actions}  }},
  tiers = {{ {tiers} }}, -- weakest first; a retry asks the next one
}}
"""


def module(manifest: Json, _: str) -> str:
    """The module of the plugin's own code."""
    actions = "".join(
        f"    {{ name = {json.dumps(action['name'])}, instructed = {json.dumps(action['instructed'])}, "
        f"diagnosed = {json.dumps(action['diagnosed'])}, rewrites = {json.dumps(action['rewrites'])}, "
        f"placed = {json.dumps(action['placed'])}, "
        f"help = {json.dumps(_help(action), ensure_ascii=False)} }},\n"
        for action in manifest["actions"]
    )
    return _MODULE.format(actions=actions, tiers=", ".join(map(json.dumps, manifest["tiers"])))


def plugin(manifest: Json, text: str) -> str:
    """The names that get a map at startup, when no module is loaded yet."""
    names = ", ".join(json.dumps(action["name"]) for action in manifest["actions"])
    return between(text, "-- actions: begin", "-- actions: end", f"  {names},\n")


def help_file(manifest: Json, text: str) -> str:
    """The help with a paragraph for each action and a line for each setting that an editor may set."""
    commands = "".join(_paragraph(action) for action in manifest["actions"])
    text = between(text, "*routerd-actions*", "*:Routerd-estimate*", commands)
    settings = [setting for setting in manifest["settings"] if not setting["users_only"]]
    width = max(len(setting["key"]) for setting in settings) + 4
    lines = "".join(f"  {setting['key']:<{width}}{setting['help']}\n" for setting in settings)
    return between(text, "*routerd-setting-names*", "*routerd-lens*", f"\n{lines}\n")


def _help(action: Json) -> str:
    more = " With ! rewrite what is there already." if action["replaces"] else ""
    return f"{action['help']}{more}"


def _asked(action: Json) -> str:
    if action["diagnosed"]:
        return " Where there are no diagnostics and no words you are asked for them."
    return " Without words you are asked for them." if action["instructed"] else ""


def _paragraph(action: Json) -> str:
    asked = _asked(action)
    head = f"{action['name']} {{words}}" if asked else action["name"]
    lines = textwrap.wrap(_help(action) + asked, _WIDTH - _INDENT)
    body = "".join(f"{'' if number else head:<{_INDENT}}{line}\n" for number, line in enumerate(lines))
    tag = f"*:Routerd-{action['name']}*"
    return f"{tag:>{_WIDTH - 2}}\n{body}"
