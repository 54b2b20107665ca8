// The part of first_use_vscode.py that needs the window: a person documents one function, and with a key accepts a change.
// `node first_use_vscode.mjs FOLDER EXTENSIONS FILE FUNCTION`; prints {step: seconds} as JSON.

import { start } from "../e2e/vscode/harness.mjs";
import { until } from "../e2e/vscode/screen.mjs";

const [folder, extensions, file, name] = process.argv.slice(2);
const documented = new RegExp(`def ${name}\\([^]*?:\\n\\s+"""`);
const seconds = {};
let before = performance.now();

function step(title) {
  const now = performance.now();
  seconds[title] = (now - before) / 1000;
  before = now;
}

const code = await start({ folder, extensions, env: { ROUTERD_CONFIG: process.env.ROUTERD_CONFIG } });
try {
  step("open the window");
  await code.open(file);
  step("open the file");
  await code.lightbulb(name, { expected: `Document \`${name}\`` });
  step("Ctrl+. on the function's name");
  await code.pick(`Document \`${name}\``);
  await until(async () => documented.test(await code.editorText()), `${name}'s docstring`, () => code.editorText());
  step("Document, until the docstring stands in the editor");
  await code.runCommand("routerd: Set Key", "n1n");
  await code.page.locator(".quick-input-widget input[type=password]").fill("sk-none");
  await code.page.keyboard.press("Enter");
  await code.notifications("The key of n1n is stored.");
  await code.runCommand("Notifications: Clear All Notifications");
  step("routerd: Set Key");
  await code.runAt("read_labels", "routerd: Ask…", "mark this line");
  await code.page.locator(".review-widget").first().waitFor();
  step("routerd: Ask…, until the change is proposed in the file");
  await code.clickWord("read_labels");
  await code.page.keyboard.press("Control+Enter"); // as its first line says
  await code.page.locator(".review-widget").first().waitFor({ state: "detached" });
  await code.untilEditorShows("# proposed");
  step("Ctrl+Enter");
} finally {
  await code.close();
}
console.log(JSON.stringify(seconds));
