// Quick fixes for a review's diagnostics, from the fix that each carries in its `data`; finds nothing itself.

import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { rebased } from "./offsets.ts";
import type { Fix } from "./protocol.ts";

interface Reviewed {
  text: string;
  findings: { diagnostic: vscode.Diagnostic; fix: Fix }[];
}

/** Remembers the text that a review was about, so that its fixes can follow later edits. */
export class Fixes implements vscode.CodeActionProvider {
  static readonly kinds = [vscode.CodeActionKind.QuickFix];
  private readonly reviewed = new Map<string, Reviewed>();

  constructor(private readonly client: () => LanguageClient | undefined) {}

  /** The daemon published these. */
  published(uri: vscode.Uri, diagnostics: readonly vscode.Diagnostic[]): void {
    const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
    const findings = diagnostics.flatMap((diagnostic) => {
      const fix = (diagnostic as { data?: { fix?: Fix } }).data?.fix;
      return fix ? [{ diagnostic, fix }] : [];
    });
    if (document && findings.length) this.reviewed.set(uri.toString(), { text: document.getText(), findings });
    else this.reviewed.delete(uri.toString());
  }

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    const reviewed = this.reviewed.get(document.uri.toString());
    const client = this.client();
    if (!reviewed || !client) return [];
    return reviewed.findings.flatMap(({ diagnostic, fix }) => {
      const place = moved(reviewed.text, document, client.protocol2CodeConverter.asRange(fix.range));
      if (!place || place.end.line < range.start.line || place.start.line > range.end.line) return [];
      const action = new vscode.CodeAction(`Fix: ${diagnostic.message}`, vscode.CodeActionKind.QuickFix);
      action.edit = new vscode.WorkspaceEdit();
      action.edit.replace(document.uri, place, fix.newText);
      action.diagnostics = [diagnostic];
      return [action];
    });
  }
}

/** Where a range of the reviewed text is now; null when it was edited itself. */
function moved(text: string, document: vscode.TextDocument, range: vscode.Range): vscode.Range | null {
  const start = offsetIn(text, range.start);
  const edit = { start, end: offsetIn(text, range.end), text: "" };
  const [place] = rebased(text, document.getText(), [edit]) ?? [];
  return place ? new vscode.Range(document.positionAt(place.start), document.positionAt(place.end)) : null;
}

function offsetIn(text: string, { line, character }: vscode.Position): number {
  const breaks = /\r\n|\r|\n/g; // what LSP calls a line break
  for (let n = 0; n < line; n++) breaks.exec(text);
  return breaks.lastIndex + character;
}
