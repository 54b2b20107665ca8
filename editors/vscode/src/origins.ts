// Parts settings by who set them: the user for every folder, or a folder, whose settings may only lower the user's.

/** What `WorkspaceConfiguration.inspect` says of one setting. */
export interface Inspected {
  globalValue?: unknown;
  workspaceValue?: unknown;
  workspaceFolderValue?: unknown;
}

/** The same settings twice: as the user set them, and as the folder and its workspace did. */
export interface Origins {
  user: Record<string, unknown>;
  workspace: Record<string, unknown>;
}

/** The settings of these names by their origins; what nobody set stands in neither. */
export function byOrigin(names: Iterable<string>, inspect: (name: string) => Inspected | undefined): Origins {
  const origins: Origins = { user: {}, workspace: {} };
  for (const name of names) {
    const found = inspect(name) ?? {};
    const own = found.globalValue;
    const theirs = together(found.workspaceValue, found.workspaceFolderValue);
    if (own !== undefined && own !== null) origins.user[name] = own;
    if (theirs !== undefined && theirs !== null) origins.workspace[name] = theirs;
  }
  return origins;
}

/** One value over another; of two tables every key. */
function together(below: unknown, above: unknown): unknown {
  if (above === undefined || above === null) return below;
  if (!isTable(below) || !isTable(above)) return above;
  const both: Record<string, unknown> = { ...below };
  for (const [name, value] of Object.entries(above)) both[name] = together(both[name], value);
  return both;
}

function isTable(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
