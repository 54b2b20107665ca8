// The box for the user's own words: their price as they are typed, what may be mentioned, and what was asked before.

import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { ESTIMATE, MENTIONS, type Estimates, type Mentions } from "./protocol.ts";

/** What an estimate is about: a place, and for a refinement the answer with its action. */
export interface About {
  textDocument: { uri: string };
  position: unknown;
  range?: unknown;
  action: string;
  refines?: string;
}

interface Row extends vscode.QuickPickItem {
  /** What the box holds once the row is chosen; the first row sends what it holds already. */
  words?: string;
}

/** How many instructions are kept, and how many are shown. */
const KEPT = 50;
const SHOWN = 8;
const HISTORY = "routerd.history";
const MENTION = /(?:^|\s)@([\w./$-]*)$/;

export class Box {
  constructor(private readonly memory: vscode.Memento) {}

  /** Asks for words; undefined where the user left. */
  async ask(client: LanguageClient, about: About, title: string): Promise<string | undefined> {
    const pick = vscode.window.createQuickPick<Row>();
    pick.title = title;
    pick.placeholder = "In your own words; @ mentions a file or symbol";
    pick.ignoreFocusOut = true;
    let latest = 0;
    const look = async () => {
      const mine = ++latest;
      pick.busy = true;
      const rows = await this.rows(client, about, pick.value);
      if (mine !== latest) return;
      pick.items = rows;
      pick.busy = false;
    };
    const chosen = await new Promise<string | undefined>((resolve) => {
      pick.onDidChangeValue(look);
      pick.onDidHide(() => resolve(undefined));
      pick.onDidAccept(() => {
        const [row] = pick.activeItems;
        // A row that was there before the latest words is none that the user chose: Enter was pressed for the words.
        if (!pick.busy && row?.words !== undefined && pick.items.includes(row)) {
          pick.value = row.words;
          void look(); // setting it tells nobody
        } else if (pick.value.trim()) resolve(pick.value.trim());
      });
      void look();
      pick.show();
    });
    pick.dispose();
    if (chosen) await this.remember(chosen);
    return chosen;
  }

  private async rows(client: LanguageClient, about: About, value: string): Promise<Row[]> {
    const shown = { alwaysShow: true };
    const begun = MENTION.exec(value)?.[1];
    if (begun !== undefined) {
      const asked = { textDocument: about.textDocument, text: begun };
      const { mentions } = await client.sendRequest<Mentions>(MENTIONS, asked).catch(() => ({ mentions: [] }));
      const exact = mentions.some(({ name }) => name === begun);
      const before = value.slice(0, value.length - begun.length);
      const named = mentions.map(({ name, kind, path }) => ({
        label: `@${name}`,
        description: kind === "file" ? "file" : path,
        words: `${before}${name} `,
        ...shown,
      }));
      if (!exact && named.length) return named;
    }
    const old = this.history()
      .filter((words) => words !== value && words.toLowerCase().includes(value.toLowerCase()))
      .slice(0, SHOWN)
      .map((words) => ({ label: `$(history) ${words}`, words, ...shown }));
    if (!value.trim()) return old;
    return [{ label: "Send", description: await this.price(client, about, value), ...shown }, ...old];
  }

  private async price(client: LanguageClient, about: About, instruction: string): Promise<string> {
    const found = await client.sendRequest<Estimates>(ESTIMATE, { ...about, instruction }).catch(() => undefined);
    const one = found?.estimates.find(({ action }) => action === about.action) ?? found?.estimates.at(-1);
    return one ? `${one.tier} → ${one.model_name} · ${one.price}` : "the price is not known yet";
  }

  private history(): string[] {
    return this.memory.get<string[]>(HISTORY, []);
  }

  private async remember(words: string): Promise<void> {
    await this.memory.update(HISTORY, [words, ...this.history().filter((old) => old !== words)].slice(0, KEPT));
  }
}
