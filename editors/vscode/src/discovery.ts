// Finds the program `routerd`: the setting, the workspace's Python environment, PATH; starts and downloads nothing.

import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import * as vscode from "vscode";

export interface Found {
  command: string;
  args: string[];
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
      const command = executable(join(folder, program("routerd")));
      if (command) return { command, args: [], source: "the workspace's Python environment" };
    }
  }
  const onPath = search("routerd");
  if (onPath) return { command: onPath, args: [], source: "PATH" };
  throw new NotFound("The routerd program was not found: install it, or set routerd.path.");
}

function fromSetting(setting: string): Found {
  const path = setting.replace(/^~(?=[/\\]|$)/, homedir());
  const command = isAbsolute(path) ? executable(path) : search(path);
  if (command) return { command, args: [], source: "the setting routerd.path" };
  throw new NotFound(`The setting routerd.path names ${setting}, which is no program: correct or empty the setting.`);
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

function program(name: string): string {
  return WINDOWS ? `${name}.exe` : name;
}

function search(name: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter(isAbsolute);
  return folders.map((folder) => executable(join(folder, program(name)))).find(Boolean);
}

function executable(path: string): string | undefined {
  try {
    if (!statSync(path).isFile()) return undefined;
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return undefined;
  }
}
