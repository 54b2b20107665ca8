// A checked edit on its way into the files: what each file would become, and its application as one undo step.

import * as vscode from "vscode";
import type { LanguageClient, WorkspaceEdit } from "vscode-languageclient/node";
import { applied, insertsOnly, rebased, type Edit } from "./offsets.ts";

interface FileEdit {
  uri: vscode.Uri;
  created: boolean;
  before: string;
  edits: Edit[];
}

/** What one outcome would change. The texts that it was computed for are remembered. */
export class Proposal {
  private constructor(readonly files: readonly FileEdit[]) {}

  /** Reads the daemon's edit. Null where a file is no longer the version that the edit is for. */
  static async of(edit: WorkspaceEdit, client: LanguageClient): Promise<Proposal | null> {
    const files: FileEdit[] = [];
    const created = new Set<string>();
    for (const change of edit.documentChanges ?? []) {
      if ("kind" in change) {
        if (change.kind === "create") created.add(change.uri);
        continue;
      }
      const { uri: address, version } = change.textDocument;
      const uri = client.protocol2CodeConverter.asUri(address);
      const document = created.has(address) ? null : await vscode.workspace.openTextDocument(uri);
      if (document && version !== null && version !== document.version) return null;
      const edits = change.edits.flatMap((one): Edit[] => {
        if (!("newText" in one)) return [];
        const range = client.protocol2CodeConverter.asRange(one.range);
        const at = (place: vscode.Position) => document?.offsetAt(place) ?? 0;
        return [{ start: at(range.start), end: at(range.end), text: one.newText }];
      });
      files.push({ uri, created: created.has(address), before: document?.getText() ?? "", edits });
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
}
