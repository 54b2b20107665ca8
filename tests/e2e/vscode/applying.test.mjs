// How a checked edit gets into the files: directly, over several of them, or not where its place has changed.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { pack, start, toolbox } from "./harness.mjs";
import { FOLDED, project, SOURCE } from "./mail.mjs";
import { launcher, Upstream } from "./upstream.mjs";

const EXTENSION = join(dirname(fileURLToPath(import.meta.url)), "../../../editors/vscode");
const SHOTS = process.env.ROUTERD_TEST_SHOTS; // a folder for screenshots, when someone wants to look
const CALLER = 'from header import fold\n\n\ndef subject(words: list[str]) -> str:\n    return "Subject: " + fold(words)\n';
/** Renames `fold` in both files. */
const RENAMED = `<<<<<<< SEARCH
def fold(lines: list[str]) -> str:
=======
def folded(lines: list[str]) -> str:
>>>>>>> REPLACE

caller.py
<<<<<<< SEARCH
from header import fold
=======
from header import folded
>>>>>>> REPLACE

caller.py
<<<<<<< SEARCH
    return "Subject: " + fold(words)
=======
    return "Subject: " + folded(words)
>>>>>>> REPLACE`;
let scratch, folder, upstream, code;
const shot = async (name) => SHOTS && code.screenshot(join(SHOTS, `${name}.png`));
const onDisk = (name) => readFileSync(join(folder, name), "utf8");

before(async () => {
  scratch = mkdtempSync(join(tmpdir(), "routerd-"));
  upstream = await Upstream.start(FOLDED);
  const made = project(scratch, upstream.url);
  folder = made.folder;
  writeFileSync(join(folder, "caller.py"), CALLER);
  const tools = toolbox();
  const env = { ROUTERD_CONFIG: made.config, LOOP_KEY: "a-key-for-loopback" };
  code = await start({ folder, vsix: pack(EXTENSION, tools), tools, env, machine: { "routerd.path": launcher(scratch) } });
  await code.open("header.py");
  await code.statusBar("$0 / $5.00");
});

afterEach(async (context) => {
  if (!context.passed) await shot(`failed ${context.name.replaceAll(/\W+/g, " ")}`);
});

after(async () => {
  await code?.close();
  upstream?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

async function askToRename() {
  await upstream.answers(RENAMED);
  await code.runAt("fold", "routerd: Ask…", "rename fold to folded, also where it is called");
}

test("an answer whose place was changed meanwhile is kept beside the file, which stays as it is", async () => {
  await upstream.answers({ fault: "hang_mid_stream", after: 2 });
  await code.runAt("fold", "routerd: Document");
  await upstream.seen((seen) => seen[0]?.hanging);
  await code.clickWord("Fold");
  await code.page.keyboard.press("Home");
  await code.page.keyboard.type("mine ");
  await code.untilEditorShows('mine """Fold."""');
  await upstream.release();
  assert.match((await code.notifications("kept beside"))[0], /file changed there/);
  await code.untilEditorShows("RFC 5322");
  await shot("kept");
  await code.runCommand("View: Revert and Close Editor");
  await code.runCommand("Notifications: Clear All Notifications");
  await code.untilEditorShows('mine """Fold."""');
  await code.runCommand("File: Revert File");
  await code.untilEditorShows('    """Fold."""');
  assert.equal(onDisk("header.py"), SOURCE);
});

test("a change of several files is shown as one diff, and discarding it changes none", async () => {
  await askToRename();
  await code.page.locator(".monaco-diff-editor").nth(1).waitFor();
  await shot("several");
  assert.deepEqual((await code.tabs()).length, 2);
  await code.pressInTitle("Discard");
  await code.untilNoDiff();
  assert.deepEqual([onDisk("header.py"), onDisk("caller.py")], [SOURCE, CALLER]);
});

test("closing the diff of several files discards it", async () => {
  await askToRename();
  await code.page.locator(".monaco-diff-editor").nth(1).waitFor();
  await code.closeTab();
  await code.untilNoDiff();
  await code.untilEditorShows("def fold(");
  assert.equal(await code.save("header.py"), SOURCE);
});

test("a diff that was open when the window was reloaded is gone", async () => {
  await upstream.answers();
  await code.runAt("fold", "routerd: Document");
  await code.untilDiffShows("RFC 5322");
  await code.reload();
  await code.statusBar("/ $5.00");
  await code.untilNoDiff();
  assert.deepEqual(await code.tabs(), ["header.py"]);
});

test("a change of several files is accepted with the diff's own button", async () => {
  await askToRename();
  await code.page.locator(".monaco-diff-editor").nth(1).waitFor();
  await code.pressInTitle("Accept");
  await code.untilNoDiff();
  await code.untilEditorShows("from header import folded"); // the other file, beside the one that was asked about
  assert.equal(await code.save("caller.py"), CALLER.replaceAll("fold", "folded"));
  await code.closeTab();
  await code.untilEditorShows("def folded(");
  assert.equal(await code.save("header.py"), SOURCE.replace("def fold(", "def folded("));
  await code.undo();
  await code.untilEditorShows("def fold(");
  assert.equal(await code.save("header.py"), SOURCE);
});

test("where the user wants no preview, a rewrite is applied at once, and one undo takes it back", async () => {
  code.configure({ "routerd.apply": "direct" });
  await upstream.answers();
  await code.runAt("fold", "routerd: Document");
  await code.untilEditorShows("RFC 5322");
  assert.equal(await code.page.locator(".monaco-diff-editor").count(), 0);
  assert.match(await code.save("header.py"), /"""Fold header lines into one field, as RFC 5322 allows\."""/);
  await code.undo();
  assert.equal(await code.save("header.py"), SOURCE);
});
