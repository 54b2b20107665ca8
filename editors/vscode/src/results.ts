// Shows what a run came to: a sentence, with what helps where it failed, or the Problems panel.

import * as vscode from "vscode";
import type { Outcome } from "./protocol.ts";

/** How long the receipt of an applied edit stays in the status bar, in ms: time to read one line twice. */
const RECEIPT_MS = 10_000;

/** The outcome's sentence: quietly when it went as wished, as a notification when not. */
export function say(outcome: Outcome): void {
  const { status, action, message } = outcome;
  if (status === "refused") void vscode.window.showWarningMessage(`routerd ${action}: ${message}`);
  else if (status === "failed")
    void withLog(vscode.window.showErrorMessage, `routerd ${action}: ${message}`, ...cures(outcome));
  else vscode.window.setStatusBarMessage(`routerd: ${message}`, RECEIPT_MS);
}

/** The buttons that help: a key that was refused can be set anew. */
function cures({ attempts }: Outcome): { title: string; command: string; arguments: unknown[] }[] {
  const refused = attempts.findLast((attempt) => attempt.status === "credential");
  return refused ? [{ title: "Set Key", command: "routerd.setKey", arguments: [refused.provider] }] : [];
}

/** What was done, by which model, at which price. */
export function receipt({ action, tier, model_name, price }: Outcome): string {
  return [action, `${tier} → ${model_name}`, price].join(" · ");
}

/** Where a proposal comes from, for the title of its diff. */
export function origin({ model_name, price }: Outcome): string {
  return `proposed by ${model_name}, ${price}`;
}

/** A message with the button "Show Log" and perhaps one more, whose command is run. */
export async function withLog(
  show: typeof vscode.window.showErrorMessage,
  message: string,
  ...more: { title: string; command: string; arguments?: unknown[] }[]
): Promise<void> {
  const chosen = await show(message, ...more, { title: "Show Log", command: "routerd.log" });
  const button = more.find((item) => item.title === chosen?.title);
  if (chosen) await vscode.commands.executeCommand(chosen.command, ...(button?.arguments ?? []));
}

/** The findings stand in the Problems panel, which the daemon's diagnostics fill. */
export async function showReview(outcome: Outcome): Promise<void> {
  say(outcome);
  if (outcome.diagnostics?.length) await vscode.commands.executeCommand("workbench.actions.view.problems");
}
