// Answers that are documents of their own: read-only, each with its own name, shown beside the code that they are about.

import * as vscode from "vscode";

const SCHEME = "routerd-answer";
/** Answers that can still be looked at; the oldest are forgotten. */
const KEPT = 50;

export class Answers implements vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private count = 0;
  private readonly provider = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    provideTextDocumentContent: ({ path }) =>
      this.texts.get(path) ?? "This answer went with the window that asked for it: ask once more.",
  });

  /** Shows Markdown as a preview beside the code; an earlier answer stays as it is. */
  async show(text: string, action: string, about: string): Promise<void> {
    const file = about.slice(about.lastIndexOf("/") + 1);
    const path = `/${action} ${file} ${++this.count}.md`;
    this.texts.set(path, text);
    for (const oldest of this.texts.keys()) {
      if (this.texts.size <= KEPT) break;
      this.texts.delete(oldest);
    }
    await vscode.commands.executeCommand("markdown.showLockedPreviewToSide", vscode.Uri.from({ scheme: SCHEME, path }));
  }

  dispose(): void {
    this.provider.dispose();
  }
}
