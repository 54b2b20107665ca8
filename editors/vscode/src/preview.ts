// The diff of an edit that does more than insert, with Accept, Discard and Retry; decides nothing by itself.

import { basename } from "node:path/posix";
import * as vscode from "vscode";
import type { Proposal } from "./proposal.ts";

export type Decision = "accept" | "discard" | "retry";

const SCHEME = "routerd-preview";
const DECISIONS: Decision[] = ["accept", "discard", "retry"];

interface Open {
  texts: Map<string, string>;
  mayRetry: boolean;
  decide: (decision: Decision) => void;
}

export class Preview implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly open = new Map<string, Open>();
  private readonly parts: vscode.Disposable[];
  private count = 0;

  constructor() {
    this.parts = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        this.closed(closed);
        this.offer();
      }),
      ...DECISIONS.map((decision) =>
        vscode.commands.registerCommand(`routerd.preview.${decision}`, () => this.decideActive(decision)),
      ),
    ];
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.open.get(uri.query)?.texts.get(uri.path) ?? "";
  }

  /** Shows the diff and waits for the decision; closing the diff discards. */
  async ask(proposal: Proposal, from: string, mayRetry: boolean): Promise<Decision> {
    const id = String(++this.count);
    const texts = new Map(proposal.files.map((file) => [file.uri.path, proposal.after(file)]));
    const right = (uri: vscode.Uri) => vscode.Uri.from({ scheme: SCHEME, path: uri.path, query: id });
    const decided = new Promise<Decision>((decide) => this.open.set(id, { texts, mayRetry, decide }));
    const [first, ...others] = proposal.files;
    if (first && others.length === 0) {
      const left = first.created ? first.uri.with({ scheme: SCHEME, query: "" }) : first.uri;
      const tab = `${basename(first.uri.path)} (${from})`;
      await vscode.commands.executeCommand("vscode.diff", left, right(first.uri), tab, { preview: false });
    } else {
      const rows = proposal.files.map(({ uri }) => [uri, uri, right(uri)]);
      await vscode.commands.executeCommand("vscode.changes", from, rows);
    }
    const decision = await decided;
    this.open.delete(id);
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    await vscode.window.tabGroups.close(tabs.filter((tab) => idsOf(tab).includes(id)));
    return decision;
  }

  /** Which buttons the title has; a diff of several files has no address by which package.json could know it. */
  private offer(): void {
    const ids = vscode.window.tabGroups.all.flatMap((group) => idsOf(group.activeTab));
    const shown = ids.flatMap((id) => this.open.get(id) ?? []);
    const set = (name: string, value: boolean) => vscode.commands.executeCommand("setContext", `routerd.${name}`, value);
    void set("previewsFiles", shown.some(({ texts }) => texts.size > 1));
    void set("mayRetry", shown.some(({ mayRetry }) => mayRetry));
  }

  private decideActive(decision: Decision): void {
    const [id] = idsOf(vscode.window.tabGroups.activeTabGroup.activeTab);
    if (id) this.open.get(id)?.decide(decision);
  }

  private closed(tabs: readonly vscode.Tab[]): void {
    for (const id of tabs.flatMap(idsOf)) this.open.get(id)?.decide("discard");
  }

  dispose(): void {
    for (const { decide } of this.open.values()) decide("discard");
    vscode.Disposable.from(...this.parts).dispose();
  }
}

/** The previews that a tab shows: one for a diff, several for a diff of several files. */
function idsOf(tab: vscode.Tab | undefined): string[] {
  const input: unknown = tab?.input;
  const shown =
    input instanceof vscode.TabInputTextDiff
      ? [input.modified]
      : ((input as { textDiffs?: vscode.TabInputTextDiff[] } | undefined)?.textDiffs ?? []).map((d) => d.modified);
  return shown.filter((uri) => uri.scheme === SCHEME).map((uri) => uri.query);
}
