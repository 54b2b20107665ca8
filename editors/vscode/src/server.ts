// The daemon's life: one start at a time, restarts with backoff after a crash, and an end to trying.

import * as vscode from "vscode";
import { type LanguageClient } from "vscode-languageclient/node";
import { clientFor, type Handlers } from "./client.ts";
import { find, NotFound, type Found } from "./discovery.ts";
import { withLog } from "./results.ts";

export type Health =
  | { state: "starting" }
  | { state: "running"; found: Found; version: string }
  | { state: "stopped"; reason: string; cures: Button[] };
/** What a message offers; its command is run. */
export interface Button {
  title: string;
  command: string;
  arguments?: unknown[];
}

const RESTART: Button = { title: "Restart", command: "routerd.restart" };
const SETTINGS: Button = {
  title: "Open Settings",
  command: "workbench.action.openSettings",
  arguments: ["routerd.path"],
};
const INSTALL: Button = {
  title: "How to Install",
  command: "workbench.action.openWalkthrough",
  arguments: ["routerd.routerd#start"],
};
/** The first version that speaks `routerd/run`. */
const NEEDED = [0, 1];
/** Waits before each restart after a crash, in ms; after the last one it stays down. */
const BACKOFF_MS = [1_000, 2_000, 4_000, 8_000];
/** Crashes further apart than this, in ms, do not count together: what LSP clients commonly use. */
const CRASH_WINDOW_MS = 180_000;
/** A first start may compile the daemon's libraries, on a slow disk. */
const START_MS = 120_000;

export class Server implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Health>();
  readonly onHealth = this.changed.event;
  client: LanguageClient | undefined;
  health: Health = { state: "stopped", reason: "routerd was not started yet.", cures: [RESTART] };
  private turn: Promise<void> = Promise.resolve();
  private waiting: Promise<void> | undefined;
  private crashes: number[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly handlers: Omit<Handlers, "crashed">) {}

  /** Starts, or starts anew. One at a time: while one is under way, all further wishes are one more. */
  restart(): Promise<void> {
    clearTimeout(this.timer);
    if (!this.waiting) {
      this.waiting = this.turn.then(async () => {
        this.waiting = undefined;
        await this.cycle();
      });
      this.turn = this.waiting;
    }
    return this.waiting;
  }

  /** Starts anew where the program would now be found in another place. */
  async lookAgain(): Promise<void> {
    await this.turn;
    const found = await find().catch(() => undefined);
    const running = this.health.state === "running" ? this.health.found.command : undefined;
    if (found && found.command !== running) await this.restart();
  }

  /** The running client; undefined, after a sentence to the user, when there is none. */
  async running(): Promise<LanguageClient | undefined> {
    await this.turn;
    if (this.health.state === "running") return this.client;
    if (this.health.state === "stopped") {
      void withLog(vscode.window.showErrorMessage, this.health.reason, ...this.health.cures);
    } else void withLog(vscode.window.showErrorMessage, "routerd is starting.");
    return undefined;
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    const client = this.client;
    this.client = undefined;
    await client?.dispose().catch(() => {}); // one that never started cannot be stopped
  }

  dispose(): void {
    this.changed.dispose();
  }

  private async cycle(): Promise<void> {
    await this.stop();
    this.tell({ state: "starting" });
    let lost = false;
    try {
      const found = await find();
      this.handlers.log.info(`starting ${[found.command, ...found.args].join(" ")} (from ${found.source})`);
      const crashed = (which: LanguageClient) => {
        lost = true;
        this.crashed(which);
      };
      const client = clientFor(found, { ...this.handlers, crashed });
      this.client = client;
      await within(START_MS, client.start());
      const version = compatible(client);
      this.handlers.log.info(`routerd ${version} is running`);
      this.tell({ state: "running", found, version });
      if (lost) this.crashed(client); // between its first answer and here
    } catch (error) {
      await this.stop();
      const reason = lost ? "routerd ended while it was starting." : sentence(error);
      this.handlers.log.error(reason);
      // A program that is not there is not found by starting anew.
      const cures = error instanceof NotFound ? [INSTALL, SETTINGS] : [RESTART, SETTINGS];
      this.tell({ state: "stopped", reason, cures });
      void withLog(vscode.window.showErrorMessage, reason, ...cures);
    }
  }

  private crashed(client: LanguageClient): void {
    if (client !== this.client || this.health.state !== "running") return; // cycle() tells of a failed start
    this.client = undefined;
    const now = Date.now();
    this.crashes = [...this.crashes.filter((at) => now - at < CRASH_WINDOW_MS), now];
    const wait = BACKOFF_MS[this.crashes.length - 1];
    if (wait === undefined) {
      this.crashes = [];
      const reason = "routerd keeps crashing and stays down.";
      this.tell({ state: "stopped", reason, cures: [RESTART] });
      void withLog(vscode.window.showErrorMessage, reason, RESTART);
      return;
    }
    this.tell({ state: "stopped", reason: "routerd crashed and is about to start again.", cures: [] });
    const words = `routerd crashed; it starts again in ${wait / 1000} s.`;
    if (this.crashes.length === 1) void withLog(vscode.window.showWarningMessage, words);
    this.handlers.log.warn(words);
    this.timer = setTimeout(() => void this.restart(), wait);
  }

  private tell(health: Health): void {
    this.health = health;
    this.changed.fire(health);
  }
}

/** The server's version. Raises, with a sentence, for one that this extension cannot work with. */
function compatible(client: LanguageClient): string {
  const { name, version = "" } = client.initializeResult?.serverInfo ?? {};
  if (name !== "routerd") throw new Error(`The program is ${name ?? "something"}, not routerd: see routerd.path.`);
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [neededMajor = 0, neededMinor = 0] = NEEDED;
  if (major === neededMajor && minor >= neededMinor) return version;
  throw new Error(`routerd ${version} does not fit this extension, which needs ${NEEDED.join(".")}: update routerd.`);
}

function sentence(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return words.startsWith("The ") || words.startsWith("routerd ") ? words : `routerd did not start: ${words}`;
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${ms / 1000} s.`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
