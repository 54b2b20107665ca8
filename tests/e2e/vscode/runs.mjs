// What a run shows while it goes on, and where each kind of answer is to be seen.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { DOCUMENTED, SOURCE } from "./mail.mjs";
import { code, folder, onDisk, shot, upstream } from "./paid.mjs";
import { until } from "./screen.mjs";

const FINDING = JSON.stringify({
  findings: [
    {
      quote: "if not value:",
      line: 5,
      severity: "warning",
      message: "An empty value is taken for a missing colon.",
      rule: "edge-case",
      fix: 'if ":" not in line:',
    },
  ],
});
const DESIGN = `## Purpose

Read the head of a message.

## Structure

Unfolding first, then one \`parse_header\` for each line.

## Dependencies

None.

## Risks

- A folded line that begins the head.

## Next steps

- Move \`fold\` behind an encoder.
`;

test("documentation is inserted at once, and one undo takes it back", async () => {
  await upstream.answers(DOCUMENTED);
  await code.lightbulb("parse_header", { expected: "Document `parse_header`" });
  await code.pick("Document `parse_header`");
  await code.untilEditorShows("Split a header line");
  await shot("documented");
  assert.match(await code.save("header.py"), /ValueError: the line has no colon/);
  assert.match(await code.statusTooltip(/^\s*\$0\.0/), /saved today: \$0\.0/);
  await code.undo();
  assert.equal(await code.save("header.py"), SOURCE);
});

test("while an answer comes slowly, the notification shows the stage, and how tokens and cost grow", async () => {
  await upstream.answers({ delay_s: 0.1, chunk_chars: 6 });
  await code.runAt("parse_header", "routerd: Document");
  const shown = /asking deepseek-v3 · (\d+) tokens · ≈ \$(0\.0\d+) · \d+ s/;
  const seen = [];
  const grows = async () => {
    const [, tokens, dollars] = shown.exec((await code.notifications("deepseek-v3"))[0]) ?? [];
    const now = { tokens: Number(tokens), dollars: Number(dollars) };
    if (tokens && now.tokens !== seen.at(-1)?.tokens) seen.push(now);
    return seen.length > 2;
  };
  await until(grows, "three reports", () => seen);
  await shot("running");
  assert.ok(seen[0].tokens < seen[1].tokens && seen[1].tokens < seen[2].tokens, JSON.stringify(seen));
  assert.ok(0 < seen[0].dollars && seen[0].dollars < seen[2].dollars, JSON.stringify(seen));
  await code.untilEditorShows("Split a header line");
  await code.untilNotificationGone("routerd: document");
  await code.undo();
  assert.equal(await code.save("header.py"), SOURCE);
});

test("cancelling from the notification closes the connection to the model", async () => {
  await upstream.answers({ fault: "hang_mid_stream", after: 2 });
  await code.lightbulb("parse_header", { expected: "Document `parse_header`" });
  await code.pick("Document `parse_header`");
  await upstream.seen((seen) => seen[0]?.hanging);
  await code.page.locator(".statusbar-item .codicon-loading").waitFor(); // busy
  await code.pressInNotification("deepseek-v3", "Cancel");
  const [request] = await upstream.seen((seen) => seen[0]?.disconnected_at !== null);
  assert.equal(request.finished_at, null);
  await code.untilNotificationGone("deepseek-v3");
  assert.equal(await code.save("header.py"), SOURCE);
});

test("a review stands in Problems, and its quick fix is applied", async () => {
  await upstream.answers(FINDING);
  await code.runCommand("routerd: Review");
  assert.ok((await code.problems("taken for a missing colon")).length);
  await shot("review");
  await code.lightbulb("value", { expected: "An empty value is taken", nth: 1 });
  await code.pick("An empty value is taken");
  await code.untilEditorShows('if ":" not in line:');
  await code.undo();
  await code.runCommand("routerd: Clear Review");
  await code.untilNoProblem("taken for a missing colon");
  await code.runCommand("View: Toggle Panel Visibility");
});

test("a question in one's own words shows its route, and its edit is previewed", async () => {
  await upstream.answers(
    '<<<<<<< SEARCH\n    return "\\r\\n ".join(lines)\n=======\n    return "\\r\\n\\t".join(lines)\n>>>>>>> REPLACE',
  );
  await code.runAt("fold", "routerd: Ask…");
  await code.page.locator(".quick-input-widget input").fill("fold with a tab instead of a space");
  await code.page.locator(".quick-input-widget").getByText(/→ deepseek-v3 · ≈/).waitFor();
  await shot("ask");
  await code.page.keyboard.press("Enter");
  await code.untilDiffShows("\\r\\n\\t");
  await code.pressInTitle("Discard");
  await code.untilNoDiff();
});

test("generated tests open in a new file beside the source", async () => {
  await upstream.answers(
    "```python\nimport pytest\nfrom header import parse_header\n\n\ndef test_splits_at_the_first_colon():\n" +
      '    assert parse_header("To: a:b") == ("to", "a:b")\n```',
  );
  await code.runAt("parse_header", "routerd: Generate Tests");
  await code.untilEditorShows("test_splits_at_the_first_colon");
  await shot("tests");
  const [made] = readdirSync(folder, { recursive: true }).filter((name) => /test_\w+\.py$/.test(name));
  assert.match(onDisk(made), /assert parse_header/);
  await code.closeTab();
});

test("a design stands read-only beside its code, and a later answer beside it has a name of its own", async () => {
  await upstream.answers(DESIGN, DESIGN.replace("Unfolding first", "Splitting first"));
  await code.lightbulb("parse_header", { expected: "Design" });
  await code.pick("Design");
  await code.untilWebviewShows("Unfolding first");
  await shot("design");
  await code.showTab(/^header\.py(?! \()/); // the code keeps its half
  await code.lightbulb("fold", { expected: "Design" });
  await code.pick("Design");
  await code.untilWebviewShows("Splitting first");
  const answers = (await code.tabLabels()).filter((label) => label.includes("design header.py"));
  assert.equal(new Set(answers).size, 2);
  await code.showTab(answers[0]);
  await code.untilWebviewShows("Unfolding first");
  for (let left = 0; left < 2; left++) await code.closeTab(); // nobody is asked to save anything
  assert.equal(await code.save("header.py"), SOURCE);
});

test("the report of the day opens from the status bar, and from the palette", async () => {
  await code.clickStatus("/ $5.00");
  assert.match(await code.webviewText("deepseek-v3"), /Spend per day, by tier/);
  await shot("spend");
  await code.closeTab();
  await code.runCommand("routerd: Show Spend");
  assert.match(await code.webviewText("deepseek-v3"), /Spend per day, by tier/);
  await code.closeTab();
});

test("a command of the palette shows the log, which says what was started and holds no source", async () => {
  await code.runCommand("routerd: Show Log");
  await code.page.locator(".panel .view-line").filter({ hasText: /\[info\]/ }).first().waitFor();
  await shot("log");
  assert.match(code.log("routerd"), /routerd 0\.1\.0 is running/);
  assert.ok(!code.log("routerd").includes("parse_header"));
  await code.runCommand("View: Toggle Panel Visibility");
});
