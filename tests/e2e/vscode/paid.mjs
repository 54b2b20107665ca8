// One window on the mail project with paid models on loopback, for all tests that are imported into the same process.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, afterEach, before } from "node:test";
import { fileURLToPath } from "node:url";
import { pack, start, toolbox } from "./harness.mjs";
import { DOCUMENTED, project, source } from "./mail.mjs";
import { launcher, Upstream } from "./upstream.mjs";

const EXTENSION = join(dirname(fileURLToPath(import.meta.url)), "../../../editors/vscode");
const SHOTS = process.env.ROUTERD_TEST_SHOTS; // a folder for screenshots, when someone wants to look

/** Bindings that live: they are there once the first test begins. */
export let scratch, folder, vsix, upstream, code;
export const shot = async (name) => SHOTS && code.screenshot(join(SHOTS, `${name}.png`));
export const onDisk = (name) => readFileSync(join(folder, name), "utf8");

before(async () => {
  scratch = mkdtempSync(join(tmpdir(), "routerd-"));
  upstream = await Upstream.start(DOCUMENTED);
  const made = project(scratch, upstream.url);
  folder = made.folder;
  const tools = toolbox();
  vsix = pack(EXTENSION, tools);
  const env = { ROUTERD_CONFIG: made.config, LOOP_KEY: "a-key-for-loopback" };
  const settings = { "routerd.preview": "sideBySide" }; // inline.mjs has the other
  code = await start({ folder, vsix, tools, env, settings, machine: { "routerd.path": launcher(scratch) } });
  await code.open("header.py");
});

/** A failed test leaves a picture, and not its dialogs and texts to the next one. */
afterEach(async (context) => {
  if (context.passed) return;
  await shot(`failed ${context.name.replaceAll(/\W+/g, " ")}`);
  code.configure({});
  for (let i = 0; i < 3; i++) await code.page.keyboard.press("Escape");
  await code.runCommand("Notifications: Clear All Notifications").catch(() => {});
  for (let left = (await code.tabs()).length; left > 0; left--) {
    await code.runCommand("View: Revert and Close Editor").catch(() => {});
  }
  source(folder);
  await code.open("header.py").catch(() => {});
});

after(async () => {
  await code?.close();
  upstream?.stop();
  rmSync(scratch, { recursive: true, force: true });
});
