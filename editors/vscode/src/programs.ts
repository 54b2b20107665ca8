// How a name becomes a program's path: variables, PATH, and the endings that Windows adds; asks VS Code nothing.

import { posix, win32 } from "node:path";

/** What the look-up depends on. */
export interface Machine {
  platform: NodeJS.Platform;
  env: Record<string, string | undefined>;
  home: string;
  /** The first folder of the workspace. */
  workspaceFolder: string | undefined;
  /** Whether a path is a file that can be run. */
  runs(path: string): boolean;
}

/** Endings of what Windows runs, in the order in which it looks for them. */
const WINDOWS_ENDINGS = [".com", ".exe", ".bat", ".cmd"];
/** These run only by a shell. */
const SCRIPTS = [".bat", ".cmd"];

/** The path that a setting or a name stands for: as it is where it is absolute, else the first on PATH. */
export function program(name: string, machine: Machine): string | undefined {
  const paths = machine.platform === "win32" ? win32 : posix;
  if (paths.isAbsolute(name)) return file(name, machine);
  const folders = (variable("PATH", machine) ?? "").split(paths.delimiter).filter((one) => paths.isAbsolute(one));
  return folders.map((folder) => file(paths.join(folder, name), machine)).find(Boolean);
}

/** A setting's path with `~`, `${userHome}`, `${workspaceFolder}` and `${env:NAME}` in it; what is unknown stays. */
export function expanded(setting: string, machine: Machine): string {
  return setting
    .replace(/^~(?=[/\\]|$)/, () => machine.home)
    .replace(/\$\{(userHome|workspaceFolder|env:([^}]+))\}/g, (whole, word: string, name?: string) => {
      if (word === "userHome") return machine.home;
      return (name === undefined ? machine.workspaceFolder : variable(name, machine)) ?? whole;
    });
}

/** Whether a program runs only by a shell. */
export function needsShell(path: string, platform: NodeJS.Platform): boolean {
  return platform === "win32" && SCRIPTS.includes(win32.extname(path).toLowerCase());
}

function file(path: string, machine: Machine): string | undefined {
  if (machine.platform !== "win32") return machine.runs(path) ? path : undefined;
  const known = WINDOWS_ENDINGS.includes(win32.extname(path).toLowerCase());
  return (known ? [path] : WINDOWS_ENDINGS.map((ending) => path + ending)).find((one) => machine.runs(one));
}

/** Windows does not tell upper from lower case in the names of its variables. */
function variable(name: string, { platform, env }: Machine): string | undefined {
  if (platform !== "win32") return env[name];
  return Object.entries(env).find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1];
}
