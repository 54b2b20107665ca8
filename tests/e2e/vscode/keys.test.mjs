// A provider's key, from the input box to the wire: kept by VS Code, asked for by the real daemon, and in no file.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { pack, start, toolbox } from "./harness.mjs";
import { FOLDED, project, SOURCE } from "./mail.mjs";
import { launcher, Upstream } from "./upstream.mjs";

const EXTENSION = join(dirname(fileURLToPath(import.meta.url)), "../../../editors/vscode");
const SHOTS = process.env.ROUTERD_TEST_SHOTS; // a folder for screenshots, when someone wants to look
const KEY = `sk-${randomBytes(16).toString("hex")}`;
const OTHER = `sk-${randomBytes(16).toString("hex")}`;
let scratch, folder, upstream, code;
const shot = async (name) => SHOTS && code.screenshot(join(SHOTS, `${name}.png`));

before(async () => {
  scratch = mkdtempSync(join(tmpdir(), "routerd-"));
  upstream = await Upstream.start(FOLDED);
  const made = project(scratch, upstream.url);
  folder = made.folder;
  const tools = toolbox();
  const env = { ROUTERD_CONFIG: made.config, LOOP_KEY: "" };
  const settings = { "routerd.preview": "sideBySide" }; // inline.test.mjs has the other
  code = await start({ folder, vsix: pack(EXTENSION, tools), tools, env, settings, machine: { "routerd.path": launcher(scratch) } });
  await code.open("header.py");
});

afterEach(async (context) => {
  if (!context.passed) await shot(`failed ${context.name.replaceAll(/\W+/g, " ")}`);
});

after(async () => {
  await code?.close();
  upstream?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

/** As the upstream writes down what it was sent. */
const fingerprint = (key) => `sha256:${createHash("sha256").update(key).digest("hex").slice(0, 12)}`;

async function documentFold() {
  await upstream.answers();
  await code.runAt("fold", "routerd: Document");
  await code.untilDiffShows("RFC 5322");
  await code.pressInTitle("Discard");
  await code.untilNoDiff();
  return upstream.seen((seen) => seen.length === 1);
}

/** Stores a key, or forgets it where that is empty, as a person does. */
async function setKey(key) {
  await code.runCommand("routerd: Set Key", "loop");
  const input = code.page.locator(".quick-input-widget input[type=password]"); // not the list of providers
  await input.fill(key);
  await code.page.keyboard.press("Enter");
  await code.notifications(key ? "The key of loop is stored." : "The key of loop was forgotten.");
  await code.runCommand("Notifications: Clear All Notifications");
}

test("a key that the provider refuses is set anew from the message, without asking whose it is", async () => {
  await setKey("sk-mistyped");
  await upstream.answers(...Array(9).fill({ status: 401, error: { error: { message: "Incorrect API key provided." } } }));
  await code.runAt("fold", "routerd: Document");
  assert.match((await code.notifications("routerd document:"))[0], /Set Key[\s\S]*loop/);
  await shot("refused");
  await code.pressInNotification("routerd document:", "Set Key");
  await code.page.locator(".quick-input-widget").getByText("Key of loop").waitFor();
  await code.page.keyboard.press("Enter"); // empty: forgotten
  await code.notifications("The key of loop was forgotten.");
  await code.runCommand("Notifications: Clear All Notifications");
});

test("without a key the offline engine is what would answer", async () => {
  assert.match(await code.hover("fold", { expected: "offline" }), /test[\s\S]*\$0/);
  const rows = await code.lightbulb("parse_header", { expected: "built-in, offline" });
  await shot("menu offline");
  assert.equal(await code.page.locator(".action-widget .action [class*=codicon-sparkle]").count(), 0, `an AI: ${rows}`);
  await code.page.keyboard.press("Escape");
});

test("a key that is set goes with the very next request to the provider", async () => {
  await mostTalkativeLog();
  await setKey(KEY);
  const [request] = await documentFold();
  assert.equal(request.headers.authorization, fingerprint(KEY));
  assert.equal(request.body.model, "deepseek-v3");
});

test("after a restart the daemon asks for the key again", async () => {
  await code.runCommand("routerd: Restart Server");
  await code.hover("fold", { expected: "deepseek-v3" });
  const [request] = await documentFold();
  assert.equal(request.headers.authorization, fingerprint(KEY));
});

test("another key takes the place of the first one", async () => {
  await code.runCommand("routerd: Set Key");
  assert.ok((await code.quickPick()).some((row) => /loop[\s\S]*a key is stored/.test(row)));
  await code.page.keyboard.press("Escape");
  await setKey(OTHER);
  const [request] = await documentFold();
  assert.equal(request.headers.authorization, fingerprint(OTHER));
});

test("debug information has the versions, and neither a key nor source code", async () => {
  await code.runCommand("routerd: Copy Debug Information");
  await code.notifications("on the clipboard");
  const copied = await code.clipboard();
  assert.match(copied, /^extension: 0\.1\.0\nserver: 0\.1\.0 from the setting routerd\.path\neditor: .* \d+\.\d+\.\d+ /);
  assert.match(copied, /system: \w+ \w+\ntrusted: true\napply: preview\n/);
  for (const word of [KEY, OTHER, "fold", "header", scratch]) assert.ok(!copied.includes(word), copied);
  await code.runCommand("Notifications: Clear All Notifications");
});

test("no key stands in any file, log or command line, however much is logged", () => {
  const files = [code.home, scratch].flatMap((root) =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const log = files.find((file) => file.endsWith("routerd.log"));
  assert.match(readFileSync(log, "utf8"), /\[trace\].*routerd\/key/); // the exchange itself is in the log, without its body
  assert.ok(files.some((file) => file.endsWith("settings.json")));
  const commands = execFileSync("ps", ["-eo", "args"], { encoding: "utf8", maxBuffer: 1e8 });
  assert.ok(commands.includes("-m routerd"), commands);
  for (const key of [KEY, OTHER]) {
    assert.ok(!commands.includes(key));
    assert.deepEqual(files.filter((file) => readFileSync(file).includes(key)), []);
  }
});

test("a key that is forgotten is used no more", async () => {
  await setKey("");
  assert.match(await code.hover("fold", { expected: "offline" }), /test[\s\S]*\$0/);
  assert.equal(await code.save("header.py"), SOURCE);
});

/** Everything into the log: the extension's at its lowest level, with the bodies of messages if it traces them. */
async function mostTalkativeLog() {
  code.configure({ "routerd.trace.server": "verbose" });
  await code.runCommand("Developer: Set Log Level...", "routerd", "Trace");
}
