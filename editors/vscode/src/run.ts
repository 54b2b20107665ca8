// One run as the user sees it: a notification that can be cancelled, then the edit, the preview or the document.

import * as vscode from "vscode";
import { WorkDoneProgress, type LanguageClient } from "vscode-languageclient/node";
import type { Answers } from "./answers.ts";
import type { Box } from "./box.ts";
import { changesOf } from "./changes.ts";
import type { End, Inline } from "./inline.ts";
import type { Preview } from "./preview.ts";
import { Proposal } from "./proposal.ts";
import { DISCARD_COMMAND, RUN, type Outcome, type RunArgument, type StagedArgument } from "./protocol.ts";
import { origin, receipt, say, showReview } from "./results.ts";
import { Versions } from "./versions.ts";

/** An action that came to something; the walkthrough ticks its steps then, through whichever door it was asked for. */
const DONE: Outcome["status"][] = ["applied", "proposed"];

export class Runner {
  private count = 0;

  constructor(
    private readonly preview: Preview,
    private readonly inline: Inline,
    private readonly box: Box,
    private readonly answers: Answers,
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
        const { edit, stale } = outcome;
        if (edit) {
          const proposal = await Proposal.of({ edit, stale }, wish.uri, client, versions);
          decision = await this.propose(proposal, outcome, mayRetry);
        } else if (outcome.diagnostics) await showReview(outcome);
        else if (outcome.document) {
          say(outcome);
          await this.answers.show(outcome.document, wish.action, wish.uri);
        } else say(outcome);
        const next = await this.next(client, versions.again(client), outcome, decision);
        if (!next) return outcome;
        wish = next;
      } finally {
        versions.dispose();
      }
    }
  }

  /** What is asked next: of a stronger tier, or more of the same answer; undefined where the user is done. */
  private async next(
    client: LanguageClient,
    again: RunArgument,
    outcome: Outcome,
    decision: End,
  ): Promise<RunArgument | undefined> {
    if (decision === "retry" && outcome.tier !== null) return { ...again, above: outcome.tier };
    if (decision !== "refine" || outcome.answer === null) return undefined;
    const asked = { ...again, action: outcome.action, refines: outcome.answer };
    const { uri, range, action, refines } = asked;
    const about = { textDocument: { uri }, position: range.start, range, action, refines };
    const instruction = await this.box.ask(client, about, "routerd: refine the answer");
    return instruction ? { ...asked, instruction } : undefined;
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
        return ended("failed", argument, why(client, error));
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
        const forgotten = outcome.answer && (decision === "discard" || decision === "retry");
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
      const why = outcome.stale ? outcome.message : "Not applied: the file changed there.";
      say({ ...outcome, status: "refused", message: `${why} The answer is kept beside it.` });
    }
    return "accept";
  }
}

/** What became of a request that has no answer; of a connection that ended, the library only has words of its own. */
export function why(client: LanguageClient, error: unknown): string {
  if (!client.isRunning()) return "routerd ended meanwhile. What was spent until then is in Show Spend.";
  return error instanceof Error ? error.message : String(error);
}

function ended(status: Outcome["status"], { action }: StagedArgument, message: string): Outcome {
  const nothing = {
    tier: null,
    model: null,
    model_name: null,
    next_tier: null,
    price: "$0",
    edit: null,
    must_preview: false,
    stale: false,
    answer: null,
    attempts: [],
  };
  return { status, action, message, ...nothing, diagnostics: null, document: null };
}
