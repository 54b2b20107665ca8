// The part of first_use_vscode.py that needs the window: opens a file and documents one function, as a person does.
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

const code = await start({ folder, extensions, env: { ROUTERD_CONFIG: "" } });
try {
  step("open the window");
  await code.open(file);
  step("open the file");
  await code.lightbulb(name, { expected: `Document \`${name}\`` });
  step("Ctrl+. on the function's name");
  await code.pick(`Document \`${name}\``);
  await until(async () => documented.test(await code.editorText()), `${name}'s docstring`, () => code.editorText());
  step("Document, until the docstring stands in the editor");
} finally {
  await code.close();
}
console.log(JSON.stringify(seconds));
