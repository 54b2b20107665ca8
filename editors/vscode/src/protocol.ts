// The names and shapes that the daemon speaks beyond LSP; holds no logic.

import type { Diagnostic, Range, WorkspaceEdit } from "vscode-languageclient/node";

/** The argument of the command and of the request; the daemon puts one into each code action. */
export interface RunArgument {
  action: string;
  uri: string;
  range: Range;
  version?: number | undefined;
  tier?: string;
  model?: string;
  /** The tier of an answer that was not good enough: the daemon asks a stronger one, whatever else is asked for. */
  above?: string;
  instruction?: string;
  /** The answer that the instruction says more about. */
  refines?: string;
  /** What is wrong at the place, for an action that is about diagnostics. */
  diagnostics?: Diagnostic[];
}

/** An action about what is staged; `uri` is the repository's folder. */
export interface StagedArgument {
  action: string;
  uri: string;
}

export interface Estimate {
  action: string;
  tier: string;
  model: string;
  /** The model as people read it. */
  model_name: string;
  input_tokens: number;
  output_tokens: { low: number; likely: number; high: number };
  /** Dollars as decimal strings; null when the price is unknown. */
  cost: { low: string; likely: string; high: string } | null;
  /** The price in words, as the menu has it; where nothing may be sent, why not. */
  price: string;
}

export interface Outcome {
  status: "applied" | "proposed" | "refused" | "failed" | "cancelled";
  action: string;
  tier: string | null;
  model: string | null;
  /** The model as people read it. */
  model_name: string | null;
  /** The stronger tier that a retry would ask; null where none can be asked. */
  next_tier: string | null;
  /** One sentence for a person. */
  message: string;
  /** What it cost, as words for people. */
  price: string;
  edit: WorkspaceEdit | null;
  /** Whether the edit must be seen before it is applied, whatever the user's settings say. */
  must_preview: boolean;
  /** Whether what it is for was edited meanwhile, by the daemon's rule: then it is not applied, whatever it touches. */
  stale: boolean;
  /** The accepted answer, to be forgotten when its proposal is discarded; null where it is not kept. */
  answer: string | null;
  attempts: { provider: string; model: string; status: string }[];
  diagnostics: Diagnostic[] | null;
  document: string | null;
}

export interface Estimates {
  symbol: string | null;
  range: Range | null;
  estimates: Estimate[];
}

export interface Mentions {
  mentions: { name: string; kind: "file" | "symbol"; path: string }[];
}

export interface Status {
  state: "idle" | "busy";
  jobs: number;
  /** Today's money as words for people; null before the daemon told of it. */
  price: { spent_today: string; budget_daily: string | null; saved_today: string | null } | null;
}

/** The documents that the daemon is told of. */
export const SERVED = [{ scheme: "file" }, { scheme: "untitled" }];

export const RUN_COMMAND = "routerd.run";
export const CLEAR_COMMAND = "routerd.clearReview";
export const REVIEW_CHANGES_COMMAND = "routerd.reviewChanges";
export const DISCARD_COMMAND = "routerd.discard";
export const RUN = "routerd/run";
export const ESTIMATE = "routerd/estimate";
export const MENTIONS = "routerd/mentions";
export const STATUS = "routerd/status";
/** Asked by the daemon: `{provider}` → `{key}`. */
export const KEY = "routerd/key";
/** Told to the daemon: `{provider}`. */
export const KEY_CHANGED = "routerd/keyChanged";
/** `{}` → `{providers: [{name}]}`. */
export const PROVIDERS = "routerd/providers";
