// What the daemon offers. Written by `routerd manifest --write`: change the daemon's declarations instead.

export interface Action {
  name: string;
  /** Whether there is nothing to do without the user's own words. */
  instructed: boolean;
  /** Whether it is about diagnostics at the cursor, or the user's own words instead of them. */
  diagnosed: boolean;
  /** Whether it has a place in a file; the others are about what is staged, and end in the source control input box. */
  placed: boolean;
}

/** The actions, in the order of menus. */
export const ACTIONS: readonly Action[] = [
  { name: "document", instructed: false, diagnosed: false, placed: true },
  { name: "test", instructed: false, diagnosed: false, placed: true },
  { name: "review", instructed: false, diagnosed: false, placed: true },
  { name: "design", instructed: false, diagnosed: false, placed: true },
  { name: "ask", instructed: true, diagnosed: false, placed: true },
  { name: "explain", instructed: false, diagnosed: false, placed: true },
  { name: "fix", instructed: false, diagnosed: true, placed: true },
  { name: "commit", instructed: false, diagnosed: false, placed: false },
];
