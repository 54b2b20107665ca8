// Diffs that wait for a decision: of one file and of several, accepted, discarded, closed, and asked for once more.

import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { CALLER, FOLDED, SOURCE } from "./mail.mjs";
import { code, folder, onDisk, scratch, shot, upstream } from "./paid.mjs";
import { until } from "./screen.mjs";
import { stranger } from "./upstream.mjs";

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
const FOLDING = SOURCE.slice(SOURCE.indexOf("def fold"));
const BETTER = FOLDED.replace("RFC 5322", "RFC 5322, section 2.2.3,");

async function rewrite() {
  await code.lightbulb("fold", { expected: "Rewrite" });
  await code.pick("Rewrite");
  await code.untilDiffShows("RFC 5322");
}

async function askToRename() {
  await upstream.answers(RENAMED);
  await code.runAt("fold", "routerd: Ask…", "rename fold to folded, also where it is called");
  await code.page.locator(".monaco-diff-editor").nth(1).waitFor();
}

test("a rewrite is shown as a diff, and discarding it changes nothing", async () => {
  await upstream.answers(FOLDED);
  await rewrite();
  const { original } = await code.diffText();
  assert.match(original, /"""Fold\."""/);
  await code.pressInTitle("Discard");
  await code.untilNoDiff();
  await code.untilEditorShows('"""Fold."""');
  assert.equal(await code.save("header.py"), SOURCE);
});

test("a rewrite is retried one tier up, accepted with the diff's own button, and undone", async () => {
  await upstream.answers(FOLDED, BETTER);
  await rewrite();
  await code.pressInTitle("Retry One Tier Up");
  await code.untilDiffShows("section 2.2.3");
  await code.untilNotificationGone("routerd: document");
  await code.page.mouse.move(640, 600); // off the button, whose tooltip would be in the picture
  await code.page.locator(".monaco-hover:visible").waitFor({ state: "detached" });
  await shot("preview");
  assert.deepEqual((await upstream.seen()).map((one) => one.body.model), ["deepseek-v3", "gpt-4o"]);
  assert.match(await code.page.locator(".tab.active").innerText(), /proposed by loop\/gpt-4o, \$0\.0/);
  await code.pressInTitle("Accept");
  await code.untilNoDiff();
  await code.untilEditorShows("section 2.2.3");
  assert.match(await code.save("header.py"), /"""Fold header lines into one field, as RFC 5322, section 2\.2\.3/);
  await code.undo();
  assert.equal(await code.save("header.py"), SOURCE);
});

test("a retry is offered as long as there is a stronger tier that can be asked", async () => {
  await upstream.answers(FOLDED, BETTER, FOLDED);
  await rewrite();
  await code.pressInTitle("Retry One Tier Up");
  await code.untilDiffShows("section 2.2.3");
  await code.pressInTitle("Retry One Tier Up");
  const models = async () => (await upstream.seen()).map((one) => one.body.model);
  await until(async () => (await models()).length === 3, "a third question", models);
  await code.untilNotificationGone("routerd: document");
  await code.untilDiffShows("RFC 5322");
  assert.deepEqual(await models(), ["deepseek-v3", "gpt-4o", "claude-3-5-sonnet"]);
  await code.page.getByRole("button", { name: "Retry One Tier Up" }).waitFor({ state: "detached" });
  await code.pressInTitle("Discard");
  await code.untilNoDiff();
  assert.equal(await code.save("header.py"), SOURCE);
});

test("a retry after the file was edited is about the same function, wherever that is now", async () => {
  await upstream.answers(FOLDED, BETTER);
  await rewrite();
  await code.showTab(/^header\.py(?! \()/);
  await code.clickWord("Reads");
  await code.page.keyboard.press("Control+Home");
  const mine = "# mine\n".repeat(7); // where fold was, there is parse_header now
  await code.page.keyboard.type(mine);
  await code.showTab(/proposed by/);
  await code.pressInTitle("Retry One Tier Up");
  await code.untilDiffShows("section 2.2.3");
  const [, again] = await upstream.seen();
  assert.match(again.body.messages.at(-1).content, /def fold[\s\S]* for: fold/);
  await code.pressInTitle("Accept");
  await code.untilNoDiff();
  await code.untilEditorShows("section 2.2.3");
  const wanted = SOURCE.replace("Fold.", "Fold header lines into one field, as RFC 5322, section 2.2.3, allows.");
  assert.equal(await code.save("header.py"), mine + wanted);
  await code.undo();
  await code.untilEditorShows('"""Fold."""');
  assert.equal(await code.save("header.py"), mine + SOURCE);
  while ((await code.editorText()).startsWith("#")) await code.undo(); // typing is several steps
  assert.equal(await code.save("header.py"), SOURCE);
});

test("a change of several files is shown as one diff, and discarding it changes none", async () => {
  await askToRename();
  await shot("several");
  assert.deepEqual((await code.tabs()).length, 2);
  await code.pressInTitle("Discard");
  await code.untilNoDiff();
  assert.deepEqual([onDisk("header.py"), onDisk("caller.py")], [SOURCE, CALLER]);
});

test("closing the diff of several files discards it", async () => {
  await askToRename();
  await code.closeTab();
  await code.untilNoDiff();
  await code.untilEditorShows("def fold(");
  assert.equal(await code.save("header.py"), SOURCE);
});

test("a diff that was open when the window was reloaded is gone", async () => {
  await askToRename();
  await code.untilRemembered("multi-diff-editor:");
  await code.reload();
  await code.statusBar("/ $5.00");
  await until(async () => (await code.tabs()).join() === "header.py", "no other tab", () => code.tabs());
});

test("a change of several files is accepted with the diff's own button", async () => {
  await askToRename();
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
  await code.open("caller.py"); // one step for both: that one was undone as well, and is not saved yet
  await code.untilEditorShows("from header import fold\n");
  assert.equal(await code.save("caller.py"), CALLER);
  await code.closeTab();
});

test("a change that also makes a file is shown and accepted as one, and undone as one", async () => {
  code.configure({ "routerd.path": stranger(scratch, "0.1.7") }); // routerd itself makes files for tests only
  writeFileSync(join(scratch, "outcome.json"), JSON.stringify(moved()));
  await code.languageStatus("routerd 0.1.7");
  await code.runAt("fold", "routerd: Ask…", "move fold into a module of its own");
  await code.page.locator(".monaco-diff-editor").nth(1).waitFor();
  await shot("created");
  await code.pressInTitle("Accept");
  await code.untilNoDiff();
  await code.statusBar("gpt-4o · $0.001, applied");
  await code.untilEditorShows("def fold("); // the new file, beside the one that was asked about
  assert.equal(onDisk("folding.py"), FOLDING);
  await code.showTab(/^header\.py(?! \()/);
  assert.equal(await code.save("header.py"), SOURCE.replace(`\n\n${FOLDING}`, ""));
  await code.undo();
  await code.untilEditorShows("def fold(");
  await until(() => !existsSync(join(folder, "folding.py")), "the new file to go", () => code.tabs());
  assert.equal(await code.save("header.py"), SOURCE);
  assert.deepEqual(await code.tabs(), ["header.py"]);
  code.configure({});
  await code.languageStatus("routerd 0.1.0");
});

/** `fold` in a file of its own. */
function moved() {
  const uri = (name) => pathToFileURL(join(folder, name)).href;
  const at = (line) => ({ line, character: 0 });
  const documentChanges = [
    { kind: "create", uri: uri("folding.py"), options: { overwrite: false, ignoreIfExists: false } },
    {
      textDocument: { uri: uri("folding.py"), version: null },
      edits: [{ range: { start: at(0), end: at(0) }, newText: FOLDING }],
    },
    {
      textDocument: { uri: uri("header.py"), version: null },
      edits: [{ range: { start: at(8), end: at(13) }, newText: "" }],
    },
  ];
  const from = { action: "ask", tier: "logic", model: "loop/gpt-4o", model_name: "loop/gpt-4o", cost: "0.001", price: "$0.001" };
  return { status: "proposed", message: "done", ...from, edit: { documentChanges }, diagnostics: null, document: null };
}

test("where the user wants no preview, a rewrite is applied at once, and one undo takes it back", async () => {
  code.configure({ "routerd.apply": "direct" });
  await upstream.answers(FOLDED);
  await code.runAt("fold", "routerd: Document");
  await code.untilEditorShows("RFC 5322");
  assert.equal(await code.page.locator(".monaco-diff-editor").count(), 0);
  assert.match(await code.save("header.py"), /"""Fold header lines into one field, as RFC 5322 allows\."""/);
  await code.undo();
  assert.equal(await code.save("header.py"), SOURCE);
  code.configure({});
});
