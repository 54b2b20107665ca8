// The harness itself, on an extension made for it: each thing that it reads is really on the screen.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { pack, start, toolbox } from "./harness.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const SHOTS = process.env.ROUTERD_TEST_SHOTS; // a folder for screenshots, when someone wants to look
const SOURCE = 'def greet(name):\n    return f"hello {name}"\n\n\ndef part(name):\n    return greet(name)\n';
let folder, code;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "folder-"));
  writeFileSync(join(folder, "sample.py"), SOURCE);
  writeFileSync(join(folder, "notes.md"), "# A heading\n\nand a line\n");
  const tools = toolbox();
  code = await start({ folder, vsix: pack(join(HERE, "sample"), tools), tools });
  await code.open("sample.py");
});

after(async () => {
  await code?.close();
  rmSync(folder, { recursive: true, force: true });
});

const shot = async (name) => SHOTS && code.screenshot(join(SHOTS, `harness ${name}.png`));

test("an installed extension runs and shows its status", async () => {
  assert.ok((await code.statusBar("sample ready")).some((text) => text.includes("sample ready")));
  assert.match(await code.statusTooltip("sample ready"), /spent nothing/);
});

test("the editor's text is read as it stands in the file", async () => {
  assert.equal((await code.editorText()).trimEnd(), SOURCE.trimEnd());
});

test("a hover over a word is read", async () => {
  assert.match(await code.hover("part", { expected: "sample hover" }), /sample hover of part/);
  await shot("hover");
});

test("a code action is listed, run, saved and undone in one step", async () => {
  const rows = await code.lightbulb("part", { expected: "Sample" });
  await shot("lightbulb");
  assert.deepEqual(rows.filter((row) => row.startsWith("Sample")), ["Sample: write a note above"]);
  await code.pick("write a note above");
  await code.untilEditorShows("# a note 🎉\ndef part");
  await code.undo();
  assert.equal(await code.save("sample.py"), SOURCE);
});

test("code lenses and the context menu are read", async () => {
  assert.deepEqual(await code.lenses("sample lens"), ["sample lens"]);
  assert.ok((await code.contextMenu("part")).includes("Command Palette..."));
});

test("both sides of a diff are read", async () => {
  await code.lightbulb("part", { expected: "Sample" });
  await code.pick("write a note above");
  await code.untilEditorShows("# a note");
  await code.runCommand("File: Compare Active File with Saved");
  await code.untilDiffShows("# a note 🎉");
  const { original, modified } = await code.diffText();
  await shot("diff");
  assert.ok(!original.includes("# a note") && modified.includes("# a note"));
  await code.closeTab();
  await code.untilEditorShows("# a note 🎉\ndef part");
  await code.undo();
  assert.equal(await code.save("sample.py"), SOURCE);
  assert.deepEqual(await code.tabs(), ["sample.py"]);
});

test("a setting changes while VS Code runs, and a quick pick is read", async () => {
  code.configure({ "files.associations": { "*.py": "plaintext" } });
  await code.statusBar("Plain Text");
  code.configure({});
  await code.statusBar("Python");
  await code.runCommand("Change Language Mode");
  assert.ok((await code.quickPick()).some((row) => row.includes("Auto Detect")));
  await code.page.keyboard.press("Escape");
});

test("a cancellable notification is read and cancelled", async () => {
  await code.runCommand("Sample: Wait");
  assert.match((await code.notifications("sample is waiting"))[0], /sample is waiting/);
  await shot("notification");
  await code.pressInNotification("sample is waiting", "Cancel");
  await code.untilNotificationGone("sample is waiting");
  await code.statusBar("sample cancelled");
});

test("a command's question is answered and its diagnostic stands in Problems", async () => {
  await code.runCommand("Sample: Greet", "Ada");
  assert.ok((await code.problems("no greeting")).some((row) => row.includes("no greeting for Ada")));
  await shot("problems");
});

test("the extension starts anew after a reload", async () => {
  await code.reload();
  await code.statusBar("sample ready");
});

test("a Markdown preview is read", async () => {
  await code.open("notes.md");
  await code.runCommand("Markdown: Open Preview");
  assert.match(await code.webviewText("A heading"), /and a line/);
  await shot("preview");
});
