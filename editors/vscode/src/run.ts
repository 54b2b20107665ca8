// One run as the user sees it: a notification that can be cancelled, then the edit, the preview or the document.

import * as vscode from "vscode";
import { WorkDoneProgress, type LanguageClient } from "vscode-languageclient/node";
import { changesOf } from "./changes.ts";
import type { End, Inline } from "./inline.ts";
import type { Preview } from "./preview.ts";
import { Proposal } from "./proposal.ts";
import { DISCARD_COMMAND, RUN, type Outcome, type RunArgument, type StagedArgument } from "./protocol.ts";
import { origin, receipt, say, showDocument, showReview } from "./results.ts";
import { Versions } from "./versions.ts";

/** An action that came to something; the walkthrough ticks its steps then, through whichever door it was asked for. */
const DONE: Outcome["status"][] = ["applied", "proposed"];

export class Runner {
  private count = 0;

  constructor(
    private readonly preview: Preview,
    private readonly inline: Inline,
  ) {}

  /** Asks, and shows what came of it; again with the next tier when the user wants that. */
  async run(client: LanguageClient, argument: RunArgument): Promise<Outcome> {
    for (let wish = argument; ;) {
      const versions = new Versions(wish);
      try {
        const outcome = await this.ask(client, wish);
        if (DONE.includes(outcome.status)) void vscode.commands.executeCommand("setContext", "routerd.used", true);
        const mayRetry = outcome.tier !== null && outcome.next_tier !== null;
        let decision: End = "accept";
        if (outcome.edit) {
          const proposal = await Proposal.of(outcome.edit, wish.uri, client, versions);
          decision = await this.propose(proposal, outcome, mayRetry);
        } else if (outcome.diagnostics) await showReview(outcome);
        else if (outcome.document) await showDocument(outcome);
        else say(outcome);
        if (decision !== "retry" || outcome.tier === null) return outcome;
        wish = { ...versions.again(client), above: outcome.tier };
      } finally {
        versions.dispose();
      }
    }
  }

  /** Asks, and shows nothing but how far it is. */
  async ask(client: LanguageClient, argument: RunArgument | StagedArgument): Promise<Outcome> {
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

  /** Shows a proposal in its file and applies what is accepted; undefined where it has to be shown beside it. */
  private async inTheFile(proposal: Proposal, outcome: Outcome, mayRetry: boolean): Promise<End | undefined> {
    const file = proposal.only;
    if (!file || vscode.workspace.getConfiguration("routerd").get("preview") === "sideBySide") return undefined;
    const seen = vscode.window.visibleTextEditors.find(
      ({ document }) => document.uri.toString() === file.uri.toString(),
    );
    const changes = seen && changesOf(file.before, file.edits);
    if (!seen || !changes?.length || seen.document.getText() !== file.before) return undefined;
    return this.inline.ask(seen.document, changes, origin(outcome), mayRetry);
  }

  private async propose(proposal: Proposal, outcome: Outcome, mayRetry: boolean): Promise<End> {
    const direct = vscode.workspace.getConfiguration("routerd").get("apply") === "direct";
    if (outcome.must_preview) void vscode.window.showWarningMessage(`routerd: ${outcome.message}`);
    if (proposal.placed && (outcome.must_preview !== false || !(direct || proposal.insertsOnly))) {
      const inTheFile = await this.inTheFile(proposal, outcome, mayRetry);
      const decision = inTheFile ?? (await this.preview.ask(proposal, origin(outcome), mayRetry));
      if (decision !== "accept") {
        const forgotten = outcome.answer && decision !== "closed";
        if (forgotten) await vscode.commands.executeCommand(DISCARD_COMMAND, { answer: outcome.answer });
        return decision;
      }
      if (inTheFile) {
        say({ ...outcome, status: "applied", message: `${receipt(outcome)}, applied` });
        return decision;
      }
    }
    if (proposal.placed && (await proposal.apply())) {
      await proposal.showOther();
      say({ ...outcome, status: "applied", message: `${receipt(outcome)}, applied` });
    } else {
      await proposal.keep();
      say({ ...outcome, status: "refused", message: "The file changed there: the answer is kept beside it." });
    }
    return "accept";
  }
}

function ended(status: Outcome["status"], { action }: StagedArgument, message: string): Outcome {
  const nothing = {
    tier: null,
    model: null,
    next_tier: null,
    price: "$0",
    edit: null,
    must_preview: false,
    answer: null,
  };
  return { status, action, message, ...nothing, diagnostics: null, document: null };
}
