// Writes the message of what is staged into the source control input box, where the user reads it before a commit.

import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import type { Action } from "./manifest.ts";
import { say } from "./results.ts";
import type { Runner } from "./run.ts";

/** What is used of the API of VS Code's own git extension. */
interface Repository {
  rootUri: vscode.Uri;
  inputBox: { value: string };
}
interface Git {
  getAPI(version: 1): { repositories: Repository[]; getRepository(uri: vscode.Uri): Repository | null };
}

/** `given` is the source control whose title was clicked; from the palette there is none. */
export async function writeMessage(
  client: LanguageClient,
  runner: Runner,
  action: Action,
  given: unknown,
): Promise<void> {
  const repository = await repositoryOf(given);
  if (!repository) {
    void vscode.window.showInformationMessage("routerd: open a folder that is a git repository first.");
    return;
  }
  const uri = client.code2ProtocolConverter.asUri(repository.rootUri);
  const outcome = await runner.ask(client, { action: action.name, uri });
  if (outcome.document) repository.inputBox.value = outcome.document.trimEnd();
  say(outcome);
}

async function repositoryOf(given: unknown): Promise<Repository | undefined> {
  const git = await vscode.extensions.getExtension<Git>("vscode.git")?.activate();
  const api = git?.getAPI(1);
  const uri = (given as Partial<Repository> | undefined)?.rootUri ?? vscode.window.activeTextEditor?.document.uri;
  return (uri && api?.getRepository(uri)) ?? api?.repositories[0];
}
