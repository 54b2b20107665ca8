// A proposal in the file itself: lines that would go are marked, what would come stands below them in a thread of its own.

import * as vscode from "vscode";
import { lineAbove, lineBelow, stands, type Change } from "./changes.ts";
import { carried } from "./offsets.ts";
import type { Decision } from "./preview.ts";
import { untilApplied } from "./proposal.ts";

/** How a proposal ended; closed is a file that was closed before its proposal was decided. */
export type End = Decision | "closed";

interface Shown extends Change {
  above: string;
  below: string;
  thread: vscode.CommentThread;
}

interface Open {
  document: vscode.TextDocument;
  changes: Shown[];
  mayRetry: boolean;
  accepted: boolean;
  end: (how: End) => void;
}

const CTRL = process.platform === "darwin" ? "Cmd" : "Ctrl";
/** As package.json binds them. */
const KEYS = `${CTRL}+Enter accepts, ${CTRL}+Shift+Backspace discards`;
const ALL_KEYS = `${KEYS}; with Alt, all`;

export class Inline implements vscode.Disposable {
  private readonly open = new Set<Open>();
  private readonly controller = vscode.comments.createCommentController("routerd", "routerd");
  private readonly removed = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor("diffEditor.removedLineBackground"),
    overviewRulerColor: new vscode.ThemeColor("editorOverviewRuler.deletedForeground"),
  });
  /** Themes of high contrast have no colour for lines that go. */
  private readonly struck = vscode.window.createTextEditorDecorationType({ textDecoration: "line-through" });
  private readonly parts: vscode.Disposable[];

  constructor() {
    const command = (name: string, work: (asked?: unknown) => unknown) =>
      vscode.commands.registerCommand(`routerd.change.${name}`, work);
    this.parts = [
      this.controller,
      this.removed,
      this.struck,
      vscode.window.onDidChangeActiveColorTheme(() => this.mark()),
      vscode.workspace.onDidChangeTextDocument((event) => this.typed(event)),
      vscode.workspace.onDidCloseTextDocument((document) => this.closed(document)),
      vscode.window.onDidChangeVisibleTextEditors(() => this.mark()),
      vscode.window.onDidChangeActiveTextEditor(() => this.offer()),
      command("accept", (thread) => this.one(thread, (open, change) => this.accept(open, [change]))),
      command("discard", (thread) => this.one(thread, (open, change) => this.discard(open, [change]))),
      command("acceptAll", (thread) => this.one(thread, (open) => this.accept(open, open.changes))),
      command("discardAll", (thread) => this.one(thread, (open) => this.discard(open, open.changes))),
      command("retry", () => this.one(undefined, (open) => this.finish(open, "retry"))),
      command("refine", () => this.one(undefined, (open) => this.finish(open, "refine"))),
      command("next", () => this.jump(1)),
      command("previous", () => this.jump(-1)),
    ];
  }

  /** Shows the changes of an open document, and waits until each is decided. */
  async ask(document: vscode.TextDocument, changes: readonly Change[], from: string, mayRetry: boolean): Promise<End> {
    const ended = new Promise<End>((end) => {
      const text = document.getText();
      const shown = changes.map((change, n) => ({
        ...change,
        above: lineAbove(text, change.start),
        below: lineBelow(text, change.start),
        thread: this.thread(document, change, from, `Change ${n + 1} of ${changes.length}`),
      }));
      this.open.add({ document, changes: shown, mayRetry, accepted: false, end });
    });
    this.mark();
    return ended;
  }

  dispose(): void {
    for (const open of this.open) this.finish(open, "closed");
    vscode.Disposable.from(...this.parts).dispose();
  }

  private thread(document: vscode.TextDocument, change: Change, from: string, which: string): vscode.CommentThread {
    const last = document.positionAt(Math.max(change.start, change.end) - 1).line;
    const body = new vscode.MarkdownString();
    if (change.text) body.appendCodeblock(change.text.replace(/\r?\n$/, ""), document.languageId);
    else body.appendText("These lines go.");
    const comment = { author: { name: from }, body, mode: vscode.CommentMode.Preview };
    const range = new vscode.Range(last, 0, last, 0);
    const thread = this.controller.createCommentThread(document.uri, range, [comment]);
    thread.canReply = false;
    thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
    const many = !which.endsWith(" 1");
    thread.label = many ? `${which} · ${ALL_KEYS}` : KEYS;
    thread.contextValue = many ? "many" : "one";
    return thread;
  }

  /** The change of a thread; where another place asks for it, the change that is nearest to the cursor. */
  private async one(thread: unknown, work: (open: Open, change: Shown) => unknown): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    let best: { distance: number; open: Open; change: Shown } | undefined;
    for (const open of this.open) {
      for (const change of open.changes) {
        if (change.thread === thread) return void (await work(open, change));
        if (editor?.document !== open.document) continue;
        const line = (offset: number) => open.document.positionAt(offset).line;
        const at = editor.selection.active.line;
        const last = Math.max(line(change.start), line(change.end) - 1);
        const distance = Math.max(line(change.start) - at, at - last, 0);
        if (!best || distance < best.distance) best = { distance, open, change };
      }
    }
    if (best) await work(best.open, best.change);
  }

  /** Applies some changes as one undo step, or nothing of them. */
  private async accept(open: Open, changes: readonly Shown[]): Promise<void> {
    const applied = await untilApplied(() => {
      const now = open.document.getText();
      if (!changes.every((change) => stands(now, change, change))) return null;
      const edit = new vscode.WorkspaceEdit();
      for (const { start, end, text } of changes) {
        edit.replace(open.document.uri, this.range(open.document, start, end), text);
      }
      return edit;
    });
    if (applied) {
      open.accepted = true;
      this.discard(open, changes);
    } else {
      const words = "routerd: not applied, as the lines that it is for were changed meanwhile.";
      void vscode.window.showWarningMessage(words);
    }
  }

  private discard(open: Open, changes: readonly Shown[]): void {
    for (const { thread } of changes) thread.dispose();
    open.changes = open.changes.filter((change) => !changes.includes(change));
    if (open.changes.length === 0) this.finish(open, open.accepted ? "accept" : "discard");
    else this.mark();
  }

  private finish(open: Open, how: End): void {
    for (const { thread } of open.changes) thread.dispose();
    this.open.delete(open);
    this.mark();
    open.end(how);
  }

  private jump(step: 1 | -1): void {
    const editor = vscode.window.activeTextEditor;
    if (!editor) return;
    const starts = [...this.open].filter((open) => open.document === editor.document).flatMap((open) => open.changes);
    const lines = starts.map(({ start }) => editor.document.positionAt(start).line).sort((a, b) => (a - b) * step);
    const line = lines.find((one) => (one - editor.selection.active.line) * step > 0) ?? lines[0];
    if (line === undefined) return;
    const place = new vscode.Position(line, 0);
    editor.selection = new vscode.Selection(place, place);
    editor.revealRange(new vscode.Range(place, place), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  private typed({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    for (const open of this.open) {
      if (open.document !== document) continue;
      for (const { rangeOffset: start, rangeLength, text } of contentChanges) {
        for (const change of open.changes) {
          const edit = { start, end: start + rangeLength, text };
          change.start = carried(change.start, edit);
          change.end = Math.max(change.start, carried(change.end, edit));
        }
      }
    }
    this.mark();
  }

  private closed(document: vscode.TextDocument): void {
    for (const open of this.open) if (open.document === document) this.finish(open, "closed");
  }

  private range(document: vscode.TextDocument, start: number, end: number): vscode.Range {
    return new vscode.Range(document.positionAt(start), document.positionAt(end));
  }

  /** Marks the lines that would go, in every editor of their document. */
  private mark(): void {
    const { HighContrast, HighContrastLight } = vscode.ColorThemeKind;
    const contrast = [HighContrast, HighContrastLight].includes(vscode.window.activeColorTheme.kind);
    for (const editor of vscode.window.visibleTextEditors) {
      const changes = [...this.open].filter(({ document }) => document === editor.document).flatMap((o) => o.changes);
      const going = changes.filter(({ old }) => old !== "");
      const ranges = going.map(({ start, end }) => this.range(editor.document, start, Math.max(start, end - 1)));
      editor.setDecorations(this.removed, ranges);
      editor.setDecorations(this.struck, contrast ? ranges : []);
    }
    this.offer();
  }

  /** Which keys and buttons there are. */
  private offer(): void {
    const here = [...this.open].filter(({ document }) => document === vscode.window.activeTextEditor?.document);
    const set = (name: string, value: boolean) =>
      vscode.commands.executeCommand("setContext", `routerd.${name}`, value);
    void set("inline", here.length > 0);
    void set(
      "inlineRetry",
      here.some(({ mayRetry }) => mayRetry),
    );
  }
}
