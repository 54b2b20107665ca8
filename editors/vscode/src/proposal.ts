// A checked edit on its way into the files: what each file would become, and its application as one undo step.

import * as vscode from "vscode";
import type { LanguageClient, TextDocumentEdit, WorkspaceEdit } from "vscode-languageclient/node";
import { applied, insertsOnly, offsetOf, rebased, type Edit } from "./offsets.ts";
import type { Versions } from "./versions.ts";

export interface FileEdit {
  uri: vscode.Uri;
  created: boolean;
  /** The text that the edits are for. */
  before: string;
  edits: Edit[];
  /** Whether `before` is the text as it stands now: false where what was typed meanwhile touches an edit. */
  placed: boolean;
}

/** VS Code refuses an edit while keystrokes are on their way to the extension; people pause within that many tries. */
const TRIES = 20;
/** How long such a keystroke may take to arrive, in ms. */
const KEYSTROKE_MS = 250;

/** What one outcome would change. */
export class Proposal {
  private constructor(
    readonly files: readonly FileEdit[],
    private readonly asked: vscode.Uri,
    private readonly stale: boolean,
  ) {}

  /** Reads the daemon's edit. `versions` holds the texts that the asked document had since. */
  static async of(
    { edit, stale }: { edit: WorkspaceEdit; stale: boolean },
    asked: string,
    client: LanguageClient,
    versions: Versions,
  ): Promise<Proposal> {
    const files: FileEdit[] = [];
    const created = new Set<string>();
    for (const change of edit.documentChanges ?? []) {
      if (!("kind" in change)) {
        const uri = client.protocol2CodeConverter.asUri(change.textDocument.uri);
        if (created.has(change.textDocument.uri)) files.push({ ...read(change, uri, ""), created: true });
        else files.push(await placed(change, uri, versions));
      } else if (change.kind === "create") created.add(change.uri);
    }
    return new Proposal(files, client.protocol2CodeConverter.asUri(asked), stale);
  }

  get placed(): boolean {
    return !this.stale && this.files.every((file) => file.placed);
  }

  /** Whether nothing in the asked document is replaced; the daemon says whether another file needs a look. */
  get insertsOnly(): boolean {
    return this.files.every((file) => !this.asks(file) || insertsOnly(file.edits));
  }

  after(file: FileEdit): string {
    return applied(file.before, file.edits);
  }

  /** One undo step for everything. False where what was typed meanwhile touches the edit: then nothing is done. */
  async apply(): Promise<boolean> {
    const once = this.files.some((file) => file.created); // half of it may be done then: not once more
    return untilApplied(() => this.edit(), once);
  }

  /** The only file, where that is one that is asked about and exists; such a proposal can be shown in the file. */
  get only(): FileEdit | undefined {
    const [first, ...others] = this.files;
    return first && others.length === 0 && !first.created && this.asks(first) ? first : undefined;
  }

  /** Opens what the files would have become as new documents, so that paid text is not lost. */
  async keep(): Promise<void> {
    for (const file of this.files) {
      const source = vscode.workspace.textDocuments.find((open) => open.uri.toString() === file.uri.toString());
      const language = source?.languageId ?? "plaintext";
      const document = await vscode.workspace.openTextDocument({ language, content: this.after(file) });
      await vscode.window.showTextDocument(document, { preview: false, viewColumn: vscode.ViewColumn.Beside });
    }
  }

  /** Opens a file that was changed beside the one that the user asked about, such as its test file. */
  async showOther(): Promise<void> {
    const other = this.files.find((file) => !this.asks(file));
    if (other)
      await vscode.window.showTextDocument(other.uri, { viewColumn: vscode.ViewColumn.Beside, preview: false });
  }

  private asks(file: FileEdit): boolean {
    return file.uri.toString() === this.asked.toString();
  }

  private async edit(): Promise<vscode.WorkspaceEdit | null> {
    const edit = new vscode.WorkspaceEdit();
    for (const file of this.files) {
      if (file.created) {
        const contents = new TextEncoder().encode(this.after(file));
        edit.createFile(file.uri, { ignoreIfExists: false, overwrite: false, contents });
        continue;
      }
      const document = await opened(file.uri);
      const edits = document && rebased(file.before, document.getText(), file.edits);
      if (!edits) return null;
      for (const { start, end, text } of edits) {
        const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
        edit.replace(file.uri, range, text);
      }
    }
    return edit;
  }
}

/** Applies what `edit` makes for the text as it is then; false where it makes nothing, or VS Code refuses for long. */
export async function untilApplied(
  edit: () => Promise<vscode.WorkspaceEdit | null> | vscode.WorkspaceEdit | null,
  once = false,
): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries++) {
    const now = await edit();
    if (!now) return false;
    if (await vscode.workspace.applyEdit(now)) return true;
    if (once) return false;
    await nextKeystroke();
  }
  return false;
}

/** One file's edits moved to where they belong in the file as it is now. */
async function placed(change: TextDocumentEdit, uri: vscode.Uri, versions: Versions): Promise<FileEdit> {
  const document = await opened(uri);
  const now = document?.getText() ?? null;
  const { version } = change.textDocument;
  const current = version === null || version === document?.version;
  const before = current ? now : versions.at(change.textDocument.uri, version);
  if (before === null) {
    // Nobody knows any more what the edits are for; their words are still worth keeping.
    const text = change.edits.map((one) => ("newText" in one ? one.newText : "")).join("\n");
    return { uri, created: false, before: "", edits: [{ start: 0, end: 0, text }], placed: false };
  }
  const file = read(change, uri, before);
  const edits = now === null ? null : rebased(before, now, file.edits);
  return edits && now !== null ? { ...file, before: now, edits } : { ...file, placed: false };
}

function read(change: TextDocumentEdit, uri: vscode.Uri, before: string): FileEdit {
  const at = (place: { line: number; character: number }) => offsetOf(before, place.line, place.character);
  const edits = change.edits.flatMap((one): Edit[] =>
    "newText" in one ? [{ start: at(one.range.start), end: at(one.range.end), text: one.newText }] : [],
  );
  return { uri, created: false, before, edits, placed: true };
}

/** The document; undefined where it was deleted meanwhile. */
async function opened(uri: vscode.Uri): Promise<vscode.TextDocument | undefined> {
  return vscode.workspace.openTextDocument(uri).then(
    (document) => document,
    () => undefined,
  );
}

async function nextKeystroke(): Promise<void> {
  let listening: vscode.Disposable | undefined;
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    listening = vscode.workspace.onDidChangeTextDocument(() => resolve());
    timer = setTimeout(resolve, KEYSTROKE_MS);
  });
  listening?.dispose();
  clearTimeout(timer);
}
