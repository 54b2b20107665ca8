// A checked edit on its way into the files: what each file would become, and its application as one undo step.

import * as vscode from "vscode";
import type { LanguageClient, WorkspaceEdit } from "vscode-languageclient/node";
import { applied, insertsOnly, offsetOf, rebased, type Edit } from "./offsets.ts";
import type { Versions } from "./versions.ts";

export interface FileEdit {
  uri: vscode.Uri;
  created: boolean;
  /** The text that the edits are for. */
  before: string;
  edits: Edit[];
}

/** What one outcome would change. */
export class Proposal {
  private constructor(readonly files: readonly FileEdit[]) {}

  /**
   * Reads the daemon's edit. `versions` holds the texts that the asked document had since.
   * Null where nobody knows any more which text an edit is for.
   */
  static async of(edit: WorkspaceEdit, client: LanguageClient, versions: Versions): Promise<Proposal | null> {
    const files: FileEdit[] = [];
    const created = new Set<string>();
    for (const change of edit.documentChanges ?? []) {
      if ("kind" in change) {
        if (change.kind === "create") created.add(change.uri);
        continue;
      }
      const { uri: address, version } = change.textDocument;
      const uri = client.protocol2CodeConverter.asUri(address);
      const before = created.has(address) ? "" : await textOf(uri, address, version, versions);
      if (before === null) return null;
      const edits = change.edits.flatMap((one): Edit[] => {
        if (!("newText" in one)) return [];
        const { start, end } = one.range;
        const at = (place: { line: number; character: number }) => offsetOf(before, place.line, place.character);
        return [{ start: at(start), end: at(end), text: one.newText }];
      });
      files.push({ uri, created: created.has(address), before, edits });
    }
    return new Proposal(files);
  }

  get insertsOnly(): boolean {
    return this.files.every((file) => insertsOnly(file.edits));
  }

  after(file: FileEdit): string {
    return applied(file.before, file.edits);
  }

  /** One undo step for everything. False where what was typed meanwhile touches the edit: then nothing is done. */
  async apply(): Promise<boolean> {
    const edit = new vscode.WorkspaceEdit();
    for (const file of this.files) {
      if (file.created) {
        const contents = new TextEncoder().encode(this.after(file));
        edit.createFile(file.uri, { ignoreIfExists: false, overwrite: false, contents });
        continue;
      }
      const document = await vscode.workspace.openTextDocument(file.uri);
      const edits = rebased(file.before, document.getText(), file.edits);
      if (!edits) return false;
      for (const { start, end, text } of edits) {
        const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
        edit.replace(file.uri, range, text);
      }
    }
    return vscode.workspace.applyEdit(edit);
  }

  /** Opens what the files would have become as new documents, so that paid text is not lost. */
  async keep(): Promise<void> {
    for (const file of this.files) {
      const { languageId: language } = await vscode.workspace.openTextDocument(file.uri);
      const document = await vscode.workspace.openTextDocument({ language, content: this.after(file) });
      await vscode.window.showTextDocument(document, { preview: false, viewColumn: vscode.ViewColumn.Beside });
    }
  }
}

async function textOf(
  uri: vscode.Uri,
  address: string,
  version: number | null,
  versions: Versions,
): Promise<string | null> {
  const document = await vscode.workspace.openTextDocument(uri);
  if (version === null || version === document.version) return document.getText();
  return versions.at(address, version);
}
