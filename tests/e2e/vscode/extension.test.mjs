// The packaged extension in real VS Code, with the real daemon and paid models on loopback.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { pack, start, toolbox } from "./harness.mjs";
import { FOLDED, project, SOURCE } from "./mail.mjs";
import { launcher, Upstream } from "./upstream.mjs";

const EXTENSION = join(dirname(fileURLToPath(import.meta.url)), "../../../editors/vscode");
const SHOTS = process.env.ROUTERD_TEST_SHOTS; // a folder for screenshots, when someone wants to look
const DOCUMENTED = `<doc name="parse_header">
Split a header line into its name and its value.

Args:
    line: the line, without its line break.

Raises:
    ValueError: the line has no colon.
</doc>`;
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
let scratch, folder, program, vsix, upstream, code;
const shot = async (name) => SHOTS && code.screenshot(join(SHOTS, `${name}.png`));

before(async () => {
  scratch = mkdtempSync(join(tmpdir(), "routerd-"));
  upstream = await Upstream.start(DOCUMENTED);
  const made = project(scratch, upstream.url);
  folder = made.folder;
  program = launcher(scratch);
  const tools = toolbox();
  vsix = pack(EXTENSION, tools);
  const env = { ROUTERD_CONFIG: made.config, LOOP_KEY: "a-key-for-loopback" };
  code = await start({ folder, vsix, tools, env, machine: { "routerd.path": program } });
  await code.open("header.py");
});

/** A failed test leaves a picture, and not its dialogs and texts to the next one. */
afterEach(async (context) => {
  if (context.passed) return;
  await shot(`failed ${context.name.replaceAll(/\W+/g, " ")}`);
  for (let i = 0; i < 3; i++) await code.page.keyboard.press("Escape");
  await code.runCommand("File: Revert File").catch(() => {});
  await code.runCommand("Notifications: Clear All Notifications").catch(() => {});
  await code.open("header.py").catch(() => {});
});

after(async () => {
  await code?.close();
  upstream?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

test("the package is smaller than 500 kB", () => {
  assert.ok(statSync(vsix).size < 500_000, `${statSync(vsix).size} bytes`);
});

test("the status bar shows today's spend against the budget", async () => {
  await code.statusBar("$0 / $5.00");
  assert.match(await code.statusTooltip("$0 / $5.00"), /spent today: \$0\n[\s\S]*budget: \$5\.00 a day/);
});

test("a hover shows what each action would cost, and sends nothing", async () => {
  await upstream.answers();
  const text = await code.hover("parse_header", { expected: "deepseek-v3" });
  await shot("hover");
  assert.match(text, /document[\s\S]*utility → deepseek-v3[\s\S]*≈ \$0\.0/);
  assert.deepEqual(await upstream.seen(), []);
});

test("the light bulb offers the actions with their prices", async () => {
  const rows = await code.lightbulb("parse_header", { expected: "Document `parse_header`" });
  await shot("lightbulb");
  assert.ok(rows.some((row) => /^Document `parse_header` · utility → deepseek-v3 · ≈ \$0\.\d+$/.test(row)), rows);
  await code.page.keyboard.press("Escape");
});

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

test("a rewrite is shown as a diff, and discarding it changes nothing", async () => {
  await upstream.answers(FOLDED);
  await rewrite();
  await code.untilDiffShows("RFC 5322");
  const { original } = await code.diffText();
  assert.match(original, /"""Fold\."""/);
  await code.pressInTitle("Discard");
  await code.untilNoDiff();
  await code.untilEditorShows('"""Fold."""');
  assert.equal(await code.save("header.py"), SOURCE);
});

test("a rewrite is retried one tier up, accepted with the diff's own button, and undone", async () => {
  await upstream.answers(FOLDED, FOLDED.replace("RFC 5322", "RFC 5322, section 2.2.3,"));
  await rewrite();
  await code.untilDiffShows("RFC 5322");
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

test("cancelling from the notification closes the connection to the model", async () => {
  await upstream.answers({ fault: "hang_mid_stream", after: 2 });
  await code.lightbulb("parse_header", { expected: "Document `parse_header`" });
  await code.pick("Document `parse_header`");
  await upstream.seen((seen) => seen[0]?.hanging);
  assert.match((await code.notifications("deepseek-v3"))[0], /deepseek-v3/);
  await code.page.locator(".statusbar-item .codicon-loading").waitFor(); // busy
  await shot("running");
  await code.pressInNotification("deepseek-v3", "Cancel");
  const [request] = await upstream.seen((seen) => seen[0]?.disconnected_at !== null);
  assert.equal(request.finished_at, null);
  await code.untilNotificationGone("deepseek-v3");
  assert.equal(await code.save("header.py"), SOURCE);
});

test("what is typed elsewhere while a model answers stays, and the answer lands where it belongs", async () => {
  await upstream.answers({ fault: "hang_mid_stream", after: 2 });
  await code.runAt("parse_header", "routerd: Document");
  await upstream.seen((seen) => seen[0]?.hanging);
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

test("a question in one's own words shows its route, and its edit is previewed", async () => {
  await upstream.answers("<<<<<<< SEARCH\n    return \"\\r\\n \".join(lines)\n=======\n    return \"\\r\\n\\t\".join(lines)\n>>>>>>> REPLACE");
  await code.runAt("fold", "routerd: Ask…");
  await code.page.locator(".quick-input-widget input").fill("fold with a tab instead of a space");
  await code.page.locator(".quick-input-widget").getByText(/→ loop\//).waitFor();
  await shot("ask");
  await code.page.keyboard.press("Enter");
  await code.untilDiffShows("\\r\\n\\t");
  await code.pressInTitle("Discard");
  await code.untilNoDiff();
});

test("code lenses appear above functions once they are wanted, and not before", async () => {
  assert.equal(await code.page.locator(".codelens-decoration").count(), 0);
  code.configure({ "routerd.code_lens": true });
  assert.ok((await code.lenses("deepseek-v3")).length);
  code.configure({});
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
  assert.match(readFileSync(join(folder, made), "utf8"), /assert parse_header/);
  await code.closeTab();
});

test("a design opens as Markdown beside its preview", async () => {
  await upstream.answers(DESIGN);
  await code.runAt("parse_header", "routerd: Design");
  assert.match(await code.webviewText("Unfolding first"), /Next steps/);
  await shot("design");
  await code.closeTab();
  await code.runCommand("View: Revert and Close Editor");
});

test("a command of the palette tells what each action would cost", async () => {
  await code.runAt("parse_header", "routerd: Estimate");
  const rows = await code.quickPick();
  await shot("estimate");
  assert.ok(rows.some((row) => /document[\s\S]*≈ \$0\.0/.test(row)), rows);
  await code.page.keyboard.press("Escape");
});

async function rewrite() {
  await code.lightbulb("fold", { expected: "Rewrite" });
  await code.pick("Rewrite");
}

test("the context menu has the actions", async () => {
  assert.ok((await code.contextMenu("parse_header")).includes("routerd"));
});

test("the report of the day opens from the status bar", async () => {
  await code.clickStatus("/ $5.00");
  assert.match(await code.webviewText("deepseek-v3"), /gpt-4o/);
  await shot("report");
  await code.closeTab();
});
