// The loopback upstream of tests/upstream as a child process, and `routerd` programs: this checkout, and a stranger.

import { spawn } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const PYTHON = process.env.PYTHON ?? "python3";

/** A program of one shell script; returns its path. */
export function script(path, lines) {
  writeFileSync(path, `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A program in `folder` that runs this checkout's daemon with the Python of the tests; returns its path. */
export function launcher(folder) {
  return script(join(folder, "routerd"), `[ "$*" = --stdio ] && set -- serve --solo\nPYTHONPATH='${ROOT}' exec '${PYTHON}' -m routerd "$@"`);
}

/** A program in `folder` that is another server (stranger.py); what it says and hears is in that folder. */
export function stranger(folder, version) {
  const server = join(ROOT, "tests/e2e/vscode/stranger.py");
  return script(join(folder, `routerd-${version}`), `exec '${PYTHON}' '${server}' ${version} '${folder}'`);
}

/** An upstream that answers as each test tells it. */
export class Upstream {
  /** `reply` is what it answers when it was told nothing else. */
  static async start(reply) {
    const child = spawn(PYTHON, ["-m", "tests.loopback", "--until-stdin-closes", "--reply", reply], {
      cwd: ROOT,
      stdio: ["pipe", "pipe", "inherit"],
    });
    const [url] = await new Promise((resolve, reject) => {
      createInterface({ input: child.stdout }).once("line", (line) => resolve([line]));
      child.once("exit", (code) => reject(new Error(`the upstream ended with ${code}`)));
    });
    return new Upstream(child, url);
  }

  constructor(child, url) {
    this.child = child;
    this.url = url;
  }

  /** The answers to the next requests: texts, or orders as in tests/upstream/control.py. Forgets what was seen. */
  async answers(...turns) {
    await this.#order("_reset", {});
    await this.#order("_turns", turns.map((turn) => (typeof turn === "string" ? { reply: turn } : turn)));
  }

  /** What was seen since then, once it holds. */
  async seen(holds = () => true) {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const seen = await (await fetch(new URL("/_seen", this.url))).json();
      if (holds(seen)) return seen;
      if (Date.now() > deadline) throw new Error(`the upstream saw ${JSON.stringify(seen)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Answers that hang go on. */
  async release() {
    await this.#order("_release", {});
  }

  async #order(name, body) {
    const answer = await fetch(new URL(`/${name}`, this.url), { method: "POST", body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
  }

  stop() {
    this.child.stdin.end();
  }
}
