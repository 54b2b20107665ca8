// The texts of one document while a run is under way, by version: the daemon's answer may be for any of them.

import * as vscode from "vscode";

/** Beside the first one; the daemon is a few keystrokes behind at the most. */
const KEPT = 20;

export class Versions implements vscode.Disposable {
  private readonly texts = new Map<number, string>();
  private readonly listening: vscode.Disposable;

  constructor(private readonly uri: string) {
    const asked = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri);
    if (asked) this.texts.set(asked.version, asked.getText());
    this.listening = vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document.uri.toString() === uri) this.keep(document);
    });
  }

  /** The text at a version; null where nobody knows it any more. */
  at(uri: string, version: number): string | null {
    return uri === this.uri ? (this.texts.get(version) ?? null) : null;
  }

  dispose(): void {
    this.listening.dispose();
  }

  private keep(document: vscode.TextDocument): void {
    this.texts.set(document.version, document.getText());
    const [, second] = this.texts.keys();
    if (this.texts.size > KEPT + 1 && second !== undefined) this.texts.delete(second);
  }
}
