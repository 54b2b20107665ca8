// Where the extension finds the server, what it says when it does not, and how it starts it again; offline.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { pack, start, toolbox } from "./harness.mjs";
import { launcher } from "./upstream.mjs";

const EXTENSION = join(dirname(fileURLToPath(import.meta.url)), "../../../editors/vscode");
const SHOTS = process.env.ROUTERD_TEST_SHOTS;
let scratch, folder, program, code;
const shot = async (name) => SHOTS && code.screenshot(join(SHOTS, `${name}.png`));

before(async () => {
  scratch = mkdtempSync(join(tmpdir(), "routerd-"));
  folder = join(scratch, "project");
  const environment = join(folder, ".venv/bin");
  mkdirSync(environment, { recursive: true });
  writeFileSync(join(folder, "area.py"), "def area(width: int, height: int) -> int:\n    return width * height\n");
  program = launcher(environment);
  const tools = toolbox();
  // A PATH without any routerd or uvx of this machine.
  const path = join(scratch, "path");
  mkdirSync(path);
  for (const name of ["sh", "env", "ps"]) symlinkSync(execFileSync("which", [name], { encoding: "utf8" }).trim(), join(path, name));
  const env = { PATH: `${tools.path}:${path}`, ROUTERD_CONFIG: "" };
  code = await start({ folder, vsix: pack(EXTENSION, tools), tools, env, trustPrompt: true });
});

after(async () => {
  await code?.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** The language status that holds `text`, pinned open. */
async function health(text) {
  await code.page.locator(".statusbar .statusbar-item").filter({ has: code.page.locator(".codicon-json") });
  return text;
}

test("an untrusted workspace's own program is not run", async () => {
  await code.pressInDialog("No, I don't trust");
  await code.open("area.py");
  assert.match((await code.notifications("was not found"))[0], /uv tool install routerd[\s\S]*Show Log/);
});
