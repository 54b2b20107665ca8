// The commands under `routerd:`; what an action needs is asked of the user and of the daemon, never decided here.

import * as vscode from "vscode";
import {
  CodeActionRequest,
  type CodeAction,
  type Command,
  type Diagnostic,
  type LanguageClient,
} from "vscode-languageclient/node";
import { ACTIONS, type Action } from "./manifest.ts";
import {
  ESTIMATE,
  ROUTE,
  RUN_COMMAND,
  type Estimate,
  type Estimates,
  type Route,
  type RunArgument,
} from "./protocol.ts";

/** Runs an action where the cursor is. */
export async function start(client: LanguageClient, action: Action): Promise<void> {
  const editor = openEditor();
  if (!editor) return;
  const diagnostics = action.diagnosed ? diagnosticsAt(client, editor) : [];
  if (action.instructed || (action.diagnosed && !diagnostics.length)) return ask(client, editor, action);
  // As the daemon offers it there, which knows what exists already.
  const argument = await offered(client, editor, action.name, diagnostics);
  await run(argument ?? { ...wish(client, editor, action.name), diagnostics });
}

/** Asks for an instruction, and shows where it would be routed and what it would cost while it is typed. */
async function ask(client: LanguageClient, editor: vscode.TextEditor, action: Action): Promise<void> {
  const instruction = await vscode.window.showInputBox({
    title: `routerd: ${action.name}`,
    prompt: "What should happen here, or what do you want to know?",
    ignoreFocusOut: true,
    validateInput: (text) => routed(client, editor, action, text),
  });
  if (instruction?.trim()) await run({ ...wish(client, editor, action.name), instruction: instruction.trim() });
}

/** Shows what each action would cost here; the chosen one is run. */
export async function estimate(client: LanguageClient): Promise<void> {
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
  if (action) await start(client, action);
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

function estimates(
  client: LanguageClient,
  { document, selection }: vscode.TextEditor,
  instruction = "",
): Promise<Estimates | null> {
  return client.sendRequest<Estimates | null>(ESTIMATE, {
    textDocument: client.code2ProtocolConverter.asTextDocumentIdentifier(document),
    position: client.code2ProtocolConverter.asPosition(selection.active),
    instruction,
  });
}

async function routed(
  client: LanguageClient,
  editor: vscode.TextEditor,
  action: Action,
  text: string,
): Promise<vscode.InputBoxValidationMessage | undefined> {
  if (!text.trim()) return undefined;
  try {
    // Only what goes where the user's own words point has a reason to show.
    const { reason } = await client.sendRequest<Route>(ROUTE, { text });
    const why = action.instructed ? ` (${reason})` : "";
    const found = await estimates(client, editor, text);
    const one = found?.estimates.find((estimate) => estimate.action === action.name);
    if (!one) return undefined;
    const message = `${one.tier} → ${one.model} · ${one.price}${why}`;
    return { message, severity: vscode.InputBoxValidationSeverity.Info };
  } catch {
    return undefined; // the run itself will say what is wrong
  }
}

function described({ tier, model, price, input_tokens }: Estimate): { description: string; detail: string } {
  return { description: `${tier} → ${model}`, detail: `${price} · ${input_tokens} tokens in` };
}
