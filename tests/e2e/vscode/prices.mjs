// What the window says before anything is sent: prices, today's spend, and where the actions are to be found.

import assert from "node:assert/strict";
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { code, folder, shot, upstream, vsix } from "./paid.mjs";
import { texts, until } from "./screen.mjs";

const box = () => code.page.locator(".quick-input-widget");

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
  assert.match(text, /ask[\s\S]*logic → gpt-4o[\s\S]*\$0\.0/);
  assert.deepEqual(await upstream.seen(), []);
});

test("the light bulb offers the actions with their prices", async () => {
  const rows = await code.lightbulb("parse_header", { expected: "Document `parse_header`" });
  await shot("lightbulb");
  assert.ok(rows.some((row) => /^Document `parse_header` · utility → deepseek-v3 · ≈ \$0\.\d+, at most \$0\.\d+$/.test(row)), rows);
  assert.equal(await code.page.locator(".action-widget .action [class*=codicon-sparkle]").count(), rows.length, "all ask an AI");
  await code.page.keyboard.press("Escape");
});

test("the light bulb asks for one's own words too, with a price before there are any", async () => {
  const rows = await code.lightbulb("parse_header", { expected: "Ask about" });
  assert.ok(rows.some((row) => /^Ask about `parse_header`… · logic → gpt-4o · ≈ \$0\.\d+, at most \$0\.\d+$/.test(row)), rows);
  await code.pick("Ask about `parse_header`…");
  await box().getByText("routerd: ask").waitFor();
  await code.page.keyboard.press("Escape");
});

test("the price in the box changes with the words, with what they mention, and with the selection", async () => {
  await upstream.answers();
  const price = async () => /≈ \$([\d.]+)/.exec((await texts(box())).join())?.[1];
  const other = async (...before) => {
    const differs = async () => ![undefined, ...before].includes(await price());
    await until(differs, `a price that is none of ${before}`, () => texts(box()));
    return price();
  };
  const short = "why is this slow";
  const long = `${short}, and which of its callers would notice if it were given a line that has no colon at all but many`;
  await code.runAt("parse_header", "routerd: Ask…");
  await box().locator("input").fill(short);
  const first = await other();
  await box().locator("input").fill(`${long} ${long} ${long}`);
  const second = await other(first);
  await box().locator("input").fill(`${long} ${long} ${long} as in @caller.py `);
  await other(first, second);
  await code.page.keyboard.press("Escape");
  await code.clickWord("parse_header");
  await code.page.keyboard.press("Control+A");
  await code.runCommand("routerd: Ask…");
  await box().locator("input").fill(short);
  await other(first);
  await code.page.keyboard.press("Escape");
  await code.clickWord("parse_header"); // nothing is selected any more
  assert.deepEqual(await upstream.seen(), []);
});

test("hover, menu and lens are off where the user wants none, by language and by folder", async () => {
  for (const off of [{ "routerd.offers.off_languages": ["python"] }, { "routerd.offers.hover": false, "routerd.offers.menu": false }]) {
    code.configure({ "routerd.code_lens": true, ...off });
    await code.untilNoAction("parse_header");
    await code.untilNoHover("parse_header");
    const state = "routerd.offers.off_languages" in off ? "detached" : "attached";
    await code.page.locator(".codelens-decoration a").first().waitFor({ state });
  }
  code.configure({ "routerd.offers.off_languages": ["go"], "routerd.offers.off_folders": ["vendor"] });
  assert.match(await code.hover("parse_header", { expected: "deepseek-v3" }), /document/);
  code.configure({});
  await code.page.locator(".codelens-decoration a").first().waitFor({ state: "detached" });
});

test("a folder's settings may lower a budget, and never raise it", async () => {
  const settings = join(folder, ".vscode/settings.json");
  mkdirSync(dirname(settings), { recursive: true });
  writeFileSync(settings, JSON.stringify({ "routerd.budget.daily": "1.00" }));
  await code.statusBar("/ $1.00");
  writeFileSync(settings, JSON.stringify({ "routerd.budget.daily": "500.00" }));
  await code.statusBar("/ $5.00");
  code.configure({ "routerd.budget.daily": "7.00" }); // the user's own word may raise what the user's file says
  await code.statusBar("/ $7.00");
  rmSync(settings);
  code.configure({});
  await code.statusBar("/ $5.00");
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
