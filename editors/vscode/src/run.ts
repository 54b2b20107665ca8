// One run as the user sees it: a notification that can be cancelled, then the edit, the preview or the document.

import * as vscode from "vscode";
import { WorkDoneProgress, type LanguageClient } from "vscode-languageclient/node";
import type { Decision, Preview } from "./preview.ts";
import { Proposal } from "./proposal.ts";
import { RUN, TIERS, type Outcome, type RunArgument } from "./protocol.ts";
import { receipt, say, showDocument, showReview } from "./results.ts";
import { Versions } from "./versions.ts";

export class Runner {
  private count = 0;

  constructor(private readonly preview: Preview) {}

  /** Asks, and shows what came of it; again with the next tier when the user wants that. */
  async run(client: LanguageClient, argument: RunArgument): Promise<Outcome> {
    for (let wish = argument; ; ) {
      const versions = new Versions(wish.uri);
      try {
        const outcome = await this.ask(client, wish);
        const better = TIERS[TIERS.indexOf(outcome.tier ?? "") + 1];
        const mayRetry = outcome.tier !== null && better !== undefined;
        const decision = await this.show(client, outcome, versions, mayRetry);
        if (decision !== "retry" || !better) return outcome;
        wish = { ...wish, version: versionNow(wish.uri) ?? wish.version, tier: better };
      } finally {
        versions.dispose();
      }
    }
  }

  private async ask(client: LanguageClient, argument: RunArgument): Promise<Outcome> {
    const workDoneToken = `routerd-${++this.count}`;
    const title = `routerd: ${argument.action}`;
    const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title };
    return vscode.window.withProgress(options, async (progress, cancelled) => {
      const listening = client.onProgress(WorkDoneProgress.type, workDoneToken, (step) => {
        if (step.kind !== "end" && step.message) progress.report({ message: step.message });
      });
      try {
        return await client.sendRequest<Outcome>(RUN, { ...argument, workDoneToken, apply: false }, cancelled);
      } catch (error) {
        if (cancelled.isCancellationRequested) return ended("cancelled", argument, "Cancelled.");
        return ended("failed", argument, error instanceof Error ? error.message : String(error));
      } finally {
        listening.dispose();
      }
    });
  }

  private async show(
    client: LanguageClient,
    outcome: Outcome,
    versions: Versions,
    mayRetry: boolean,
  ): Promise<Decision> {
    const proposal = outcome.edit && (await Proposal.of(outcome.edit, client, versions));
    if (proposal) return this.propose(proposal, outcome, mayRetry);
    if (outcome.diagnostics) await showReview(outcome);
    else if (outcome.document) await showDocument(outcome);
    else say(outcome);
    return "accept";
  }

  private async propose(proposal: Proposal, outcome: Outcome, mayRetry: boolean): Promise<Decision> {
    const direct = vscode.workspace.getConfiguration("routerd").get("apply") === "direct";
    if (!(direct || proposal.insertsOnly)) {
      const decision = await this.preview.ask(proposal, `routerd proposes: ${receipt(outcome)}`, mayRetry);
      if (decision !== "accept") return decision;
    }
    if (await proposal.apply()) {
      await showNewFile(proposal);
      say({ ...outcome, status: "applied", message: `${receipt(outcome)}, applied` });
    } else {
      await proposal.keep();
      say({ ...outcome, status: "refused", message: "The file changed at that place: the answer is kept beside it." });
    }
    return "accept";
  }
}

function versionNow(uri: string): number | undefined {
  return vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri)?.version;
}

function ended(status: Outcome["status"], { action }: RunArgument, message: string): Outcome {
  const nothing = { tier: null, model: null, cost: null, edit: null, diagnostics: null, document: null };
  return { status, action, message, ...nothing };
}

async function showNewFile(proposal: Proposal): Promise<void> {
  const source = vscode.window.activeTextEditor?.document.uri.toString();
  const other = proposal.files.find((file) => file.uri.toString() !== source);
  if (other) await vscode.window.showTextDocument(other.uri, { viewColumn: vscode.ViewColumn.Beside, preview: false });
}
