// Plugs the parts together when VS Code activates the extension, and takes them apart.

import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { Answers } from "./answers.ts";
import { Box } from "./box.ts";
import { estimate, start } from "./commands.ts";
import { copyDebugInformation } from "./debug.ts";
import { onChosenInterpreter } from "./discovery.ts";
import { Inline } from "./inline.ts";
import { Keys, tellOfKey } from "./keys.ts";
import { ACTIONS } from "./manifest.ts";
import { Preview } from "./preview.ts";
import { CLEAR_COMMAND, REVIEW_CHANGES_COMMAND } from "./protocol.ts";
import { showReport } from "./report.ts";
import { withLog } from "./results.ts";
import { Runner, why } from "./run.ts";
import { Server } from "./server.ts";
import { writeMessage } from "./sourceControl.ts";
import { StatusBar } from "./status.ts";

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("routerd", { log: true });
  const status = new StatusBar();
  const preview = new Preview();
  const inline = new Inline();
  const box = new Box(context.workspaceState);
  const answers = new Answers();
  const runner = new Runner(preview, inline, box, answers);
  const keys = new Keys(context.secrets);
  const daemon = new Server({
    keys,
    log,
    run: (client, argument) => runner.run(client, argument),
    status: (news) => status.update(news),
  });
  server = daemon;

  const command = (name: string, work: (given?: unknown) => unknown) =>
    vscode.commands.registerCommand(`routerd.${name}`, work);
  const withClient = (name: string, work: (client: LanguageClient, given: unknown) => Promise<unknown>) =>
    command(name, async (given) => {
      const client = await daemon.running();
      if (!client) return;
      try {
        await work(client, given);
      } catch (error) {
        void withLog(vscode.window.showErrorMessage, `routerd: ${why(client, error)}`);
      }
    });
  context.subscriptions.push(
    log,
    status,
    preview,
    inline,
    answers,
    daemon,
    daemon.onHealth((health) => status.health(health)),
    keys.onChange((provider) => tellOfKey(daemon.client, provider)),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("routerd.path")) void daemon.restart();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void daemon.restart()),
    onChosenInterpreter(() => void daemon.lookAgain()),
    ...ACTIONS.map((action) =>
      withClient(action.name, (client, given) =>
        action.placed ? start(client, action, box) : writeMessage(client, runner, action, given),
      ),
    ),
    withClient("estimate", (client) => estimate(client, box)),
    withClient("changes", () => {
      const uri = vscode.window.activeTextEditor?.document.uri ?? vscode.workspace.workspaceFolders?.[0]?.uri;
      return Promise.resolve(vscode.commands.executeCommand(REVIEW_CHANGES_COMMAND, { uri: uri?.toString() }));
    }),
    withClient("clear", () => Promise.resolve(vscode.commands.executeCommand(CLEAR_COMMAND, {}))),
    withClient("spend", async () => {
      if (daemon.health.state === "running") await showReport(daemon.health.found);
    }),
    command("restart", () => daemon.restart()),
    command("log", () => log.show()),
    command("debugInfo", () => copyDebugInformation(context.extension.packageJSON.version, daemon.health)),
    command("setKey", async (provider) => {
      await keys.set(daemon.client, typeof provider === "string" ? provider : undefined);
    }),
  );
  void daemon.restart();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
