// Explain, fix and commit in the window: a document, a quick fix on a diagnostic, the source control input box.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { SOURCE } from "./mail.mjs";
import { code, folder, shot, upstream } from "./paid.mjs";
import { until } from "./screen.mjs";

const EXPLAINED = "It splits a header line.\n\nThe name comes out in lower case.\n";
const FIXED =
  '<<<<<<< SEARCH\n    return "\\r\\n ".join(lines)\n=======\n    return "\\r\\n\\t".join(lines)\n>>>>>>> REPLACE';
const FINDING = JSON.stringify({
  findings: [{ quote: 'return "\\r\\n ".join(lines)', line: 13, severity: "warning", message: "A tab is needed.", fix: null }],
});
const MESSAGE = "Read the head of a message\n\nMail has to be read first.\n";

test("an explanation opens as Markdown, and the source stays as it is", async () => {
  await upstream.answers(EXPLAINED);
  await code.runAt("parse_header", "routerd: Explain");
  await code.untilWebviewShows("comes out in lower case");
  await code.closeTab();
});

test("a diagnostic gets a quick fix with its price, which is previewed", async () => {
  await upstream.answers(FINDING, FIXED);
  await code.runAt("fold", "routerd: Review"); // the word is in the file only, not in a document that is about to close
  assert.ok((await code.problems("A tab is needed")).length);
  await code.runCommand("View: Toggle Panel Visibility");
  await code.lightbulb("join", { expected: "Fix `fold` · logic → gpt-4o · ≈ $0.0" });
  await code.pick("Fix `fold`");
  await code.untilDiffShows("\\r\\n\\t");
  const seen = await upstream.seen((requests) => requests.length === 2);
  assert.match(seen[1].body.messages[1].content, /- line 13: A tab is needed\. \(routerd\)/);
  await code.pressInTitle("Discard");
  await code.untilNoDiff();
  await code.runCommand("routerd: Clear Review");
});

test("without a diagnostic, what is wrong is asked for", async () => {
  await upstream.answers(FIXED);
  await code.runAt("fold", "routerd: Fix");
  await code.page.locator(".quick-input-widget input").fill("fold with a tab");
  await code.page.locator(".quick-input-widget").getByText(/logic → gpt-4o/).waitFor();
  await code.page.keyboard.press("Enter");
  await code.untilDiffShows("\\r\\n\\t");
  await code.pressInTitle("Discard");
  await code.untilNoDiff();
  assert.equal(await code.save("header.py"), SOURCE);
});

test("the message of what is staged stands in the source control input box", async () => {
  for (const words of [["init", "-q"], ["add", "header.py"]]) execFileSync("git", words, { cwd: folder });
  await upstream.answers(MESSAGE);
  code.configure({ "git.enabled": true });
  const { page } = code;
  await page.keyboard.press("Control+Shift+G");
  const box = page.locator(".scm-input .view-lines, .scm-editor .view-lines").first();
  await box.waitFor();
  await shot("source control");
  await page.locator(".pane-header").filter({ hasText: "Changes" }).first().hover(); // shows the buttons of the title
  await page.locator('.action-label[aria-label="Write Commit Message"]').first().click();
  const text = async () => (await box.innerText()).replaceAll("\u00a0", " ");
  await until(async () => /Read the head of a message/.test(await text()), "the message", async () => [await text()]);
  await shot("commit message");
  const [request] = await upstream.seen((requests) => requests.length === 1);
  assert.match(request.body.messages[1].content, /\+def parse_header/);
});
