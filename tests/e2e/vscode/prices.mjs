// What the window says before anything is sent: prices, today's spend, and where the actions are to be found.

import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { test } from "node:test";
import { code, shot, upstream, vsix } from "./paid.mjs";

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
  assert.match(text, /document[\s\S]*utility → deepseek-v3[\s\S]*\$0\.0/);
  assert.deepEqual(await upstream.seen(), []);
});

test("the light bulb offers the actions with their prices", async () => {
  const rows = await code.lightbulb("parse_header", { expected: "Document `parse_header`" });
  await shot("lightbulb");
  assert.ok(rows.some((row) => /^Document `parse_header` · utility → deepseek-v3 · ≈ \$0\.\d+, at most \$0\.\d+$/.test(row)), rows);
  await code.page.keyboard.press("Escape");
});

test("code lenses appear above functions once they are wanted, and not before", async () => {
  assert.equal(await code.page.locator(".codelens-decoration").count(), 0);
  code.configure({ "routerd.code_lens": true });
  assert.ok((await code.lenses("deepseek-v3")).length);
  code.configure({});
});

test("a command of the palette tells what each action would cost", async () => {
  await code.runAt("parse_header", "routerd: Estimate");
  const rows = await code.quickPick();
  await shot("estimate");
  assert.ok(rows.some((row) => /document[\s\S]*≈ \$0\.0/.test(row)), rows);
  await code.page.keyboard.press("Escape");
});

test("the context menu has the actions", async () => {
  assert.ok((await code.contextMenu("parse_header")).includes("routerd"));
});
