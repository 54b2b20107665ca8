// Where the server is found, from the last resort to the first choice, and what the window says of it.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { pack, start, toolbox } from "./harness.mjs";
import { until } from "./screen.mjs";
import { launcher, script } from "./upstream.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const SHOTS = process.env.ROUTERD_TEST_SHOTS; // a folder for screenshots, when someone wants to look
let scratch, folder, real, code;
const shot = async (name) => SHOTS && code.screenshot(join(SHOTS, `${name}.png`));

/** A program in a new folder below `scratch`, which is first on PATH; returns its path. */
function place(path, lines = `exec '${real}' "$@"`) {
  mkdirSync(dirname(join(scratch, path)), { recursive: true });
  return script(join(scratch, path), lines);
}

before(async () => {
  scratch = mkdtempSync(join(tmpdir(), "routerd-"));
  real = launcher(scratch);
  folder = join(scratch, "shapes");
  place("shapes/.venv/bin/routerd");
  mkdirSync(join(folder, ".vscode"));
  // What a workspace may not say before it is trusted.
  const settings = { "routerd.path": place("shapes/evil", "exit 7"), "routerd.budget.daily": "7.00" };
  writeFileSync(join(folder, ".vscode/settings.json"), JSON.stringify(settings));
  // The built-in engine documents what it can be certain of: an error and its condition.
  const checked = "    if not size:\n        raise ValueError(size)\n";
  writeFileSync(join(folder, "area.py"), `def parse_area(size: str) -> int:\n${checked}    return int(size) ** 2\n`);
  // Whoever owned the name `routerd` on a package index would run code in every editor: uvx is never asked.
  place("path/uvx", `touch '${join(scratch, "asked")}'\nexit 2`);
  place("path/routerd");
  const tools = toolbox();
  const vsix = ["../../../editors/vscode", "python"].map((name) => pack(join(HERE, name), tools));
  const env = { PATH: `${tools.path}:${join(scratch, "path")}`, ROUTERD_CONFIG: "" };
  code = await start({ folder, vsix, tools, env, trustPrompt: true });
  await code.open("area.py");
});

afterEach(async (context) => {
  if (!context.passed) await shot(`failed ${context.name.replaceAll(/\W+/g, " ")}`);
});

after(async () => {
  await code?.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** Waits until the tooltip of the status bar's item names this program of `scratch`. */
async function untilProgram(path) {
  let said = "";
  const names = async () => (said = await code.statusTooltip("$0")).split("\n").includes(join(scratch, path));
  await until(names, `the program ${path}`, () => said);
}

test("a program on PATH starts it, the window says so with the version, and nothing is downloaded", async () => {
  const said = await code.languageStatus("from PATH");
  await shot("found");
  assert.match(said, /routerd 0\.1\.0/);
  await untilProgram("path/routerd");
  assert.equal(existsSync(join(scratch, "asked")), false);
});

test("the report, too, comes from there", async () => {
  await code.clickStatus("$0");
  await code.webviewText("routerd");
  await code.closeTab();
});

test("what an untrusted workspace says of budgets and programs counts for nothing", async () => {
  const [money] = (await code.statusBar("$0")).filter((text) => text.includes("$"));
  assert.equal(money, "$0");
});

test("once the workspace is trusted, its own environment comes before PATH, and its budget counts", async () => {
  writeFileSync(join(folder, ".vscode/settings.json"), JSON.stringify({ "routerd.budget.daily": "7.00" }));
  await code.runCommand("Workspaces: Manage Workspace Trust");
  await code.page.locator(".workspace-trust-editor").getByText("Trust", { exact: true }).click();
  await code.statusBar("$0 / $7.00");
  await code.open("area.py");
  await code.languageStatus("from the workspace's Python environment");
  await untilProgram("shapes/.venv/bin/routerd");
});

test("the interpreter that is chosen in the Python extension comes before a folder named .venv, at once", async () => {
  const chosen = place("elsewhere/bin/routerd");
  await code.runCommand("Stand-in: Choose an Interpreter", join(dirname(chosen), "python"));
  await untilProgram("elsewhere/bin/routerd");
});

test("a setting comes before everything", async () => {
  code.configure({ "routerd.path": place("set/routerd") });
  await code.languageStatus("from the setting routerd.path");
  await untilProgram("set/routerd");
});
