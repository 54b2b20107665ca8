// The diff of an edit that does more than insert, with Accept, Discard and Retry; decides nothing by itself.

import { randomUUID } from "node:crypto";
import { basename } from "node:path/posix";
import * as vscode from "vscode";
import type { Proposal } from "./proposal.ts";

export type Decision = "accept" | "discard" | "retry" | "refine";

const SCHEME = "routerd-preview";
const DECISIONS: Decision[] = ["accept", "discard", "retry", "refine"];

interface Open {
  texts: Map<string, string>;
  mayRetry: boolean;
  decide: (decision: Decision) => void;
}

export class Preview implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly open = new Map<string, Open>();
  private readonly parts: vscode.Disposable[];

  constructor() {
    this.parts = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.window.tabGroups.onDidChangeTabs(({ opened, closed }) => {
        this.closed(closed);
        this.closeLeft(opened);
        this.offer();
      }),
      ...DECISIONS.map((decision) =>
        vscode.commands.registerCommand(`routerd.preview.${decision}`, () => this.decideActive(decision)),
      ),
    ];
    this.closeLeft(vscode.window.tabGroups.all.flatMap((group) => group.tabs));
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.open.get(uri.query)?.texts.get(uri.path) ?? "";
  }

  /** Shows the diff and waits for the decision; closing the diff discards. */
  async ask(proposal: Proposal, from: string, mayRetry: boolean): Promise<Decision> {
    const id = randomUUID();
    const texts = new Map(proposal.files.map((file) => [file.uri.path, proposal.after(file)]));
    const right = (uri: vscode.Uri) => vscode.Uri.from({ scheme: SCHEME, path: uri.path, query: id });
    const decided = new Promise<Decision>((decide) => this.open.set(id, { texts, mayRetry, decide }));
    const [first, ...others] = proposal.files;
    if (first && others.length === 0) {
      const tab = `${basename(first.uri.path)} (${from})`;
      await vscode.commands.executeCommand("vscode.diff", first.uri, right(first.uri), tab, { preview: false });
    } else {
      const rows = proposal.files.map(({ uri, created }) => [uri, created ? undefined : uri, right(uri)]);
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
    const set = (name: string, value: boolean) =>
      vscode.commands.executeCommand("setContext", `routerd.${name}`, value);
    void set(
      "previewsFiles",
      shown.some(({ texts }) => texts.size > 1),
    );
    void set(
      "mayRetry",
      shown.some(({ mayRetry }) => mayRetry),
    );
  }

  private decideActive(decision: Decision): void {
    const [id] = idsOf(vscode.window.tabGroups.activeTabGroup.activeTab);
    if (id) this.open.get(id)?.decide(decision);
  }

  private closed(tabs: readonly vscode.Tab[]): void {
    for (const id of tabs.flatMap(idsOf)) this.open.get(id)?.decide("discard");
  }

  /** VS Code brings a diff of several files back after a reload; then nobody waits for its decision any more. */
  private closeLeft(tabs: readonly vscode.Tab[]): void {
    const left = tabs.filter((tab) => idsOf(tab).some((id) => !this.open.has(id)));
    if (left.length) void vscode.window.tabGroups.close(left);
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
