// The project that the tests open: a module that reads mail and its caller, with paid models on loopback.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const SOURCE = `"""Reads the head of a message."""


def parse_header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    if not value:
        raise ValueError(f"no colon in {line!r}")
    return name.strip().lower(), value.strip()


def fold(lines: list[str]) -> str:
    """Fold."""
    return "\\r\\n ".join(lines)
`;
/** Calls `fold` from another file. */
export const CALLER = `from header import fold


def subject(words: list[str]) -> str:
    return "Subject: " + fold(words)
`;
/** What a model that documents `parse_header` answers. */
export const DOCUMENTED = `<doc name="parse_header">
Split a header line into its name and its value.

Args:
    line: the line, without its line break.

Raises:
    ValueError: the line has no colon.
</doc>`;
/** What a model that documents `fold` answers. */
export const FOLDED = '<doc name="fold">\nFold header lines into one field, as RFC 5322 allows.\n</doc>';
const config = (url) => `
[tiers]
utility = "loop/deepseek-v3"
speed = "loop/gemini-1.5-flash"
logic = "loop/gpt-4o"
architect = "loop/claude-3-5-sonnet"
[providers.loop]
base_url = "${url}"
api_key = { env = "LOOP_KEY" }
[models."deepseek-v3"]
input = "0.20"
output = "0.60"
[models."gpt-4o"]
input = "2.50"
output = "10.00"
[models."gemini-1.5-flash"]
input = "0.075"
output = "0.30"
[models."claude-3-5-sonnet"]
input = "3.00"
output = "15.00"
[budget]
daily = "5.00"
[cache]
enabled = false
`;

/** Writes the two modules into the project's folder. */
export function source(folder) {
  writeFileSync(join(folder, "header.py"), SOURCE);
  writeFileSync(join(folder, "caller.py"), CALLER);
}

/** Makes the project in `scratch` and a configuration for this upstream; returns `{folder, config}`, two paths. */
export function project(scratch, url) {
  const folder = join(scratch, "mail");
  mkdirSync(folder);
  source(folder);
  writeFileSync(join(scratch, "config.toml"), config(url));
  return { folder, config: join(scratch, "config.toml") };
}
