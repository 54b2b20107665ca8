// The commands under `routerd:`; what an action needs is asked of the user and of the daemon, never decided here.

import * as vscode from "vscode";
import {
  CodeActionRequest,
  type CodeAction,
  type Command,
  type Diagnostic,
  type LanguageClient,
} from "vscode-languageclient/node";
import type { Box } from "./box.ts";
import { ACTIONS, type Action } from "./manifest.ts";
import { ESTIMATE, RUN_COMMAND, type Estimate, type Estimates, type RunArgument } from "./protocol.ts";

/** Runs an action where the cursor is. */
export async function start(client: LanguageClient, action: Action, box: Box): Promise<void> {
  const editor = openEditor();
  if (!editor) return;
  const diagnostics = action.diagnosed ? diagnosticsAt(client, editor) : [];
  if (action.instructed || (action.diagnosed && !diagnostics.length)) return ask(client, editor, action, box);
  // As the daemon offers it there, which knows what exists already.
  const argument = await offered(client, editor, action.name, diagnostics);
  await run(argument ?? { ...wish(client, editor, action.name), diagnostics });
}

/** Asks for an instruction, whose price is shown while it is typed. */
async function ask(client: LanguageClient, editor: vscode.TextEditor, action: Action, box: Box): Promise<void> {
  const { uri, range } = wish(client, editor, action.name);
  const place = { textDocument: { uri }, position: client.code2ProtocolConverter.asPosition(editor.selection.active) };
  const about = { ...place, action: action.name, ...(editor.selection.isEmpty ? {} : { range }) };
  const asked = wish(client, editor, action.name);
  const instruction = await box.ask(client, about, `routerd: ${action.name}`);
  if (instruction) await run({ ...asked, instruction });
}

/** Shows what each action would cost here; the chosen one is run. */
export async function estimate(client: LanguageClient, box: Box): Promise<void> {
  const editor = openEditor();
  if (!editor) return;
  const found = await estimates(client, editor);
  if (!found?.estimates.length) {
    void vscode.window.showInformationMessage("routerd: there is nothing to estimate here.");
    return;
  }
  const rows = found.estimates.map((one) => ({ label: one.action, ...described(one) }));
  const title = `What would it cost${found.symbol ? ` for ${found.symbol}` : ""}? Choose one to run it.`;
  const chosen = await vscode.window.showQuickPick(rows, { title });
  const action = ACTIONS.find((one) => one.name === chosen?.label);
  if (action) await start(client, action, box);
}

function openEditor(): vscode.TextEditor | undefined {
  const editor = vscode.window.activeTextEditor;
  if (!editor) void vscode.window.showInformationMessage("routerd: open a source file first.");
  return editor;
}

function wish(client: LanguageClient, { document, selection }: vscode.TextEditor, action: string): RunArgument {
  const range = client.code2ProtocolConverter.asRange(selection);
  return { action, uri: client.code2ProtocolConverter.asUri(document.uri), range, version: document.version };
}

/** What is wrong at the cursor or in the selection, by whichever program says so. */
function diagnosticsAt(client: LanguageClient, { document, selection }: vscode.TextEditor): Diagnostic[] {
  return vscode.languages
    .getDiagnostics(document.uri)
    .filter(({ range }) => range.intersection(selection))
    .map((one) => client.code2ProtocolConverter.asDiagnostic(one));
}

/** What the daemon's menu says to this action at the cursor. */
async function offered(
  client: LanguageClient,
  editor: vscode.TextEditor,
  action: string,
  diagnostics: Diagnostic[],
): Promise<RunArgument | undefined> {
  const { uri, range } = wish(client, editor, action);
  const params = { textDocument: { uri }, range, context: { diagnostics } };
  const offers = ((await client.sendRequest(CodeActionRequest.type, params)) ?? []) as (CodeAction | Command)[];
  const commands = offers.map((offer) => (typeof offer.command === "string" ? (offer as Command) : offer.command));
  const wishes = commands.filter((command) => command?.command === RUN_COMMAND);
  return wishes.map((command) => command?.arguments?.[0] as RunArgument).find((one) => one.action === action);
}

function run(argument: RunArgument): Thenable<unknown> {
  return vscode.commands.executeCommand(RUN_COMMAND, argument);
}

function estimates(client: LanguageClient, { document, selection }: vscode.TextEditor): Promise<Estimates | null> {
  return client.sendRequest<Estimates | null>(ESTIMATE, {
    textDocument: client.code2ProtocolConverter.asTextDocumentIdentifier(document),
    position: client.code2ProtocolConverter.asPosition(selection.active),
  });
}

function described({ tier, model_name, price, input_tokens }: Estimate): { description: string; detail: string } {
  return {
    description: `${tier} → ${model_name}`,
    detail: `${price} · ${input_tokens.toLocaleString("en-US")} tokens in`,
  };
}
