// Builds one language client for one found server; knows what is asked of the client, not when it is started.

import * as vscode from "vscode";
import { CloseAction, ErrorAction, LanguageClient, TransportKind } from "vscode-languageclient/node";
import type {
  ClientCapabilities,
  ConfigurationItem,
  LanguageClientOptions,
  StaticFeature,
} from "vscode-languageclient/node";
import type { Found } from "./discovery.ts";
import type { Keys } from "./keys.ts";
import { byOrigin } from "./origins.ts";
import { KEY, RUN_COMMAND, SERVED, STATUS, type RunArgument, type Status } from "./protocol.ts";

/** What a client hands on. */
export interface Handlers {
  keys: Keys;
  log: vscode.LogOutputChannel;
  run(client: LanguageClient, argument: RunArgument): unknown;
  status(status: Status): void;
  crashed(client: LanguageClient): void;
}

/** Settings that are this extension's own and mean nothing to the daemon. */
const OWN_SETTINGS = new Set(["path", "apply", "preview"]);

const SOURCE = vscode.CodeActionKind.Source;

/** A client whose failures are told once, by server.ts, and not a second time by the library. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** The log as the library's tracing may use it: which message and when, not its body with source code or a key. */
function withoutBodies(log: vscode.LogOutputChannel): vscode.LogOutputChannel {
  const trace = (entry: string) => {
    const [line = ""] = entry.split("\n"); // the body stands below; as JSON, the entry is nothing but a body
    if (!line.startsWith("{")) log.trace(line);
  };
  return Object.create(log, { trace: { value: trace } }) as vscode.LogOutputChannel;
}

export function clientFor(found: Found, handlers: Handlers): LanguageClient {
  const { args, shell } = found;
  const command = shell ? `"${found.command}"` : found.command;
  const server = { command, args, transport: TransportKind.stdio, options: { shell } };
  const options: LanguageClientOptions = {
    documentSelector: SERVED,
    outputChannel: handlers.log,
    traceOutputChannel: withoutBodies(handlers.log),
    diagnosticCollectionName: "routerd",
    synchronize: { configurationSection: "routerd" },
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        handlers.crashed(client);
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
    initializationFailedHandler: () => false,
    middleware: {
      executeCommand: (name, given, next) =>
        name === RUN_COMMAND ? handlers.run(client, given[0] as RunArgument) : next(name, given),
      provideHover: async (document, position, token, next) => spaced(await next(document, position, token)),
      provideCodeActions: async (document, range, context, token, next) => {
        const found = await next(document, range, context, token);
        return context.only ? found : found?.map(inTheBulb);
      },
      workspace: {
        configuration: async (params, token, next) => {
          const answer = await next(params, token);
          return Array.isArray(answer) ? answer.map((section, at) => parted(section, params.items[at])) : answer;
        },
      },
    },
  };
  const client: LanguageClient = new QuietClient("routerd", "routerd", server, options);
  client.registerFeature(announcement);
  client.onNotification(STATUS, (status: Status) => handlers.status(status));
  client.onRequest(KEY, ({ provider }: { provider: string }) => handlers.keys.answer(provider));
  return client;
}

/** VS Code draws the columns of a table with nothing between them: each cell gets some room at its end. */
function spaced(hover: vscode.Hover | null | undefined): vscode.Hover | null | undefined {
  for (const part of hover?.contents ?? []) {
    if (!(part instanceof vscode.MarkdownString)) continue;
    const lines = part.value.split("\n");
    const rows = lines.map((line) => (/^[:| -]+$/.test(line) ? line : line.replaceAll(" | ", "&emsp; | ")));
    part.value = rows.join("\n");
  }
  return hover;
}

/** VS Code keeps kinds below `source` out of the light bulb, and these are about the place there like all others. */
function inTheBulb<Entry extends vscode.CodeAction | vscode.Command>(entry: Entry): Entry {
  if ("kind" in entry && entry.kind?.value.startsWith(`${SOURCE.value}.`)) {
    entry.kind = vscode.CodeActionKind.Refactor.append(entry.kind.value.slice(SOURCE.value.length + 1));
  }
  return entry;
}

/** Tells the daemon that this client can be asked for keys. */
const announcement: StaticFeature = {
  fillClientCapabilities(capabilities: ClientCapabilities) {
    const others = (capabilities.experimental ?? {}) as Record<string, unknown>;
    capabilities.experimental = {
      ...others,
      routerd: { keys: true, origins: true, box: true, untrusted: !vscode.workspace.isTrusted },
    };
  },
  getState: () => ({ kind: "static" }),
  initialize: () => {},
  clear: () => {},
};

/** The section as the daemon reads it, with who set what of it: a folder's settings may only lower the user's. */
function parted(section: unknown, item: ConfigurationItem | undefined): unknown {
  const own = daemonsOwn(section);
  if (own === null || typeof own !== "object" || item?.section !== "routerd") return own;
  const scope = item.scopeUri === undefined ? undefined : vscode.Uri.parse(item.scopeUri);
  const settings = vscode.workspace.getConfiguration("routerd", scope);
  const origins = byOrigin(Object.keys(own), (name) => settings.inspect(name));
  return { ...own, origins: daemonsOwn(origins) };
}

/** The section as the daemon reads it: without this extension's own settings, and without what nobody set. */
export function daemonsOwn(section: unknown): unknown {
  if (section === null || typeof section !== "object" || Array.isArray(section)) return section;
  const said = Object.entries(section)
    .filter(([name, value]) => value !== null && !OWN_SETTINGS.has(name))
    .map(([name, value]) => [name, daemonsOwn(value)]);
  return Object.fromEntries(said);
}
