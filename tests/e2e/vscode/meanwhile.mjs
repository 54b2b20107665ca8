// What the user does while a model answers: the answer lands where it belongs, or is kept beside, and disturbs nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DOCUMENTED, FOLDED, SOURCE } from "./mail.mjs";
import { code, onDisk, shot, upstream } from "./paid.mjs";
import { until } from "./screen.mjs";

/** Documents a function by an answer that hangs until `upstream.release()`. */
async function documentSlowly(name, reply) {
  await upstream.answers({ fault: "hang_mid_stream", after: 2, reply });
  await code.runAt(name, "routerd: Document");
  await upstream.seen((seen) => seen[0]?.hanging);
}

test("what is typed elsewhere while a model answers stays, and the answer lands where it belongs", async () => {
  await documentSlowly("parse_header", DOCUMENTED);
  await code.clickWord("message");
  await code.page.keyboard.press("Home");
  await code.page.keyboard.press("ArrowDown");
  await code.page.keyboard.type("#meanwhile");
  await upstream.release();
  await code.untilEditorShows("Split a header line");
  assert.match(await code.save("header.py"), /#meanwhile[\s\S]*-> tuple\[str, str\]:\n    """Split a header/);
  await code.undo();
  await code.undo();
  assert.equal(await code.save("header.py"), SOURCE);
});

test("an answer whose place was changed meanwhile is kept beside the file, which stays as it is", async () => {
  await documentSlowly("fold", FOLDED);
  await code.clickWord("Fold");
  await code.page.keyboard.press("Home");
  await code.page.keyboard.type("mine ");
  await code.untilEditorShows('mine """Fold."""');
  await upstream.release();
  assert.match((await code.notifications("kept beside"))[0], /file changed inside the target/);
  await code.untilEditorShows("RFC 5322");
  await shot("kept");
  await code.runCommand("View: Revert and Close Editor");
  await code.runCommand("Notifications: Clear All Notifications");
  await code.untilEditorShows('mine """Fold."""');
  await code.runCommand("File: Revert File");
  await code.untilEditorShows('    """Fold."""');
  assert.equal(onDisk("header.py"), SOURCE);
});

test("typing inside the function is enough, wherever the answer would land: the daemon decides, as for every editor", async () => {
  await documentSlowly("parse_header", DOCUMENTED);
  await code.clickWord("colon"); // in the body, some lines below where the documentation would be inserted
  await code.page.keyboard.press("End");
  await code.page.keyboard.type("  # mine");
  await upstream.release();
  assert.match((await code.notifications("kept beside"))[0], /file changed inside the target/);
  await code.untilEditorShows("Split a header line");
  await code.runCommand("View: Revert and Close Editor");
  await code.runCommand("Notifications: Clear All Notifications");
  await code.untilEditorShows("# mine");
  assert.doesNotMatch(await code.editorText(), /Split a header line/);
  await code.runCommand("File: Revert File");
  await until(async () => !(await code.editorText()).includes("# mine"), "the file as it was", () => code.editorText());
});

test("an answer for a file that is not in front any more changes that file, and opens none", async () => {
  await documentSlowly("parse_header", DOCUMENTED);
  await code.open("caller.py");
  await upstream.release();
  await code.statusBar("applied");
  await code.untilNotificationGone("routerd: document");
  assert.match(await code.editorText(), /def subject/);
  assert.equal(await code.page.locator(".editor-group-container").count(), 1);
  assert.deepEqual(await code.tabs(), ["header.py", "caller.py"]);
  await code.closeTab();
  await code.untilEditorShows("Split a header line");
  await code.undo();
  assert.equal(await code.save("header.py"), SOURCE);
});
