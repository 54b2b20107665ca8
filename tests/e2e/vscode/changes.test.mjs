// "Review Changes" from the palette in real VS Code: the findings of every changed file stand in the Problems panel,
// grouped by file, whether it is open or not; those of a file that was mended go with the next review. All offline.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { pack, start, toolbox } from "./harness.mjs";
import { launcher } from "./upstream.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const FINDING = "routerd";
const sound = (name) => `def ${name}():\n    return 1\n`;
const faulty = (name) => `def ${name}(into=[]):\n    return into\n`;
let scratch, folder, code;

const git = (...words) =>
  execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.org", ...words], { cwd: folder });

before(async () => {
  scratch = mkdtempSync(join(tmpdir(), "routerd-"));
  folder = join(scratch, "repository");
  mkdirSync(join(folder, "lib"), { recursive: true });
  for (const name of ["a", "lib/b", "same"]) writeFileSync(join(folder, `${name}.py`), sound(name.replace("lib/", "")));
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-qm", "as it was");
  for (const name of ["a", "lib/b"]) writeFileSync(join(folder, `${name}.py`), faulty(name.replace("lib/", "")));
  const tools = toolbox();
  const machine = { "routerd.path": launcher(scratch) };
  code = await start({ folder, vsix: pack(join(HERE, "../../../editors/vscode"), tools), tools, machine, env: { ROUTERD_CONFIG: "" } });
  await code.open("same.py");
  await code.statusBar(/^\s*\$0/);
});

after(async () => {
  await code?.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** The files of the Problems panel, each with its findings. */
async function grouped() {
  const files = {};
  let last;
  for (const row of await code.problems(FINDING)) {
    const file = /^\s*(\w+\.py)/.exec(row)?.[1];
    if (file) files[(last = file)] = [];
    else files[last].push(row);
  }
  return files;
}

test("one command reviews all changed files, and their findings stand under each file", async () => {
  await code.runCommand("routerd: Review Changes");
  await code.notifications("2 findings in 2 changed files");
  const files = await grouped();
  assert.deepEqual(Object.keys(files).sort(), ["a.py", "b.py"]);
  for (const rows of Object.values(files)) {
    assert.equal(rows.length, 1, rows.join());
    assert.match(rows[0], /routerd/);
  }
});

test("the findings of a file that was mended go with the next review", async () => {
  git("checkout", "--", "lib/b.py");
  await code.runCommand("Notifications: Clear All Notifications");
  await code.runCommand("routerd: Review Changes");
  await code.notifications("1 finding in 1 changed file");
  await code.untilNoProblem("b.py");
  assert.deepEqual(Object.keys(await grouped()), ["a.py"]);
});
