// Proposals in the file itself: what is seen, keys and buttons, each change by itself, and what is typed meanwhile.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, test } from "node:test";
import { SOURCE } from "./mail.mjs";
import { code, folder, shot, upstream } from "./paid.mjs";
import { texts, until } from "./screen.mjs";

const block = (old, now) => `<<<<<<< SEARCH\n${old}\n=======\n${now}\n>>>>>>> REPLACE`;
const COLON = ['    name, _, value = line.partition(":")', '    name, colon, value = line.partition(":")'];
const VALUE = ["    if not value:", "    if not colon:"];
const BOTH = `${block(...COLON)}\n\n${block(...VALUE)}`;
const with_ = (...changes) => changes.reduce((text, [old, now]) => text.replace(old, now), SOURCE);
const threads = () => code.page.locator(".review-widget");

beforeEach(() => code.configure({ "routerd.preview": "inline" }));

async function propose(reply, word = "parse_header", shown = 2) {
  await upstream.answers(reply);
  await code.runAt(word, "routerd: Ask…", "rename _ to colon and check that instead");
  await until(async () => (await threads().count()) === shown, `${shown} changes`, () => texts(threads()));
}

/** The keyboard is the editor's, with the cursor in a word. */
async function at(word, nth = 0) {
  await code.clickWord(word, nth);
}

async function untilNone() {
  await until(async () => (await threads().count()) === 0, "no change to be shown", () => texts(threads()));
}

test("a proposal is shown in the file with model, price and keys, and nothing is changed", async () => {
  await propose(BOTH);
  await code.untilNotificationGone("routerd: ask");
  await shot("inline");
  const [first, second] = await texts(threads());
  assert.match(first, /Change 1 of 2 · Ctrl\+Enter accepts/);
  assert.match(first, /proposed by loop\/deepseek-v3, \$0\.0/);
  assert.match(first, /name, colon, value/);
  assert.match(second, /if not colon:/);
  assert.equal(await code.page.locator(".monaco-diff-editor").count(), 0);
  assert.equal(await code.page.locator(".comments-panel").count(), 0, "no panel opens for it");
  await code.pressInTitle("Discard All Changes");
  await untilNone();
  assert.equal(await code.save("header.py"), SOURCE);
});

test("in a theme of high contrast, which has no colour for them, the lines that go are struck through", async () => {
  await propose(BOTH);
  const struck = async () =>
    code.editor.locator(".view-line span span").evaluateAll((spans) =>
      spans.filter((span) => getComputedStyle(span).textDecorationLine === "line-through").map((span) => span.textContent).join(""),
    );
  assert.equal(await struck(), "");
  code.configure({ "routerd.preview": "inline", "workbench.colorTheme": "Default High Contrast" });
  await until(async () => /partition[\s\S]*if.not.value/.test(await struck()), "two struck lines", struck);
  await shot("contrast");
  code.configure({ "routerd.preview": "inline" });
  await until(async () => (await struck()) === "", "no struck line", struck);
  await code.pressInTitle("Discard All Changes");
  await untilNone();
});

test("where the user wants the panel of comments to open, it does", async () => {
  code.configure({ "routerd.preview": "inline", "comments.openView": "file" });
  await propose(BOTH);
  await code.page.locator(".comments-panel").first().waitFor();
  await code.runCommand("View: Toggle Panel Visibility");
  await code.pressInTitle("Discard All Changes");
  await untilNone();
});

test("a key accepts the change at the cursor, another discards one, and each is an undo step", async () => {
  await propose(BOTH);
  await at("partition");
  await code.page.keyboard.press("Control+Enter");
  await until(async () => (await threads().count()) === 1, "one change to be left", () => texts(threads()));
  await code.page.keyboard.press("Control+Shift+Backspace");
  await untilNone();
  assert.equal(await code.save("header.py"), with_(COLON));
  await code.undo();
  assert.equal(await code.save("header.py"), SOURCE);
  await code.page.keyboard.press("Control+Enter"); // bound in that state only: now it opens a line
  await until(async () => (await code.editorText()).split("\n").length > SOURCE.split("\n").length, "a new line", () => code.editorText());
  await code.undo();
  assert.equal(await code.save("header.py"), SOURCE);
});

test("all of it is accepted by one key and undone as one step", async () => {
  await propose(BOTH);
  await at("partition");
  await code.page.keyboard.press("Control+Alt+Enter");
  await untilNone();
  assert.equal(await code.save("header.py"), with_(COLON, VALUE));
  await code.undo();
  assert.equal(await code.save("header.py"), SOURCE);
});

test("what is typed elsewhere stays and moves it along; what is typed inside is never overwritten", async () => {
  await propose(BOTH);
  await at("message");
  await code.page.keyboard.press("Control+Home");
  await code.page.keyboard.type("# mine\n");
  await at("raise");
  await code.page.keyboard.press("End");
  await code.page.keyboard.type("  # loud");
  await at("partition");
  await code.page.keyboard.press("End");
  await code.page.keyboard.type("  # here");
  await code.page.keyboard.press("Control+Enter");
  assert.match((await code.notifications("not applied"))[0], /changed meanwhile/);
  await code.runCommand("Notifications: Clear All Notifications");
  await at("partition");
  await code.page.keyboard.press("Alt+F5"); // to the next change
  await code.statusBar("Ln 7, Col 1");
  await code.page.keyboard.press("Control+Enter");
  await until(async () => (await threads().count()) === 1, "one change to be left", () => texts(threads()));
  await code.pressInTitle("Discard All Changes");
  await untilNone();
  const wanted = with_(VALUE, [COLON[0], `${COLON[0]}  # here`], ["{line!r}\")", '{line!r}")  # loud']);
  assert.equal(await code.save("header.py"), `# mine\n${wanted}`);
  await code.runCommand("File: Revert File");
  writeFileSync(join(folder, "header.py"), SOURCE);
  await code.untilEditorShows("Reads the head");
  await until(async () => !(await code.editorText()).includes("# mine"), "the source", () => code.editorText());
});

test("two proposals stand in one file, and each has its own changes", async () => {
  await propose(BOTH);
  await propose(block('    return "\\r\\n ".join(lines)', '    return "\\r\\n\\t".join(lines)'), "fold", 3);
  await at("join");
  await code.page.keyboard.press("Control+Alt+Enter");
  await until(async () => (await threads().count()) === 2, "the other proposal", () => texts(threads()));
  assert.match(await code.save("header.py"), /\\r\\n\\t/);
  await at("partition");
  await code.page.keyboard.press("Control+Alt+Enter");
  await untilNone();
  const folded = ['"\\r\\n ".join', '"\\r\\n\\t".join'];
  assert.equal(await code.save("header.py"), with_(COLON, VALUE, folded));
  await code.undo();
  assert.equal(await code.save("header.py"), with_(folded));
  await code.undo();
  assert.equal(await code.save("header.py"), SOURCE);
});

test("line ends and emoji stay as they are", async () => {
  const lines = ["def crate(n: int) -> str:", '    name = "📦é" + str(n)', "    mark = name", '    return mark + "🚚"', ""];
  const crate = lines.join("\r\n");
  writeFileSync(join(folder, "crate.py"), crate);
  await code.open("crate.py");
  const reply = `${block(lines[1], '    name = f"📦é{n}"')}\n\n${block(lines[3], `    mark += "🚛"\n${lines[3]}`)}`;
  await propose(reply, "crate");
  await at("name");
  await code.page.keyboard.press("Control+Alt+Enter");
  await untilNone();
  const wanted = [lines[0], '    name = f"📦é{n}"', lines[2], '    mark += "🚛"', lines[3], ""].join("\r\n");
  assert.equal(await code.save("crate.py"), wanted);
  await code.undo();
  assert.equal(await code.save("crate.py"), crate);
  await code.closeTab();
});

test("an answer is refined in its own conversation, by words with a price and a mention", async () => {
  const typed = [COLON[0], '    name, colon, value = line.partition(b":")'];
  await propose(BOTH);
  await upstream.answers(block(...typed));
  await code.pressInTitle("Refine…");
  const box = code.page.locator(".quick-input-widget");
  await box.locator("input").fill("as bytes, see @fo");
  await box.getByText("@fold").first().waitFor();
  await code.page.keyboard.press("Enter");
  await until(async () => (await box.locator("input").inputValue()) === "as bytes, see @fold ", "the mention", () => texts(box));
  await box.getByText(/utility → deepseek-v3 · ≈ \$0\.0/).waitFor();
  await shot("box");
  await code.page.keyboard.press("Enter");
  await until(async () => (await threads().count()) === 1, "the refined change", () => texts(threads()));
  const [{ body }] = await upstream.seen((seen) => seen.length === 1);
  assert.deepEqual(body.messages.map(({ role }) => role), ["system", "user", "assistant", "user"]);
  assert.match(body.messages[2].content, /if not colon:/);
  assert.match(body.messages[3].content, /^as bytes, see @fold[\s\S]*mentioned as @fold/);
  await at("partition");
  await code.page.keyboard.press("Control+Enter");
  await untilNone();
  assert.equal(await code.save("header.py"), with_(typed));
  await code.undo();
  assert.equal(await code.save("header.py"), SOURCE);
});

test("one key opens the box, which holds what was asked before", async () => {
  await upstream.answers("It folds.");
  await at("fold");
  await code.page.keyboard.press("Control+Alt+I");
  const rows = code.page.locator(".quick-input-list .monaco-list-row");
  await rows.filter({ hasText: "as bytes, see @fold" }).first().waitFor();
  await code.page.keyboard.press("Escape");
});
