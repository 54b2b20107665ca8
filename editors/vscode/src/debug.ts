// What a bug report needs, as text for the clipboard; holds no key and no source; of paths, only a wrong routerd.path.

import * as vscode from "vscode";
import type { Health } from "./server.ts";

export async function copyDebugInformation(version: string, health: Health): Promise<void> {
  const server =
    health.state === "running"
      ? `${health.version} from ${health.found.source}`
      : `${health.state}${health.state === "stopped" ? `: ${health.reason}` : ""}`;
  const settings = vscode.workspace.getConfiguration("routerd");
  const lines = [
    `extension: ${version}`,
    `server: ${server}`,
    `editor: ${vscode.env.appName} ${vscode.version} (${vscode.env.remoteName ?? "local"})`,
    `system: ${process.platform} ${process.arch}`,
    `trusted: ${vscode.workspace.isTrusted}`,
    `apply: ${settings.get<string>("apply")}`,
    `routerd.path is ${settings.get<string>("path") ? "set" : "not set"}`,
  ];
  await vscode.env.clipboard.writeText(`${lines.join("\n")}\n`);
  void vscode.window.showInformationMessage("routerd: the debug information is on the clipboard.");
}
