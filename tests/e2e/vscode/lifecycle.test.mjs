// Where the extension finds the server, what it says when it does not, and how it starts it again; all offline.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { pack, start, toolbox } from "./harness.mjs";
import { until } from "./screen.mjs";
import { launcher, script, stranger } from "./upstream.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const SHOTS = process.env.ROUTERD_TEST_SHOTS; // a folder for screenshots, when someone wants to look
let scratch, started, code;
const log = () => code.log("routerd");
const shot = async (name) => SHOTS && code.screenshot(join(SHOTS, `${name}.png`));

before(async () => {
  scratch = mkdtempSync(join(tmpdir(), "routerd-"));
  started = join(scratch, "started");
  const folder = join(scratch, "shapes");
  mkdirSync(join(folder, ".venv/bin"), { recursive: true });
  // The built-in engine documents what it can be certain of: an error and its condition.
  const checked = "    if not size:\n        raise ValueError(size)\n";
  writeFileSync(join(folder, "area.py"), `def parse_area(size: str) -> int:\n${checked}    return int(size) ** 2\n`);
  script(join(folder, ".venv/bin/routerd"), `echo $$ >> '${started}'\nexec '${launcher(scratch)}' "$@"`);
  const tools = toolbox();
  const env = { PATH: tools.path, ROUTERD_CONFIG: "" }; // no routerd and no uvx of this machine
  code = await start({ folder, vsix: pack(join(HERE, "../../../editors/vscode"), tools), tools, env, trustPrompt: true });
});

afterEach(async (context) => {
  if (context.passed) return;
  await shot(`failed ${context.name.replaceAll(/\W+/g, " ")}`);
  await code.runCommand("Notifications: Clear All Notifications").catch(() => {});
  await code.open("area.py").catch(() => {});
});

after(async () => {
  await code?.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** The process ids of all servers that were started so far. */
const pids = () => (existsSync(started) ? readFileSync(started, "utf8").trim().split("\n").map(Number) : []);

async function untilStarted(count) {
  await until(() => pids().length >= count, `${count} starts`, pids);
  await code.statusBar(/^\s*\$0/); // a receipt, which has a price as well, begins with words
}

function alive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("a program of an untrusted workspace is not run, and the user is told what to do", async () => {
  await code.statusBar("Restricted Mode");
  await code.open("area.py");
  assert.match((await code.notifications("was not found"))[0], /How to Install[\s\S]*install it, or set routerd\.path\. .*once you trust the folder/);
  await code.statusBar("routerd");
  assert.deepEqual(pids(), []);
  await code.pressInNotification("was not found", "How to Install");
  await code.page.getByText("python3 -m pip install .").first().waitFor();
  await code.closeTab();
});

test("once the workspace is trusted, its own program is started", async () => {
  await code.runCommand("Notifications: Clear All Notifications");
  await code.runCommand("Workspaces: Manage Workspace Trust");
  await code.page.locator(".workspace-trust-editor").getByText("Trust", { exact: true }).click();
  await untilStarted(1);
  await code.open("area.py");
});

test("the first function is documented offline, without a key", async () => {
  assert.match(await code.hover("parse_area", { expected: "offline" }), /document[\s\S]*\$0/);
  await code.lightbulb("parse_area", { expected: "Document" });
  await code.pick("Document");
  await code.untilEditorShows('"""');
  await shot("offline");
  await code.undo();
});

test("the walkthrough leads from the server over a key, or none, to the first action", async () => {
  await code.runCommand("Welcome: Open Walkthrough...", "Start with routerd");
  // The server runs, and a first action was: that says of a key that none is needed, too.
  await code.page.locator(".codicon-getting-started-step-checked").nth(2).waitFor();
  await code.page.getByText("A key, or none").first().click();
  await shot("walkthrough");
  await code.page.getByRole("button", { name: "Set a key" }).click();
  assert.ok((await code.quickPick()).includes("openai"));
  await code.page.keyboard.press("Escape");
  await code.page.getByText("The first action").first().click();
  await code.page.getByRole("button", { name: "See the prices" }).waitFor();
  await code.closeTab();
});

test("a restart ends the old server and starts one new one", async () => {
  const [old] = pids();
  await code.runCommand("routerd: Restart Server");
  await untilStarted(2);
  await until(() => !alive(old), "the old server to end", () => old);
});

test("restarts in quick succession leave one server", async () => {
  for (let times = 0; times < 3; times++) await code.runCommand("routerd: Restart Server");
  await code.lightbulb("parse_area", { expected: "Document" }); // it is up
  await code.page.keyboard.press("Escape");
  await until(() => pids().filter(alive).length === 1, "one server", pids);
  assert.ok(alive(pids().at(-1)));
});

test("a crash is told with a way to the log, and the server comes back", async () => {
  await code.lightbulb("parse_area", { expected: "Document" }); // it is up
  await code.page.keyboard.press("Escape");
  const count = pids().length;
  process.kill(pids().at(-1), "SIGKILL");
  assert.match((await code.notifications("routerd crashed"))[0], /Show Log[\s\S]*starts again in 1 s/);
  await untilStarted(count + 1);
  assert.equal(pids().length, count + 1);
  await code.runCommand("Notifications: Clear All Notifications");
});

test("after more crashes it waits longer, unless it is told to restart, and at last stays down", async () => {
  const before = pids().length; // after the first of five crashes
  for (const [n, wait] of ["2 s", "4 s", "8 s"].entries()) {
    process.kill(pids().at(-1), "SIGKILL");
    const told = () => log().includes(`routerd crashed; it starts again in ${wait}`);
    await until(told, `a wait of ${wait}`, log);
    if (n > 0) await code.runCommand("routerd: Restart Server");
    await untilStarted(before + n + 1);
  }
  process.kill(pids().at(-1), "SIGKILL");
  assert.match((await code.notifications("stays down"))[0], /Restart\nShow Log\nrouterd keeps crashing/);
  await code.statusBar("routerd");
  assert.match(await code.languageStatus("routerd is down"), /keeps crashing and stays down[\s\S]*Show Log/);
  await shot("down");
  await code.pressInNotification("stays down", "Restart");
  await untilStarted(before + 4);
  assert.equal(pids().length, before + 4);
  await code.runCommand("Notifications: Clear All Notifications");
});

test("a broken path is told in a sentence, and the log is one click away", async () => {
  code.configure({ "routerd.path": "/nowhere/routerd" });
  await code.notifications("names /nowhere/routerd, which is no program");
  await shot("broken");
  await code.runCommand("Notifications: Clear All Notifications");
  await code.runAt("parse_area", "routerd: Document"); // to start anew would not help, and is not offered
  const [told] = await code.notifications("names /nowhere/routerd");
  assert.match(told, /Open Settings/);
  assert.doesNotMatch(told, /Restart/);
  await code.pressInNotification("/nowhere/routerd", "Show Log");
  await code.page.locator(".panel .view-line").filter({ hasText: /\[(info|error)\]/ }).first().waitFor();
  await until(() => log().includes("which is no program"), "the reason in the log", log);
  await code.runCommand("View: Toggle Panel Visibility");
});

test("a server of another version is refused in a sentence", async () => {
  code.configure({ "routerd.path": stranger(scratch, "9.2.0") });
  await code.notifications("routerd 9.2.0 does not fit this extension");
  await code.runCommand("Notifications: Clear All Notifications");
});

test("a key goes into secret storage and to the server that asks for it", async () => {
  code.configure({ "routerd.path": stranger(scratch, "0.1.0") });
  // The status bar still shows the server before it: a key set now would be kept for the next one that asks.
  await until(() => existsSync(join(scratch, "ready-0.1.0")), "the server to be started", () => []);
  await code.runCommand("routerd: Set Key", "openai", "a-secret");
  await code.notifications("The key of openai is stored.");
  const told = join(scratch, "told");
  await until(() => existsSync(told), "the server to be handed the key", () => []);
  assert.deepEqual(JSON.parse(readFileSync(told, "utf8")), { key: "a-secret" });
});

test("with the setting gone, the workspace's own program runs again", async () => {
  const count = pids().length;
  code.configure({});
  await untilStarted(count + 1);
});
