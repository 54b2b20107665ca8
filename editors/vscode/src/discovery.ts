// Finds the program `routerd`: the setting, the workspace's Python environment, PATH, what the extension brings; starts and downloads nothing.

import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import * as vscode from "vscode";
import { expanded, needsShell, program, type Machine } from "./programs.ts";

export interface Found {
  command: string;
  args: string[];
  /** Whether only a shell runs it, as Windows' scripts. */
  shell: boolean;
  /** For people: where it was found. */
  source: string;
}

/** A sentence for the user that says what to do. */
export class NotFound extends Error {}

const WINDOWS = process.platform === "win32";
const SCRIPTS = WINDOWS ? "Scripts" : "bin";
/** The usual names of an environment inside a project. */
const ENVIRONMENTS = [".venv", "venv"];

/** The first place that has it. Raises NotFound. */
export async function find(): Promise<Found> {
  const setting = vscode.workspace.getConfiguration("routerd").get<string>("path", "").trim();
  if (setting) return fromSetting(setting);
  if (vscode.workspace.isTrusted) {
    for (const folder of await environments()) {
      const command = program(join(folder, "routerd"), machine());
      if (command) return found(command, "the workspace's Python environment");
    }
  }
  const onPath = program("routerd", machine());
  if (onPath) return found(onPath, "PATH");
  const own = vscode.extensions.getExtension("routerd.routerd")?.extensionPath;
  const brought = own && program(join(own, "server", "routerd"), machine());
  if (brought) return found(brought, "this extension");
  const trust = vscode.workspace.isTrusted
    ? ""
    : " A program in this folder's .venv is found once you trust the folder.";
  throw new NotFound(`The routerd program was not found: install it, or set routerd.path.${trust}`);
}

function fromSetting(setting: string): Found {
  const command = program(expanded(setting, machine()), machine());
  if (command) return found(command, "the setting routerd.path");
  throw new NotFound(`The setting routerd.path names ${setting}, which is no program: correct or empty the setting.`);
}

function found(command: string, source: string): Found {
  return { command, args: [], shell: needsShell(command, process.platform), source };
}

function machine(): Machine {
  return {
    platform: process.platform,
    env: process.env,
    home: homedir(),
    workspaceFolder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
    runs,
  };
}

/** Folders of programs: the interpreter chosen in the Python extension, then environments inside the workspace. */
async function environments(): Promise<string[]> {
  const inside = (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === "file")
    .flatMap(({ uri }) => ENVIRONMENTS.map((name) => join(uri.fsPath, name, SCRIPTS)));
  const chosen = await chosenInterpreter();
  return chosen ? [join(chosen, ".."), ...inside] : inside;
}

interface PythonEnvironments {
  getActiveEnvironmentPath(): { path: string } | undefined;
  onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
}

async function pythonEnvironments(): Promise<PythonEnvironments | undefined> {
  const python = vscode.extensions.getExtension<{ environments?: PythonEnvironments }>("ms-python.python");
  try {
    return (await python?.activate())?.environments;
  } catch {
    return undefined; // the Python extension's own trouble is not ours
  }
}

async function chosenInterpreter(): Promise<string | undefined> {
  const path = (await pythonEnvironments())?.getActiveEnvironmentPath()?.path;
  return path && isAbsolute(path) ? path : undefined;
}

/** Tells when another interpreter is chosen in the Python extension, until it is disposed of. */
export function onChosenInterpreter(tell: () => void): vscode.Disposable {
  const listening = pythonEnvironments().then((environments) => environments?.onDidChangeActiveEnvironmentPath(tell));
  return new vscode.Disposable(() => void listening.then((event) => event?.dispose()));
}

function runs(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return false;
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
