// Starts real VS Code (code-server) with an extension, in real Chromium, and hands out its window (window.mjs).
// It knows nothing of routerd; it asks no outside host and does not touch the user's own VS Code folders.

import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { PATIENCE_MS, Window } from "./window.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const NO_GALLERY = { serviceUrl: "", itemUrl: "", resourceUrlTemplate: "", controlUrl: "", nlsBaseUrl: "" };
const BROWSER_ARGS = [
  "--no-sandbox", // Chromium refuses to run as root with it, and CI is root
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", // whatever still asks outside finds no such host
];
/** Nothing that moves, greets, or differs from one day to the next. */
const SETTINGS = {
  "chat.disableAIFeatures": true,
  "editor.accessibilitySupport": "off",
  "editor.cursorBlinking": "solid",
  "editor.minimap.enabled": false,
  "extensions.ignoreRecommendations": true,
  "files.autoSave": "off", // in a browser VS Code saves by itself
  "git.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "window.commandCenter": false,
  "workbench.editor.useModal": "off",
  "workbench.enableExperiments": false,
  "workbench.reduceMotion": "on",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

/** Where node, code-server, Chromium and the build tools are; installs what is missing (see install.py). */
export function toolbox() {
  const printed = execFileSync(process.env.PYTHON ?? "python3", [join(HERE, "install.py")], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(printed);
}

/**
 * Packs a copy of an extension's folder into a .vsix, after its own `vscode:prepublish`, and returns its path. Where
 * ROUTERD_TEST_PACKED names a folder, packages are kept there, and packed once.
 */
export function pack(folder, tools = toolbox()) {
  const kept = process.env.ROUTERD_TEST_PACKED;
  const ready = kept && join(kept, `${basename(folder)}.vsix`);
  if (ready && existsSync(ready)) return ready;
  const scratch = mkdtempSync(join(tmpdir(), "vsix-"));
  process.once("exit", () => rmSync(scratch, { recursive: true, force: true }));
  const copy = join(scratch, "extension");
  cpSync(folder, copy, { recursive: true, filter: (from) => !["node_modules", "dist"].includes(basename(from)) });
  symlinkSync(tools.modules, join(copy, "node_modules"));
  const vsix = ready || join(scratch, "extension.vsix");
  const vsce = join(tools.modules, "@vscode/vsce/vsce");
  const lenient = ["--no-dependencies", "--allow-missing-repository", "--skip-license", "--no-rewrite-relative-links"];
  run(tools, [vsce, "package", ...lenient, "-o", vsix], copy);
  return vsix;
}

/**
 * Starts VS Code on a folder with an extension and returns its open Window. Call its `close()` in the end.
 *
 * vsix: one package or several · extensions: a folder that already holds some · settings: the user's settings ·
 * machine: those of the machine, for paths, which a remote window takes from there only ·
 * env: for the server, hence for the extension and what that starts ·
 * trustPrompt: workspace trust as a new user meets it; otherwise every folder is trusted.
 */
export async function start(wanted) {
  const { folder, vsix, extensions, settings = {}, machine = {}, env = {}, trustPrompt = false, tools = toolbox() } = wanted;
  const home = mkdtempSync(join(tmpdir(), "vscode-"));
  for (const made of ["data/User", "data/Machine", "tmp"]) mkdirSync(join(home, made), { recursive: true });
  writeFileSync(join(home, "data/User/settings.json"), JSON.stringify({ ...SETTINGS, ...settings }));
  writeFileSync(join(home, "config.yaml"), "auth: none\n");
  const places = {
    EXTENSIONS_GALLERY: JSON.stringify(NO_GALLERY),
    VSCODE_CLI: "1", // or PATH would be the one of a login shell of this machine
    XDG_CONFIG_HOME: join(home, "config"),
    XDG_DATA_HOME: join(home, "share"),
    // The server leaves sockets there. Not on macOS, whose own path is already near the limit of 104 bytes.
    ...(process.platform === "linux" ? { TMPDIR: join(home, "tmp") } : {}),
  };
  const surroundings = { ...withTools(tools), ...places, ...env };
  const folders = ["--user-data-dir", join(home, "data"), "--extensions-dir", extensions ?? join(home, "extensions")];
  const common = [tools.code_server, "--config", join(home, "config.yaml"), ...folders];
  const packages = [vsix ?? []].flat();
  for (const one of packages) run(tools, [...common, "--install-extension", one], home, surroundings);
  const quiet = ["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"];
  const trust = trustPrompt ? [] : ["--disable-workspace-trust"];
  const args = [...common, "--bind-addr", "127.0.0.1:0", "--auth", "none", ...quiet, ...trust];
  const server = spawn(tools.node, args, {
    env: surroundings,
    detached: true, // a process group of its own, which is ended as a whole
    stdio: ["ignore", "pipe", "pipe"],
  });
  const machineSettings = join(home, "data/Machine/settings.json");
  writeFileSync(machineSettings, JSON.stringify(machine));
  const parts = { folder, home, machine, machineSettings, stop: () => stop(server, home) };
  try {
    const url = await listening(server);
    const { chromium } = createRequire(join(tools.modules, "x.js"))("playwright-core");
    parts.browser = await chromium.launch({ executablePath: tools.chromium, args: BROWSER_ARGS });
    const permissions = ["clipboard-read", "clipboard-write"];
    const context = await parts.browser.newContext({ permissions, viewport: { width: 1280, height: 800 } });
    parts.page = await context.newPage();
    parts.page.setDefaultTimeout(PATIENCE_MS);
    await parts.page.goto(`${url}?folder=${encodeURIComponent(folder)}`);
    const window = new Window(parts);
    await window.untilLoaded();
    return window;
  } catch (error) {
    await parts.browser?.close();
    await parts.stop();
    throw error;
  }
}

function withTools(tools) {
  return { ...process.env, PATH: `${tools.path}:${process.env.PATH}` };
}

function run(tools, args, cwd, env = withTools(tools)) {
  execFileSync(tools.node, args, { cwd, env, stdio: ["ignore", "ignore", "inherit"] });
}

/** The URL that the server says it listens on. */
async function listening(server) {
  let log = "";
  server.stderr.on("data", (more) => (log += more));
  for await (const line of createInterface({ input: server.stdout })) {
    log += `${line}\n`;
    const [, url] = /HTTP server listening on (http:\S+)/.exec(line) ?? [];
    if (url) {
      server.stdout.resume(); // keep reading, or the pipe fills and the server stops
      return url;
    }
  }
  throw new Error(`code-server ended before it listened:\n${log}`);
}

/** Ends the server with all that it started, and removes its folders. */
async function stop(server, home) {
  if (server.exitCode === null && server.signalCode === null) {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    process.kill(-server.pid, "SIGTERM");
    const late = setTimeout(() => process.kill(-server.pid, "SIGKILL"), 5_000);
    await ended;
    clearTimeout(late);
  }
  rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
