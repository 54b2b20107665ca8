// What the daemon offers. Written by `routerd manifest --write`: change the daemon's declarations instead.

export interface Action {
  name: string;
  /** Whether there is nothing to do without the user's own words. */
  instructed: boolean;
}

/** The actions, in the order of menus. */
export const ACTIONS: readonly Action[] = [
  { name: "document", instructed: false },
  { name: "test", instructed: false },
  { name: "review", instructed: false },
  { name: "design", instructed: false },
  { name: "ask", instructed: true },
];

/** The tiers, weakest first; a retry asks the next one. */
export const TIERS: readonly string[] = ["speed", "utility", "logic", "architect"];
