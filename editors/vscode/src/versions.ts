// One document while a run is under way: its texts by version, as the daemon's answer may be for any of them, and where
// the asked range lies by now.

import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { carried, offsetOf } from "./offsets.ts";
import type { RunArgument } from "./protocol.ts";

/** Beside the first one; the daemon is a few keystrokes behind at the most. */
const KEPT = 20;

export class Versions implements vscode.Disposable {
  private readonly texts = new Map<number, string>();
  private readonly listening: vscode.Disposable;
  /** The ends of the asked range as offsets into the text as it stands now; empty where it is for an unknown text. */
  private range: number[] = [];

  constructor(private readonly wish: RunArgument) {
    const asked = this.document();
    if (asked) this.texts.set(asked.version, asked.getText());
    if (asked && (wish.version ?? asked.version) === asked.version) {
      const { start, end } = wish.range;
      this.range = [start, end].map(({ line, character }) => offsetOf(asked.getText(), line, character));
    }
    this.listening = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (document.uri.toString() !== wish.uri) return;
      this.keep(document);
      for (const { rangeOffset: start, rangeLength, text } of contentChanges) {
        this.range = this.range.map((offset) => carried(offset, { start, end: start + rangeLength, text }));
      }
    });
  }

  /** The text at a version; null where nobody knows it any more. */
  at(uri: string, version: number): string | null {
    return uri === this.wish.uri ? (this.texts.get(version) ?? null) : null;
  }

  /** The same wish for the document as it stands now. The daemon moves ranges along as well, through few keystrokes. */
  again(client: LanguageClient): RunArgument {
    const document = this.document();
    const [start, end] = this.range.map((offset) => document?.positionAt(offset));
    if (!document || !start || !end) return this.wish;
    const range = client.code2ProtocolConverter.asRange(new vscode.Range(start, end));
    return { ...this.wish, range, version: document.version };
  }

  dispose(): void {
    this.listening.dispose();
  }

  private document(): vscode.TextDocument | undefined {
    return vscode.workspace.textDocuments.find((open) => open.uri.toString() === this.wish.uri);
  }

  private keep(document: vscode.TextDocument): void {
    this.texts.set(document.version, document.getText());
    const [, second] = this.texts.keys();
    if (this.texts.size > KEPT + 1 && second !== undefined) this.texts.delete(second);
  }
}
