// Keys in VS Code's SecretStorage, handed to the daemon when it asks; never in settings, arguments or logs.

import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { KEY_CHANGED, PROVIDERS } from "./protocol.ts";

const PREFIX = "routerd.key.";

export class Keys {
  constructor(private readonly secrets: vscode.SecretStorage) {}

  async answer(provider: string): Promise<{ key: string | null }> {
    return { key: (await this.secrets.get(PREFIX + provider)) ?? null };
  }

  /** Tells the daemon of each change, also of one in another window. */
  onChange(tell: (provider: string) => void): vscode.Disposable {
    return this.secrets.onDidChange(({ key }) => {
      if (key.startsWith(PREFIX)) tell(key.slice(PREFIX.length));
    });
  }

  /** Asks for a key, and whose where that is not known; an empty key forgets the stored one. */
  async set(client: LanguageClient | undefined, whose?: string): Promise<void> {
    const provider = whose ?? (await this.chooseProvider(client));
    if (!provider) return;
    const key = await vscode.window.showInputBox({
      title: `Key of ${provider}`,
      prompt: "It is kept in this editor's secret storage. Leave it empty to forget the stored one.",
      password: true,
      ignoreFocusOut: true,
    });
    if (key === undefined) return;
    if (key.trim()) await this.secrets.store(PREFIX + provider, key.trim());
    else await this.secrets.delete(PREFIX + provider);
    const words = key.trim() ? "is stored" : "was forgotten";
    void vscode.window.showInformationMessage(`The key of ${provider} ${words}.`);
  }

  private async chooseProvider(client: LanguageClient | undefined): Promise<string | undefined> {
    const title = "Whose key?";
    const rows = await Promise.all(
      (await providers(client)).map(async (label) => {
        const { key } = await this.answer(label);
        return { label, description: key === null ? "" : "a key is stored" };
      }),
    );
    if (rows.length) return (await vscode.window.showQuickPick(rows, { title }))?.label;
    const prompt = "The provider's name, as in the configuration: openai, anthropic, …";
    return (await vscode.window.showInputBox({ title, prompt }))?.trim();
  }
}

export function tellOfKey(client: LanguageClient | undefined, provider: string): void {
  if (!client?.isRunning()) return;
  client.sendNotification(KEY_CHANGED, { provider }).catch(() => {}); // it ended meanwhile; the next one asks anyway
}

async function providers(client: LanguageClient | undefined): Promise<string[]> {
  try {
    const answer = await client?.sendRequest<{ providers: { name: string }[] }>(PROVIDERS, {});
    return answer?.providers.map(({ name }) => name) ?? [];
  } catch {
    return []; // a daemon that does not answer this still takes any name
  }
}
