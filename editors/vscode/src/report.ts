// Shows the daemon's spending report in a webview; makes none of its figures.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as vscode from "vscode";
import type { Found } from "./discovery.ts";

/** The report of a year of use takes well under a second; a first start on a slow disk takes longer. */
const TIMEOUT_MS = 30_000;

export async function showReport(found: Found): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "routerd-"));
  try {
    const file = join(folder, "report.html");
    const args = [...found.args, "report", "--out", file];
    const { shell } = found;
    const quoted = (word: string) => (shell ? `"${word}"` : word);
    const running = { timeout: TIMEOUT_MS, cwd: folder, windowsHide: true, shell };
    await promisify(execFile)(quoted(found.command), args.map(quoted), running);
    const html = await readFile(file, "utf8");
    const options = { enableScripts: true }; // the charts; the page itself asks nothing of the network
    const panel = vscode.window.createWebviewPanel(
      "routerd.report",
      "routerd: spend",
      vscode.ViewColumn.Active,
      options,
    );
    panel.webview.html = html;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
