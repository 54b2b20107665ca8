// How a name becomes a program's path on each platform: the extension's own module, without a window.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { toolbox } from "./harness.mjs";

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), "../../../editors/vscode/src/programs.ts");
let scratch, programs;

before(async () => {
  scratch = mkdtempSync(join(tmpdir(), "routerd-"));
  const outfile = join(scratch, "programs.mjs");
  const tools = toolbox();
  execFileSync(join(tools.modules, ".bin/esbuild"), [SOURCE, "--format=esm", `--outfile=${outfile}`, "--log-level=error"]);
  programs = await import(pathToFileURL(outfile));
});
after(() => rmSync(scratch, { recursive: true, force: true }));

const windows = (...files) => ({
  platform: "win32",
  env: { Path: "C:\\Tools;relative;D:\\My Programs", ProgramData: "C:\\ProgramData" },
  home: "C:\\Users\\ada",
  workspaceFolder: "C:\\work",
  runs: (path) => files.includes(path),
});
const linux = (...files) => ({
  platform: "linux",
  env: { PATH: "/usr/bin:.:/home/ada/bin", VENV: "/venvs/one" },
  home: "/home/ada",
  workspaceFolder: "/srv/shop",
  runs: (path) => files.includes(path),
});

for (const [name, file] of [
  ["routerd", "C:\\Tools\\routerd.exe"],
  ["routerd.exe", "C:\\Tools\\routerd.exe"],
  ["ROUTERD.EXE", "C:\\Tools\\ROUTERD.EXE"],
  ["routerd", "D:\\My Programs\\routerd.cmd"],
  ["routerd.cmd", "D:\\My Programs\\routerd.cmd"],
  ["routerd", "D:\\My Programs\\routerd.bat"],
  ["C:\\apps\\routerd", "C:\\apps\\routerd.exe"],
  ["C:\\apps\\routerd.exe", "C:\\apps\\routerd.exe"],
  ["C:\\apps\\python3.12\\routerd-0.1", "C:\\apps\\python3.12\\routerd-0.1.exe"],
  ["\\\\server\\share\\routerd", "\\\\server\\share\\routerd.exe"],
]) {
  test(`on Windows ${name} is ${file}`, () => assert.equal(programs.program(name, windows(file)), file));
}

test("on Windows an .exe comes before a script of the same folder, and what has no such ending is no program", () => {
  const both = windows("C:\\Tools\\routerd.cmd", "C:\\Tools\\routerd.exe");
  assert.equal(programs.program("routerd", both), "C:\\Tools\\routerd.exe");
  assert.equal(programs.program("routerd", windows("C:\\Tools\\routerd", "relative\\routerd.exe")), undefined);
});

test("on Linux a name is the file of that name, and nothing is looked for in a relative folder", () => {
  assert.equal(programs.program("routerd", linux("/home/ada/bin/routerd")), "/home/ada/bin/routerd");
  assert.equal(programs.program("routerd", linux("/usr/bin/routerd.exe", "./routerd")), undefined);
});

test("variables in a setting's path stand for what VS Code says they do, and an unknown one stays to be seen", () => {
  const all = "${workspaceFolder}/.venv/bin/routerd ${env:VENV} ${userHome} ${env:NONE} ${file}";
  assert.equal(programs.expanded(all, linux()), "/srv/shop/.venv/bin/routerd /venvs/one /home/ada ${env:NONE} ${file}");
  assert.equal(programs.expanded("~/bin/routerd", linux()), "/home/ada/bin/routerd");
  assert.equal(programs.expanded("~\\routerd", windows()), "C:\\Users\\ada\\routerd");
  assert.equal(programs.expanded("${env:PROGRAMDATA}\\routerd", windows()), "C:\\ProgramData\\routerd");
});

test("only Windows' scripts need a shell", () => {
  assert.equal(programs.needsShell("C:\\a\\routerd.CMD", "win32"), true);
  assert.equal(programs.needsShell("C:\\a\\routerd.exe", "win32"), false);
  assert.equal(programs.needsShell("/a/routerd.cmd", "linux"), false);
});
